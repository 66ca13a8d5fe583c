"""Result values: what a node may answer with; the engine gives them meaning.

Flow: node function → **result** → step (routing, loops, timers, replies).
A plain list of items means output 0.
"""

from dataclasses import dataclass, field
from typing import Any

from schemas.errors import MillraceError
from schemas.form import Page
from schemas.item import Item, Items


@dataclass(frozen=True, slots=True)
class Routed:
    """Items per output, in the order of the node's outputs. An empty output triggers nothing."""

    outputs: list[Items]


@dataclass(frozen=True, slots=True)
class NextBatch:
    """One pass of a loop: items per output, and the loop's state for the next pass (JSON; None ends the loop).

    The state comes back as ``run.context`` when the node runs again in the same execution.
    """

    outputs: list[Items]
    context: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Sleep until ``at`` (epoch ms), then give ``items`` on output 0. Holds no worker.

    ``fixed``: until that very moment; else for a while, which a clock that is set back makes no longer.
    """

    at: int
    items: Items
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer for whoever waits at the webhook."""

    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a waiting node answers to: requests at its execution's address, with ``suffix`` behind it, by ``method``.

    ``mode`` says when the request is answered; ``status``, ``headers`` and ``body`` are the answer given at once.
    ``page`` is shown to who asks, and what is sent with it wakes the node. ``options`` are those of a route: who may
    ask, and how a body is read.
    """

    suffix: str = ""
    method: str = "GET"
    mode: str = "onReceived"
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""
    page: Page | None = None
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WaitForRequest:
    """Sleep until a request comes, whose item is then output 0, or until ``at`` (epoch ms), which gives ``items``.

    ``response`` answers whoever waits for the execution's answer now. ``fixed`` is as above.
    """

    opening: Opening
    items: Items
    at: int | None = None
    response: Response | None = None
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """Run another workflow once for each of ``batches``; then the node runs again, with ``run.returned``.

    ``workflow`` is its id, or its JSON. Without ``wait`` the node goes on as soon as they have begun.
    """

    workflow: str | dict[str, Any]
    batches: list[Items]
    wait: bool = True


@dataclass(frozen=True, slots=True)
class Respond:
    """Answer the waiting webhook with ``response`` and give ``outputs``."""

    response: Response
    outputs: list[Items]


Result = Items | Routed | NextBatch | WaitUntil | WaitForRequest | Call | Respond


def error_item(error: MillraceError, index: int) -> Item:
    """Make the item that stands for a failed one where the node continues on fail."""
    return Item(json={"error": error.message}, paired=index)
