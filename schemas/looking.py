"""Looking: what an execution's worker says of it, before the history can.

Flow: gateway asks → worker's row → **looking** → gateway → client.
"""

import msgspec

from schemas.events import ExecutionStatus


class Flying(msgspec.Struct, rename="camel", omit_defaults=True):
    """A run of a node that is not over; ``due`` (epoch ms) where it sleeps until then, ``why`` it does."""

    node: str
    run: int = 0
    attempt: int = 0
    began_at: int = 0
    due: int | None = None
    why: str = ""


class Seen(msgspec.Struct, omit_defaults=True):
    """How an execution stands now; of one that has ended only when and how it did."""

    status: ExecutionStatus
    at: int = 0
    workflow: str = ""
    version: str = ""
    mode: str = ""
    started: int = 0
    node: str = ""
    runs: int = 0
    flying: list[Flying] = []
