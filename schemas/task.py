"""Tasks and frames: what rides on a node topic.

Flow: gateway, triggers, agents → **frame of tasks** → node topic → agent.
A frame is the unit that travels; a task is the unit that succeeds or fails.
"""

from typing import Literal

import msgspec

from schemas.errors import ErrorInfo
from schemas.item import Item, Items

Mode = Literal[
    "manual", "webhook", "trigger", "api", "error", "integrated", "cli", "replay", "fork", "shadow", "redrive"
]


class ReplyTo(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who waits for an answer: the gateway's boot id, its partition of `replies`, its request number."""

    boot: str
    partition: int
    request: int


class Origin(msgspec.Struct, frozen=True, array_like=True):
    """Where a start was read: a partition that is read and committed, as ``source``, and the offset in it.

    ``passed`` is what had been committed there when the start was sent: nothing below it can be read again.
    """

    source: str
    offset: int
    passed: int


class Parent(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which call an execution is: the caller's node run, the number of the call in it, how deep calls are nested.

    ``wait``: the caller wants the result; else it only wants to know that the execution began.
    """

    execution: str
    node: str
    run: int
    index: int
    depth: int = 1
    wait: bool = True


class Start(msgspec.Struct, omit_defaults=True):
    """How an execution begins: the trigger node's output (``items`` on ``output``), or None to run the node.

    ``key`` is the identity of the start where it has one (idempotency key, due time): such a start leaves a mark.
    ``keep_seconds`` says how long that mark lives at least; with an ``origin`` it lives until that was passed, too.
    ``listen`` names the test listener of the editor, if any. ``blob`` refers to the items in the blob store (their
    JSON list) where they are too large to travel; where ``part`` is given, the blob is the JSON text of a node's
    outputs, and it says which. ``parent`` is the call that asked for it, if any.
    """

    items: list[Item] | None = None
    output: int = 0
    mode: Mode = "manual"
    reply: ReplyTo | None = None
    key: str | None = None
    keep_seconds: int = 0
    listen: str | None = None
    blob: str | None = None
    part: int | None = None
    origin: Origin | None = None
    parent: Parent | None = None


class Task(msgspec.Struct, omit_defaults=True):
    """One activation of one node in one execution.

    A task with ``start`` carries its data; any other is a pointer: its inputs are in the execution's row.
    ``at`` (epoch ms) is *now* for whatever runs in it, so that a repetition gives the same records.
    ``due`` names the timer purpose that made the task ready (retry, wait, timeout).
    """

    execution: str
    workflow: str
    version: str
    node: str
    at: int
    run: int = 0
    attempt: int = 0
    start: Start | None = None
    due: str | None = None


class Frame(msgspec.Struct, omit_defaults=True):
    """Tasks that share a partition. ``catalog`` is the catalog offset that their plans need."""

    tasks: list[Task]
    catalog: int = -1


class Returned(msgspec.Struct, omit_defaults=True):
    """What came of a call: items, or the blob of all outputs as JSON text (``output`` is the one), or an error."""

    node: str
    run: int
    index: int
    items: Items | None = None
    blob: str | None = None
    output: int = 0
    count: int = 0
    error: ErrorInfo | None = None


class Resume(msgspec.Struct, omit_defaults=True):
    """A request at the address of a waiting execution: its item, or the blob of the JSON list that has it.

    ``version`` is the one that the address was made for. ``key`` names the activation whose door it passed.
    """

    version: str
    method: str = "GET"
    suffix: str = ""
    items: Items | None = None
    blob: str | None = None
    reply: ReplyTo | None = None
    key: str = ""


class Settlement(msgspec.Struct, omit_defaults=True):
    """What somebody found out about an effect in doubt, an attempt of a run: whether it ``happened``.

    ``items`` are what the node would have given; without them its input goes on.
    """

    node: str
    run: int
    attempt: int
    happened: bool
    items: Items | None = None


class Alarm(msgspec.Struct):
    """An execution that failed, for the error workflow that it names."""

    workflow: str
    item: Item


class Control(msgspec.Struct, omit_defaults=True):
    """What is asked of an execution from outside: to end (now, or its time is up), to go on, to take a call's result,
    to go on from an effect in doubt, or to begin for a failed one.

    ``alarm`` begins ``execution`` itself, which has an id of the failed one's making.
    """

    execution: str
    ask: Literal["cancel", "expire", "return", "alarm", "resume", "settle", "look"]
    at: int
    reason: str | None = None
    returned: Returned | None = None
    alarm: Alarm | None = None
    resume: Resume | None = None
    settlement: Settlement | None = None
    look: ReplyTo | None = None


class ControlFrame(msgspec.Struct):
    """What is asked of executions of one partition."""

    controls: list[Control]


class Reply(msgspec.Struct, omit_defaults=True):
    """An HTTP answer for a waiting gateway, or a command's answer (``body`` is JSON then).

    ``blob`` refers to the body in the blob store where it is too large to travel.
    """

    boot: str
    request: int
    status: int = 200
    headers: list[tuple[str, str]] = []
    body: bytes = b""
    execution: str | None = None
    blob: str | None = None


class ReplyFrame(msgspec.Struct):
    """Answers that travel together to one gateway."""

    replies: list[Reply]


class DeadLetter(msgspec.Struct, omit_defaults=True):
    """What could not be carried out, and why.

    ``raw`` and ``headers`` are the record's where it could not be used; it may have come from another cluster's topic.
    """

    topic: str
    partition: int
    offset: int
    reason: str
    at: int
    raw: bytes | None = None
    task: Task | None = None
    headers: list[tuple[str, bytes]] = []
