"""What a node function may ask for: capabilities, by the type of an argument.

Flow: agents supply them, the harness fakes them → **context** → node function.
A node that asks for nothing gets its parameters and items.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import msgspec

from nodes.expressions.scope import Scope
from schemas.errors import ErrorInfo, MillraceError
from schemas.item import Items


class Returned(msgspec.Struct, frozen=True):
    """What came of one call of another workflow: its last node's items, or why it failed."""

    items: Items
    error: ErrorInfo | None = None


class Run(msgspec.Struct, frozen=True):
    """The facts of one activation of a node.

    ``inputs`` has the items per input (an empty list where nothing arrived). ``now`` is epoch ms and constant for
    the task. ``context`` is what a NextBatch left here on its last pass, None on the first. ``continue_on_fail``
    says that a failing item becomes ``{"error": message}`` instead of failing the node. ``returned`` has what came of
    the calls that the node asked for, once they are over: fewer than it asked for where one failed and it stops then.
    """

    node: str
    type: str
    version: float
    inputs: list[Items]
    now: int
    timezone: str = "UTC"
    run_index: int = 0
    execution: str = ""
    workflow: Mapping[str, Any] = {}
    mode: str = "manual"
    task: str = ""
    attempt: int = 0
    continue_on_fail: bool = False
    context: dict[str, Any] | None = None
    returned: list[Returned] | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a TLS connection shows of itself and whom it believes, as PEM texts."""

    certificate: str = ""
    key: str = field(default="", repr=False)
    passphrase: str = field(default="", repr=False)
    authority: str = ""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request; ``timeout`` in seconds.

    ``login`` is a user and a password for a server that asks for a digest; ``private`` names headers (in lower case)
    that do not follow a redirect to another origin.
    """

    method: str
    url: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes | None = None
    timeout: float = 300.0
    follow_redirects: bool = True
    max_redirects: int = 21
    verify_tls: bool = True
    proxy: str | None = None
    login: tuple[str, str] | None = field(default=None, repr=False)
    private: frozenset[str] = frozenset()
    certificate: Certificate | None = None


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One answer, whole; header names as they came."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes
    url: str

    def header(self, name: str) -> str | None:
        """Give a header's value, by its name in any case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


class HttpClient(Protocol):
    """Sends requests. Raises OperationalError where no answer came; any status is an answer."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send one request and read its whole answer."""
        ...


Renewal = Callable[[dict[str, Any]], Awaitable[Mapping[str, Any] | None]]
"""Gives of a credential's fields those that have to change, None where they are good."""


class Credentials(Protocol):
    """Gives the secrets that the workflow's node names, by credential type.

    ``opened`` collects what was given out, in every form in which it may come back, to be taken out of errors.
    """

    opened: set[str]

    async def get(self, kind: str) -> dict[str, Any]:
        """Give the fields of the node's credential of that type; raise UserError where there is none."""
        ...

    async def renew(self, kind: str, make: Renewal) -> dict[str, Any]:
        """Give the fields as they are after ``make`` changed them; of those who ask at once, one makes and keeps."""
        ...


class Blobs(Protocol):
    """Keeps bytes that are too large to travel."""

    async def put(self, data: bytes) -> str:
        """Store bytes; give their id (content hash)."""
        ...

    async def get(self, blob: str) -> bytes:
        """Read them back; raise NotFoundError."""
        ...


class Clock(Protocol):
    """Real or private time."""

    def now(self) -> int:
        """Give epoch milliseconds."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Pause; passes at once on a private clock."""
        ...


class Log(Protocol):
    """Notes for the person who looks at this run."""

    def note(self, message: str, **fields: Any) -> None:
        """Write one line with fields."""
        ...


class Sandbox(Protocol):
    """Runs a user's code without access to the host, within limits of time and memory."""

    async def javascript(self, code: str, scope: Scope, *, per_item: bool) -> Any:
        """Run a Code node's body: once, or once per item (then a list of results, with a NodeError where one failed).

        ``scope`` is ``Parameters.scope`` of the calling node. Raises NodeError with the line, or UserError where
        a limit was hit. A NodeError whose ``detail`` has a true ``whole`` ends the node, whatever its ``on_error``
        makes of what fails for one item.
        """
        ...


class Files(Protocol):
    """Files on the host, inside the folders that the operator opened. All raise NodeError for a path outside of them.

    A relative path begins at the first folder. Symbolic links that lead outside are outside.
    """

    async def find(self, pattern: str) -> list[str]:
        """List what a path with ``*``, ``**``, ``?``, ``[abc]`` and ``{a,b}`` names, sorted; none is no error."""
        ...

    async def read(self, path: str) -> bytes:
        """Read a file; raise NodeError where there is none or it is too large."""
        ...

    async def write(self, path: str, data: bytes, *, append: bool = False) -> None:
        """Write a file, in a folder that exists."""
        ...


@dataclass(frozen=True, slots=True)
class Since:
    """Where a trigger's source had got to: the JSON value that was given with the last items, None at first.

    ``version`` is the workflow's version that is live; ``activated`` says that it was not active when it was last
    asked. ``began_at`` (epoch ms) is when this process began to work.
    """

    state: Any = None
    version: str = ""
    activated: bool = False
    began_at: int = 0


class Heard(NamedTuple):
    """What a trigger's source gave: the items of one execution (none: no execution), and how far it has got."""

    items: Items
    since: Any


@dataclass(frozen=True, slots=True)
class KafkaMessage:
    """One record to send."""

    topic: str
    value: bytes | None
    key: bytes | None = None
    headers: list[tuple[str, bytes]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class KafkaReceipt:
    """Where a record has gone; ``offset`` is None where no acknowledgement was wanted."""

    topic: str
    partition: int
    offset: int | None


class KafkaClient(Protocol):
    """Sends records to Kafka clusters; settings are librdkafka's."""

    async def send(
        self, settings: Mapping[str, Any], messages: Sequence[KafkaMessage]
    ) -> list[KafkaReceipt | MillraceError]:
        """Send records together; say of each where it has gone, or why it could not be sent."""
        ...

    async def encode(
        self, registry: Mapping[str, Any], topic: str, subject: str, values: Sequence[Any]
    ) -> list[bytes | MillraceError]:
        """Give values as bytes, by the latest schema of a subject, or say of each why it does not fit."""
        ...
