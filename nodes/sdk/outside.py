"""What a node function may ask for of other machines and of this host: mail, file servers, shells, repositories.

Flow: agents supply them, the harness fakes them → **outside** → node function.
A login is the fields of a credential, as n8n names them.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

from nodes.expressions.scope import Scope
from schemas.data_tables import Changed, Query, Row, RowChange, Table, TableChange


class DataTables(Protocol):
    """Tables of the user's own. All raise NotFoundError for one that is not there, ParameterError for what is wrong."""

    async def tables(self) -> list[Table]:
        """List the tables by name."""
        ...

    async def alter(self, table: str, change: TableChange) -> Table:
        """Change a table; give it as it is then, or was."""
        ...

    async def find(self, table: str, query: Query) -> list[Row]:
        """Give the rows of a query."""
        ...

    async def write(self, table: str, change: RowChange, key: str | None = None) -> list[Changed]:
        """Change rows; give each before and after. A change whose key is known is not made again."""
        ...


Login = Mapping[str, Any]


class Posted(NamedTuple):
    """What a mail server said: whom it took the mail for, whom it refused it for, and its last line."""

    accepted: list[str]
    rejected: list[str]
    response: str


class MailServers(Protocol):
    """Hands mail in."""

    async def post(
        self, login: Login, sender: str, recipients: Sequence[str], message: bytes, *, verify_tls: bool = True
    ) -> Posted:
        """Send a message; raise OperationalError where it may be tried again, NodeError where it is refused."""
        ...


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One entry of a folder elsewhere; times in epoch ms."""

    path: str
    name: str
    kind: Literal["-", "d", "l"]
    size: int = 0
    modified: int | None = None
    accessed: int | None = None
    rights: str = ""
    owner: str | int | None = None
    group: str | int | None = None


class RemoteFiles(Protocol):
    """The files of a server that one is connected to. All raise NodeError for a path that cannot be used."""

    async def read(self, path: str) -> bytes:
        """Read a file whole; raise NodeError where it is too large."""
        ...

    async def write(self, path: str, data: bytes) -> None:
        """Write a file; folders that are missing are made."""
        ...

    async def entries(self, path: str, *, recursive: bool) -> list[RemoteFile]:
        """List a folder."""
        ...

    async def delete(self, path: str, *, folder: bool, recursive: bool) -> None:
        """Remove a file, or a folder."""
        ...

    async def rename(self, old: str, new: str, *, make_folders: bool) -> None:
        """Move a file or folder."""
        ...


class FileServers(Protocol):
    """Connects to servers of files."""

    def connect(
        self, kind: Literal["ftp", "sftp"], login: Login, timeout_seconds: float
    ) -> AbstractAsyncContextManager[RemoteFiles]:
        """Be connected; raise OperationalError where there is no server, NodeError where it refuses the login."""
        ...


class CommandResult(NamedTuple):
    """How a command ended, and what it wrote."""

    code: int
    stdout: str
    stderr: str


class RemoteShells(Protocol):
    """Runs commands on other hosts."""

    async def run(self, login: Login, command: str, cwd: str) -> CommandResult:
        """Run a command in a folder; raise UserError where the operator has not allowed it."""
        ...

    def files(self, login: Login) -> AbstractAsyncContextManager[RemoteFiles]:
        """Be connected to the files of a host."""
        ...


class Commands(Protocol):
    """Runs commands on this host."""

    async def run(self, command: str) -> CommandResult:
        """Run a command in a shell; raise UserError where the operator has not allowed it."""
        ...


class RawLetter(NamedTuple):
    """One message of a mailbox, by the number that it has there."""

    uid: int
    data: bytes


class Letters(NamedTuple):
    """Messages, and what their numbers are valid for: a mailbox whose number changes counts anew."""

    validity: int
    letters: list[RawLetter]


class Mailboxes(Protocol):
    """Follows mailboxes."""

    def follow(
        self,
        login: Login,
        mailbox: str,
        criteria: Sequence[Any],
        *,
        validity: int,
        after: int,
        mark_seen: bool,
        reconnect_seconds: float,
    ) -> AsyncIterator[Letters]:
        """Give messages that fit, oldest first; what was given is marked as seen when the next are asked for."""
        ...


class Repositories(Protocol):
    """Git below the folders that the operator opened."""

    async def run(
        self, operation: str, path: str, options: Mapping[str, Any], login: Login | None
    ) -> list[dict[str, Any]]:
        """Carry out an operation on a repository; raise NodeError where it is refused."""
        ...


class PythonSandbox(Protocol):
    """Runs a user's Python without access to the host, within limits of time and memory."""

    async def run(self, code: str, scope: Scope, *, per_item: bool) -> Any:
        """Run a Code node's body, as ``Sandbox.javascript`` does; raise UserError where there is no sandbox."""
        ...


class HttpStreams(Protocol):
    """Answers that do not end."""

    def lines(self, url: str, headers: Mapping[str, str]) -> AsyncIterator[str]:
        """Give the lines of an answer as they come; raise OperationalError where it breaks off."""
        ...


@dataclass(frozen=True, slots=True)
class FileChange:
    """What happened to a file or folder."""

    event: Literal["add", "change", "unlink", "addDir", "unlinkDir"]
    path: str


class FileWatch(Protocol):
    """Watches the folders that the operator opened."""

    def changes(
        self,
        path: str,
        *,
        depth: int | None = None,
        links: bool = True,
        polling: bool = False,
        settled: bool = False,
        initial: bool = False,
    ) -> AsyncIterator[FileChange]:
        """Give what happens at a path; raise NodeError for one outside of the folders.

        ``depth`` is how many folders below it count (None: all); ``settled`` waits until a file grows no more;
        ``initial`` tells of what is there as added.
        """
        ...
