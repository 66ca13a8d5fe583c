"""Occurrences and actions: what can happen to an execution, and all that a step may ask for.

Flow: shell → **occurrence** → step → **actions** → perform.
"""

from typing import Any, Literal

import msgspec

from agents.state import Activation, Calls, Packet
from nodes.sdk.ports import Opening, Response
from schemas.errors import ErrorInfo
from schemas.events import Event
from schemas.task import Alarm, Parent, ReplyTo, Returned, Settlement

Why = Literal["Cancelled", "Timeout"]


class Began(msgspec.Struct, frozen=True):
    """The trigger fired: its node has this output, or (None) is yet to run with one empty item."""

    node: str
    outputs: list[Packet] | None
    encoded: bytes = b"[]"
    blob: str | None = None


class Finished(msgspec.Struct, frozen=True):
    """A run of a node ended well. ``encoded`` is the JSON text of its outputs unless ``blob`` has it.

    ``context`` is a loop's state for its next pass, where ``looping``. ``until`` (epoch ms): it sleeps first;
    ``fixed``: until that very moment, not for a while.
    ``calls``: other workflows run first, and then the node again. ``opening``: it sleeps until a request comes.
    ``attempt``, where it is given, says which attempt this came of: what came of an earlier one changes nothing.
    """

    node: str
    run: int
    outputs: list[Packet]
    encoded: bytes = b"[]"
    blob: str | None = None
    duration_us: int = 0
    context: dict[str, Any] | None = None
    looping: bool = False
    until: int | None = None
    fixed: bool = False
    response: Response | None = None
    error: ErrorInfo | None = None
    calls: Calls | None = None
    opening: Opening | None = None
    attempt: int | None = None


class Failed(msgspec.Struct, frozen=True):
    """A run of a node failed and its error output does not take it. ``final``: no retry will help.

    ``retry_after`` is how many seconds the target wants to be left alone.
    """

    node: str
    run: int
    error: ErrorInfo
    duration_us: int = 0
    final: bool = False
    retry_after: float | None = None
    attempt: int | None = None


class Doubted(msgspec.Struct, frozen=True):
    """An attempt that must not be repeated was begun before a crash, and nobody knows what came of it."""

    node: str
    run: int
    attempt: int
    error: ErrorInfo


class Settled(msgspec.Struct, frozen=True):
    """Somebody found out what came of a run in doubt."""

    settlement: Settlement


class Woke(msgspec.Struct, frozen=True):
    """The timer of a sleeping activation is due."""

    node: str
    run: int


class Resumed(msgspec.Struct, frozen=True):
    """A request came for a waiting activation: its outputs, and who waits for an answer."""

    node: str
    run: int
    outputs: list[Packet]
    encoded: bytes = b"[]"
    blob: str | None = None
    reply: ReplyTo | None = None


class CameBack(msgspec.Struct, frozen=True):
    """A call that this execution made is over, or, where it does not wait for that, has begun."""

    returned: Returned


class Cancelled(msgspec.Struct, frozen=True):
    """Somebody asked for the end, or the time is up: ``kind`` says which."""

    reason: str | None = None
    kind: Why = "Cancelled"


Occurrence = Began | Finished | Failed | Doubted | Settled | Woke | Resumed | CameBack | Cancelled


class Run(msgspec.Struct, frozen=True):
    """Run this activation now: in this call where it is inline and chaining is on, else through its topic."""

    activation: Activation


class Sleep(msgspec.Struct, frozen=True):
    """Make a task of this activation when its time has come."""

    activation: Activation


class Invoke(msgspec.Struct, frozen=True):
    """Begin the call of that number of an activation."""

    activation: Activation
    index: int


class Halt(msgspec.Struct, frozen=True):
    """Cancel what an activation has called and is not back: the caller ends."""

    activation: Activation


class Return(msgspec.Struct, frozen=True):
    """Give the caller what came of its call."""

    parent: Parent
    returned: Returned


class Alert(msgspec.Struct, frozen=True):
    """Begin the error workflow."""

    alarm: Alarm


class Answer(msgspec.Struct, frozen=True):
    """Answer whoever waits for this execution."""

    to: ReplyTo
    response: Response


class Record(msgspec.Struct, frozen=True):
    """Write down a fact."""

    event: Event


class End(msgspec.Struct, frozen=True):
    """The execution is over: its row becomes a mark, or nothing where it never had one and has no identity."""

    status: str


Action = Run | Sleep | Invoke | Halt | Return | Alert | Answer | Record | End
