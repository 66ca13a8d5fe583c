"""Occurrences and actions: what can happen to an execution, and all that a step may ask for.

Flow: shell → **occurrence** → step → **actions** → perform.
"""

from typing import Any

import msgspec

from agents.state import Activation, Packet
from nodes.sdk.ports import Response
from schemas.errors import ErrorInfo
from schemas.events import Event
from schemas.task import ReplyTo


class Began(msgspec.Struct, frozen=True):
    """The trigger fired: its node has this output, or (None) is yet to run with one empty item."""

    node: str
    outputs: list[Packet] | None
    encoded: bytes = b"[]"
    blob: str | None = None


class Finished(msgspec.Struct, frozen=True):
    """A run of a node ended well. ``encoded`` is the JSON text of its outputs unless ``blob`` has it.

    ``context`` is a loop's state for its next pass, where ``looping``. ``until`` (epoch ms): it sleeps first.
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
    response: Response | None = None
    error: ErrorInfo | None = None


class Failed(msgspec.Struct, frozen=True):
    """A run of a node failed and its error output does not take it. ``final``: no retry will help."""

    node: str
    run: int
    error: ErrorInfo
    duration_us: int = 0
    final: bool = False


class Woke(msgspec.Struct, frozen=True):
    """The timer of a sleeping activation is due."""

    node: str
    run: int


class Cancelled(msgspec.Struct, frozen=True):
    """Somebody asked for the end, or the time is up."""

    reason: str | None = None


Occurrence = Began | Finished | Failed | Woke | Cancelled


class Run(msgspec.Struct, frozen=True):
    """Run this activation now: in this call where it is inline and chaining is on, else through its topic."""

    activation: Activation


class Sleep(msgspec.Struct, frozen=True):
    """Make a task of this activation when its time has come."""

    activation: Activation


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


Action = Run | Sleep | Answer | Record | End
