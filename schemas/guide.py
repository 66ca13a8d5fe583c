"""Guides: how an execution differs from a plain run of its version: what it takes over, and what it may do.

Flow: gateway, rollouts → **guide** (a blob, named in the task's version) → agents.guiding → plan of that execution.
"""

from typing import Any, Literal

import msgspec

from schemas.errors import ErrorInfo
from schemas.item import Item, Source

MARK = "~"
Effects = Literal["made", "once", "recorded", "suppressed"]


class Past(msgspec.Struct, omit_defaults=True):
    """One run of a node in an earlier execution; ``now`` (epoch ms) is the time that it saw, 0 where unknown.

    ``outputs`` has its items per output unless ``blob`` refers to their JSON text; ``counts`` says how many they are.
    """

    node: str
    run: int = 0
    now: int = 0
    status: str = "success"
    counts: list[int] = []
    outputs: list[list[Item]] = []
    blob: str | None = None
    sources: list[Source | None] = []
    error: ErrorInfo | None = None


class Guide(msgspec.Struct, omit_defaults=True):
    """What an execution is told besides its version.

    ``body`` is an unsaved workflow to run in place of a stored version. ``past`` has the runs of an earlier execution,
    in their order. With a ``destination`` it runs up to that node, with a ``node`` from there on, and takes over what
    ``past`` has of the rest unless it is ``dirty``. ``pinned`` has outputs of nodes that need not run, ``inputs`` what
    arrives at the node that it begins at, per input.

    ``effects``: they are made; or made unless ``past`` has them (once); or answered with what ``past`` has, and nothing
    else (recorded: a replay); or answered with what ``past`` has or with a marked item (suppressed). ``execution``,
    ``mode`` and ``active`` are what nodes see as their own where it repeats an earlier execution; what the workflow has
    pinned counts in the mode of a start by hand.
    """

    body: dict[str, Any] | None = None
    past: list[Past] = []
    destination: str | None = None
    node: str | None = None
    dirty: list[str] = []
    pinned: dict[str, list[Item]] = {}
    inputs: dict[str, list[list[Item]]] = {}
    effects: Effects = "made"
    execution: str | None = None
    mode: str | None = None
    active: bool | None = None

    @property
    def partial(self) -> bool:
        """Say whether only a part of the workflow is to run."""
        return self.destination is not None or self.node is not None


def guided(version: str, blob: str) -> str:
    """Name a version as run under a guide; tasks, rows and timers carry this name."""
    return f"{version}{MARK}{blob}"


def unguided(version: str) -> tuple[str, str | None]:
    """Give the version itself, and the blob of its guide where it has one."""
    name, mark, blob = version.partition(MARK)
    return name, blob if mark else None
