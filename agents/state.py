"""The state of one execution: a value that step replaces, a row of the `executions` table when it must outlive a call.

Flow: start → **state** → step → state … → mark.
A row in memory is never changed: `fork` copies what step may touch.
"""

from copy import copy
from typing import Any

import msgspec

from nodes.sdk.ports import Opening
from schemas.errors import ErrorInfo
from schemas.events import ExecutionStatus
from schemas.item import Item, Source
from schemas.task import Control, Mode, Origin, Parent, ReplyTo
from streams import codecs

UNTIL = "until"
"""Why an activation sleeps that waits for a moment of the calendar, and not for a while."""


class Packet(msgspec.Struct, omit_defaults=True):
    """Items of one output of one node run: held here, or by reference where they are too large to travel.

    ``blob`` names the JSON text of all outputs of that run, ``output`` which of them this is.
    """

    items: list[Item] | None = None
    blob: str | None = None
    output: int = 0
    count: int = 0


class Callee(msgspec.Struct, frozen=True, omit_defaults=True):
    """The version that a call runs, and the trigger node where it begins; ``catalog`` is the offset that knows it."""

    workflow: str
    version: str
    node: str
    node_type: str
    catalog: int = -1


class CallResult(msgspec.Struct, omit_defaults=True):
    """What came of one call."""

    packet: Packet | None = None
    error: ErrorInfo | None = None


class Calls(msgspec.Struct, omit_defaults=True):
    """Calls that one run of a node asked for: a batch of items each, ``sent`` of them given out, results by number.

    At most ``window`` are out at a time. ``over`` says that the node may run again: all are back, or one failed and
    the node does not go on after failures.
    """

    callee: Callee
    batches: list[Packet]
    wait: bool = True
    window: int = 1
    sent: int = 0
    results: dict[int, CallResult] = {}
    over: bool = False

    @property
    def pending(self) -> list[int]:
        """Number the calls that are out."""
        return [] if self.over else [index for index in range(self.sent) if index not in self.results]


class Activation(msgspec.Struct, omit_defaults=True):
    """One run of a node that is asked for: its inputs, where they came from, and which task asked (``cause``).

    ``due`` (epoch ms) and ``why`` (retry, wait, until) say that it sleeps until then. ``held`` is what a wait gives
    when over.
    ``calls`` says that other workflows run for it, or have run; ``opening`` that a request may wake it;
    ``doubt`` that somebody must find out whether its effect happened.
    """

    node: str
    inputs: list[Packet | None]
    sources: list[Source | None]
    run: int = 0
    cause: str = ""
    at: int = 0
    attempt: int = 0
    due: int | None = None
    why: str = ""
    held: list[Packet] | None = None
    calls: Calls | None = None
    opening: Opening | None = None
    doubt: bool = False

    @property
    def key(self) -> str:
        """Name it within its execution."""
        return f"{self.node}/{self.run}"

    @property
    def asleep(self) -> bool:
        """Say whether no worker has to do with it until something comes."""
        return self.due is not None or self.opening is not None or self.doubt


class Kept(msgspec.Struct, omit_defaults=True):
    """A finished run whose output somebody later refers to."""

    outputs: list[Packet]
    sources: list[Source | None] = []


class State(msgspec.Struct, omit_defaults=True, tag="state", tag_field="row"):
    """Everything that decides how an execution goes on.

    ``left``: it was given to topics or timers, so it has a row. ``replies`` lists who still waits for an answer.
    ``flight`` has the activations given out, by key; ``stack`` those that wait for their turn (orders v0 and v1);
    ``asked`` names the waiting node whose request still wants an answer, if it was not the trigger's;
    ``waiting`` join buffers by node, each a list of activations with empty inputs. A task (node, run) is done when
    its run index was given out and it is not in flight. ``hold`` names what it counts for while it is under way.
    """

    execution: str
    workflow: str
    version: str
    mode: Mode
    started: int
    trigger: str
    status: ExecutionStatus = "running"
    replies: list[ReplyTo] = []
    key: str | None = None
    keep_seconds: int = 0
    listen: str | None = None
    runs: dict[str, int] = {}
    flight: dict[str, Activation] = {}
    stack: list[Activation] = []
    waiting: dict[str, list[Activation]] = {}
    kept: dict[str, list[Kept]] = {}
    contexts: dict[str, dict[str, Any]] = {}
    seq: int = 0
    last: str | None = None
    result: list[Packet] = []
    error: ErrorInfo | None = None
    catalog: int = -1
    left: bool = False
    origin: Origin | None = None
    parent: Parent | None = None
    asked: str | None = None
    hold: str | None = None

    @property
    def terminal(self) -> bool:
        """Say whether it has ended."""
        return self.status in ("success", "error", "cancelled")


class Mark(msgspec.Struct, omit_defaults=True, tag="mark", tag_field="row"):
    """What remains of a finished execution until no copy of its tasks can come any more.

    ``until`` (epoch ms) is the least time it stays; where its start has an ``origin``, it stays until that was passed,
    too. ``reply`` is the answer that a repeated start gets again, ``after`` what its end had to tell others: told again
    by whatever comes again.
    """

    status: ExecutionStatus
    at: int
    until: int = 0
    reply: bytes | None = None
    origin: Origin | None = None
    after: list[Control] = []


Row = State | Mark


def fork(state: State) -> State:
    """Copy a state so far that step may change the copy."""
    new = copy(state)
    new.runs = dict(state.runs)
    new.flight = dict(state.flight)
    new.stack = list(state.stack)
    new.waiting = dict(state.waiting)
    new.kept = dict(state.kept)
    new.contexts = dict(state.contexts)
    return new


def encode_row(row: Row) -> bytes:
    """Give a row's bytes; items that live in the blob store are left out."""
    return codecs.encode(_lean(row) if isinstance(row, State) else row)


def decode_row(data: bytes) -> Row:
    """Read a row back."""
    return codecs.decode(data, Row)  # type: ignore[arg-type]


def _lean(state: State) -> State:
    return msgspec.structs.replace(
        state,
        flight={key: _lean_activation(activation) for key, activation in state.flight.items()},
        stack=[_lean_activation(activation) for activation in state.stack],
        waiting={node: [_lean_activation(one) for one in parked] for node, parked in state.waiting.items()},
        kept={
            node: [msgspec.structs.replace(run, outputs=_lean_packets(run.outputs)) for run in runs]
            for node, runs in state.kept.items()
        },
        result=_lean_packets(state.result),
    )


def _lean_activation(activation: Activation) -> Activation:
    return msgspec.structs.replace(
        activation,
        inputs=[packet and _lean_packet(packet) for packet in activation.inputs],
        held=None if activation.held is None else _lean_packets(activation.held),
        calls=None if activation.calls is None else _lean_calls(activation.calls),
    )


def _lean_calls(calls: Calls) -> Calls:
    results = {
        index: msgspec.structs.replace(one, packet=one.packet and _lean_packet(one.packet))
        for index, one in calls.results.items()
    }
    return msgspec.structs.replace(calls, batches=_lean_packets(calls.batches), results=results)


def _lean_packets(packets: list[Packet]) -> list[Packet]:
    return [_lean_packet(packet) for packet in packets]


def _lean_packet(packet: Packet) -> Packet:
    return packet if packet.blob is None else msgspec.structs.replace(packet, items=None)
