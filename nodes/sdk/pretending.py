"""Pretending: a world for one node that is tried by itself: mail, servers, shells and folders in memory.

Flow: example → **pretending** → harness → node function.
"""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal

from nodes.expressions.scope import Scope
from nodes.sdk.outside import (
    CommandResult,
    Commands,
    DataTables,
    FileChange,
    FileServers,
    FileWatch,
    HttpStreams,
    Letters,
    Login,
    Mailboxes,
    MailServers,
    Posted,
    PythonSandbox,
    RemoteFile,
    RemoteFiles,
    RemoteShells,
    Repositories,
)
from schemas.data_tables import (
    Changed,
    Column,
    Query,
    Row,
    RowChange,
    Table,
    TableChange,
    altered,
    decided,
    ready,
    select,
)
from schemas.errors import NodeError, NotFoundError, OperationalError, UserError

PEOPLE = [Column("name"), Column("age", "number")]


@dataclass
class FakeMail:
    """Keeps the messages it was given."""

    posted: list[tuple[Login, str, list[str], bytes]] = field(default_factory=list)

    async def post(
        self, login: Login, sender: str, recipients: Sequence[str], message: bytes, *, verify_tls: bool = True
    ) -> Posted:
        """Take everything."""
        self.posted.append((login, sender, list(recipients), message))
        return Posted(list(recipients), [], "250 OK")


@dataclass
class FakeTables:
    """Keeps tables in memory, among them an empty one of people; knows no keys."""

    known: dict[str, Table] = field(default_factory=lambda: {"people": Table("people", "People", PEOPLE, "", "")})
    rows: dict[str, dict[int, Row]] = field(default_factory=lambda: {"people": {}})
    free: dict[str, int] = field(default_factory=dict)

    async def tables(self) -> list[Table]:
        """List the tables."""
        return list(self.known.values())

    async def alter(self, table: str, change: TableChange) -> Table:
        """Change a table."""
        after = altered(self.known.get(table), change, self.known.values(), table, 0)
        if change.kind in ("create", "clear", "drop"):
            self.rows[table] = {}
        self.known[table] = after
        if change.kind == "drop":
            del self.known[table]
        return after

    async def find(self, table: str, query: Query) -> list[Row]:
        """Give rows."""
        if table not in self.known:
            raise NotFoundError(f'there is no data table "{table}"')
        return select(self.rows[table].values(), ready(self.known[table], query))

    async def write(self, table: str, change: RowChange, key: str | None = None) -> list[Changed]:
        """Change rows."""
        found = await self.find(table, change.query)
        changed, following = decided(self.known[table], change, found, self.free.get(table, 1), 0)
        if change.dry:
            return changed
        self.free[table] = following
        for one in changed:
            if one.after is not None:
                self.rows[table][one.after.id] = one.after
            elif one.before is not None:
                del self.rows[table][one.before.id]
        return changed


@dataclass
class FakeServer:
    """One server of files, in memory, by path; it also runs commands, by their text."""

    kept: dict[str, bytes] = field(default_factory=dict)
    commands: dict[str, str] = field(default_factory=dict)

    @contextlib.asynccontextmanager
    async def connect(
        self, kind: Literal["ftp", "sftp"], login: Login, timeout_seconds: float
    ) -> AsyncIterator[RemoteFiles]:
        """Be connected."""
        yield self

    @contextlib.asynccontextmanager
    async def files(self, login: Login) -> AsyncIterator[RemoteFiles]:
        """Be connected."""
        yield self

    async def run(self, login: Login, command: str, cwd: str) -> CommandResult:
        """Give what the command writes; one that is not known fails."""
        return _result(self.commands, command)

    async def read(self, path: str) -> bytes:
        """Read a file."""
        return self.kept[self._there(path)]

    async def write(self, path: str, data: bytes) -> None:
        """Write a file."""
        self.kept[path] = data

    async def entries(self, path: str, *, recursive: bool) -> list[RemoteFile]:
        """List what is below a folder."""
        below = [each for each in map(PurePosixPath, sorted(self.kept)) if each.is_relative_to(path)]
        return [
            RemoteFile(str(each), each.name, "-", len(self.kept[str(each)]))
            for each in below
            if recursive or each.parent == PurePosixPath(path)
        ]

    async def delete(self, path: str, *, folder: bool, recursive: bool) -> None:
        """Remove a file, or what is below a folder."""
        for each in [one for one in self.kept if PurePosixPath(one).is_relative_to(path)] or [self._there(path)]:
            del self.kept[each]

    async def rename(self, old: str, new: str, *, make_folders: bool) -> None:
        """Move a file."""
        self.kept[new] = self.kept.pop(self._there(old))

    def _there(self, path: str) -> str:
        if path not in self.kept:
            raise NodeError(f'the server refused "{path}": no such file')
        return path


