"""Verdict: what was accepted against what the ledger and the history say came of it.

Flow: load, ledger, history → **verdict** → a row of the table.
"""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ops.bench.installation import Installation
from ops.chaos.ledger import CALLED, Ledger
from ops.chaos.load import Load
from ops.chaos.outside import Outside
from schemas.errors import NotFoundError

PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.5
TOLD = 3


@dataclass
class Row:
    """One scenario: how many events were accepted, and what came of them.

    ``honours``: whoever counted here knows a repetition by its key. ``hung``: what should have happened sooner.
    """

    scenario: str
    accepted: int = 0
    finished: int = 0
    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    in_doubt: int = 0
    repeats: int = 0
    silence_seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    hung: list[str] = field(default_factory=list)
    honours: bool = True

    @property
    def good(self) -> bool:
        """Say whether nothing was lost, nothing happened twice, and everything ended."""
        twice = self.honours and self.duplicated
        return bool(self.accepted) and not (self.lost or twice or self.hung or self.accepted != self.finished)


def judge(
    row: Row, load: Load, outside: Outside, door: Installation, flows: dict[str, str], expected: set[CALLED]
) -> Row:
    """Wait until nothing more happens, then fill a row; ``expected`` are effects besides those of the load."""
    accepted = dict(load.accepted)
    counted = flows["counted"]
    doubts: set[str] = set()

    def missing() -> list[str]:
        outside.look()
        wanted = [(f"{event}", [(step, event) for step in outside.steps]) for event in accepted]
        wanted += [(f"{step} {event}", [(step, event)]) for step, event in sorted(expected)]
        return [name for name, effects in wanted if not all(outside.effects(*each) for each in effects)]

    def look() -> object:
        doubts.update(
            _settled(door, outside.ledger, counted, {execution: event for event, execution in accepted.items()})
        )
        going = _open(door, flows) + len(load.cancelled - _ended(door, flows["sleeps"]))
        return missing(), going, _ended(door, counted)

    _calm(look)
    row.accepted = len(accepted)
    row.finished = len(_ended(door, counted) & set(accepted.values()))
    row.in_doubt = len(doubts)
    row.lost = missing()
    row.notes += [_told(door, accepted, event) for event in row.lost[:TOLD]]
    row.duplicated = [f"{step} {event}" for step, event in sorted(outside.twice())]
    row.repeats = outside.ledger.repeats
    if left := _open(door, flows):
        row.notes.append(f"{left} executions never ended")
    if len(set(accepted.values())) != len(accepted):
        row.notes.append("two events got one execution")
    if stray := _ended(door, counted) - set(accepted.values()):
        row.notes.append(f"{len(stray)} executions of nobody's")
    if asleep := load.cancelled - _ended(door, flows["sleeps"]):
        row.notes.append(f"{len(asleep)} of {len(load.cancelled)} cancelled executions go on")
    row.hung += _given_up(door, set(flows.values()))
    row.notes += sorted(set(load.strange))[:3]
    return row


def without_names(row: Row, load: Load, outside: Outside) -> Row | None:
    """Give what a reader of the topic finds who does not heed the records' names: a repetition is a second effect."""
    if outside.topic is None:
        return None
    found = {event: names.total() for event, names in outside.topic.found.items()}
    return Row(
        f"{row.scenario}, Kafka without names",
        row.accepted,
        row.finished,
        lost=[f"{event}" for event in load.accepted if not found.get(event)],
        duplicated=[f"{event}" for event, count in sorted(found.items()) if count > 1],
        silence_seconds=row.silence_seconds,
        honours=False,
    )


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


def _given_up(door: Installation, flows: set[str]) -> list[str]:
    """Say which tasks became dead letters: nothing here is wrong with any of them."""
    letters = [one for one in door.client.pages("/api/v1/dead-letters", 250) if one.get("workflow") in flows]
    return [f"{len(letters)} dead letters, such as {letters[0]['node']}: {letters[0]['reason']}"] if letters else []


def _told(door: Installation, accepted: dict[int, str], event: str) -> str:
    """Say how the execution of a lost event ended."""
    execution = accepted.get(int(event)) if event.isdecimal() else None
    if execution is None:
        return f"{event}: nobody knows its execution"
    found = door.client.call("GET", f"/api/v1/executions/{execution}")
    return f"{event}: {found.get('status')}: {found.get('error')}"


def _ids(door: Installation, query: str) -> set[str]:
    answer = door.client.call("POST", "/api/v1/sql", {"query": query, "limit": 100_000})
    return {str(row[0]) for row in answer["rows"]}
