"""Verdict: what was accepted against what the ledger and the history say came of it.

Flow: load, ledger, history → **verdict** → a row of the table.
"""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ops.bench.installation import Installation
from ops.chaos.flows import KEYED, PLAIN
from ops.chaos.ledger import Ledger
from ops.chaos.load import Load
from schemas.errors import NotFoundError

PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.5


@dataclass
class Row:
    """One scenario: how many events were accepted, and what came of them."""

    scenario: str
    accepted: int = 0
    finished: int = 0
    lost: list[int] = field(default_factory=list)
    duplicated: list[int] = field(default_factory=list)
    in_doubt: int = 0
    repeats: int = 0
    silence_seconds: float = 0.0
    notes: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Say whether nothing was lost, nothing happened twice, and everything ended."""
        return bool(self.accepted) and not (self.lost or self.duplicated or self.accepted != self.finished)


def judge(row: Row, load: Load, ledger: Ledger, door: Installation, flows: dict[str, str]) -> Row:
    """Wait until nothing more happens, then fill a row."""
    accepted = dict(load.accepted)
    counted = flows["counted"]
    doubts: set[str] = set()

    def look() -> object:
        doubts.update(_settled(door, ledger, counted, {execution: event for event, execution in accepted.items()}))
        going = _open(door, flows) + len(load.cancelled - _ended(door, flows["sleeps"]))
        return _missing(ledger, accepted), going, _ended(door, counted)

    _calm(look)
    row.accepted = len(accepted)
    row.finished = len(_ended(door, counted) & set(accepted.values()))
    row.in_doubt = len(doubts)
    row.lost = _missing(ledger, accepted)
    row.duplicated = [
        event for event in range(load.begun) if any(ledger.effects(step, event) > 1 for step in (*KEYED, *PLAIN))
    ]
    row.repeats = ledger.repeats
    if left := _open(door, flows):
        row.notes.append(f"{left} executions never ended")
    if len(set(accepted.values())) != len(accepted):
        row.notes.append("two events got one execution")
    if stray := _ended(door, counted) - set(accepted.values()):
        row.notes.append(f"{len(stray)} executions of nobody's")
    if asleep := load.cancelled - _ended(door, flows["sleeps"]):
        row.notes.append(f"{len(asleep)} of {len(load.cancelled)} cancelled executions go on")
    row.notes += sorted(set(load.strange))[:3]
    return row


def _calm(look: Callable[[], object]) -> None:
    """Return when looking gives the same for long, or nothing is missing and open any more."""
    before, since = look(), time.monotonic()
    while time.monotonic() - since < PATIENCE_SECONDS:
        if isinstance(before, tuple) and not before[0] and not before[1]:
            return
        time.sleep(LOOK_SECONDS)
        now = look()
        if now != before:
            before, since = now, time.monotonic()


def _missing(ledger: Ledger, accepted: dict[int, str]) -> list[int]:
    return [event for event in accepted if not all(ledger.effects(step, event) for step in (*KEYED, *PLAIN))]


def _open(door: Installation, flows: dict[str, str]) -> int:
    found = door.count(flows["counted"])
    return found.get("running", 0) + found.get("waiting", 0)


def _ended(door: Installation, workflow: str) -> set[str]:
    query = f"SELECT id FROM executions FINAL WHERE workflow = '{workflow}' AND rank = 2"  # noqa: S608
    return _ids(door, query)


def _settled(door: Installation, ledger: Ledger, workflow: str, events: dict[str, int]) -> set[str]:
    """Say of every effect in doubt what the ledger knows of it; give their ids."""
    found = list(door.client.pages("/api/v1/in-doubt", 1000, workflow=workflow))
    for doubt in found:
        event = events.get(doubt["execution"])
        happened = event is not None and ledger.effects(doubt["node"].lower(), event) > 0
        with contextlib.suppress(NotFoundError):  # it is settled, and the history knows that by now
            door.client.call("POST", f"/api/v1/in-doubt/{doubt['id']}/settle", {"happened": happened})
    return {doubt["id"] for doubt in found}


def _ids(door: Installation, query: str) -> set[str]:
    answer = door.client.call("POST", "/api/v1/sql", {"query": query, "limit": 100_000})
    return {str(row[0]) for row in answer["rows"]}