@dataclass
class FakeCommands:
    """Gives what commands write, by their text."""

    known: dict[str, str] = field(default_factory=dict)

    async def run(self, command: str) -> CommandResult:
        """Give what the command writes; one that is not known fails."""
        return _result(self.known, command)


class FakeMailboxes:
    """Gives messages that a test lists."""

    def __init__(self, *letters: Letters) -> None:
        self.letters = letters

    async def follow(self, login: Login, mailbox: str, criteria: Sequence[Any], **_: Any) -> AsyncIterator[Letters]:
        """Give the messages."""
        for found in self.letters:
            yield found


class FakeRepositories:
    """Takes every operation."""

    async def run(
        self, operation: str, path: str, options: Mapping[str, Any], login: Login | None
    ) -> list[dict[str, Any]]:
        """Say that it is done."""
        return [{"success": True}]


class NoPython:
    """Stands where no sandbox was given."""

    async def run(self, code: str, scope: Scope, *, per_item: bool) -> Any:
        """Refuse."""
        raise UserError("python code cannot run here: this harness has no sandbox", field="language")


@dataclass
class FakeStreams:
    """Gives lines by address."""

    kept: dict[str, list[str]] = field(default_factory=dict)

    async def lines(self, url: str, headers: Mapping[str, str]) -> AsyncIterator[str]:
        """Give the lines, then break off."""
        for line in self.kept.get(url, ()):
            yield line
        raise OperationalError(f'the stream of "{url}" broke off')


@dataclass
class FakeWatch:
    """Tells of changes that a test lists."""

    kept: list[FileChange] = field(default_factory=list)

    async def changes(self, path: str, **_: Any) -> AsyncIterator[FileChange]:
        """Give the changes."""
        for change in self.kept:
            yield change


@dataclass
class FakeOutside:
    """All of it."""

    mail: FakeMail = field(default_factory=FakeMail)
    tables: FakeTables = field(default_factory=FakeTables)
    server: FakeServer = field(default_factory=FakeServer)
    commands: FakeCommands = field(default_factory=FakeCommands)
    streams: FakeStreams = field(default_factory=FakeStreams)
    watch: FakeWatch = field(default_factory=FakeWatch)
    python: PythonSandbox = field(default_factory=NoPython)
    mailboxes: Mailboxes = field(default_factory=FakeMailboxes)
    repositories: Repositories = field(default_factory=FakeRepositories)

    def capabilities(self) -> dict[type, Any]:
        """Give it by what nodes ask for."""
        return {
            MailServers: self.mail,
            DataTables: self.tables,
            FileServers: self.server,
            RemoteShells: self.server,
            Commands: self.commands,
            HttpStreams: self.streams,
            FileWatch: self.watch,
            PythonSandbox: self.python,
            Mailboxes: self.mailboxes,
            Repositories: self.repositories,
        }


def _result(known: Mapping[str, str], command: str) -> CommandResult:
    if command in known:
        return CommandResult(0, known[command], "")
    return CommandResult(127, "", f"{command}: not found")
