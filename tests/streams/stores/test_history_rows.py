"""Which executions history keeps.

Flow: streams.stores.history_rows → **test**.
"""

from collections import Counter

import pytest

from schemas.errors import UserError
from schemas.events import Event, ExecutionFinished, ExecutionStarted, NodeFinished
from schemas.identifiers import new_execution_id
from streams.stores.history_rows import Keep, event_rows


def test_all_keeps_everything() -> None:
    events = [*_execution("a", "success"), *_execution("b", "error")]

    assert Keep("all").select(events) == events


def test_errors_keeps_what_ends_badly_or_has_not_ended() -> None:
    events = [*_execution("good", "success"), *_execution("bad", "error"), *_execution("off", "cancelled")]
    alive = _execution("alive", "success")[:2]

    kept = Keep("errors").select([*events, *alive])

    assert Counter(event.execution for event in kept) == {"bad": 3, "alive": 2}


def test_errors_lists_what_ended_well_after_parts_of_it_were_stored() -> None:
    keep = Keep("errors")
    *early, end = _execution("long", "success")

    kept = [*keep.select(early), *keep.select([end, *_execution("short", "success")])]

    assert kept == [*early, end]
    assert keep.stale == {"long"}


def test_sample_keeps_whole_executions_whatever_batch_they_come_in() -> None:
    executions = [_execution(new_execution_id(), "success") for _ in range(400)]
    keep, other = Keep("sample:0.25"), Keep("sample:0.25")

    together = {event.execution for event in keep.select([event for events in executions for event in events])}
    singly = Counter(event.execution for events in executions for event in events if other.select([event]))

    assert set(singly) == together
    assert set(singly.values()) == {3}
    assert 40 < len(together) < 170


@pytest.mark.parametrize(
    ("rule", "kept"), [pytest.param("sample:0", 0, id="none"), pytest.param("sample:1", 3, id="all")]
)
def test_sample_has_ends(rule: str, kept: int) -> None:
    assert len(Keep(rule).select(_execution("x", "success"))) == kept


@pytest.mark.parametrize("rule", ["", "some", "sample", "sample:2", "sample:x", "all:1"])
def test_unknown_rule_is_refused(rule: str) -> None:
    with pytest.raises(UserError, match="what history keeps"):
        Keep(rule)


def test_both_ends_in_one_batch_are_one_row() -> None:
    rows = event_rows([*_execution("a", "success"), *_execution("b", "error")[:2]])

    assert [(row[0], row[3]) for row in rows["executions"]] == [("a", "success"), ("b", "running")]
    assert {table: len(added) for table, added in rows.items()} == {
        "executions": 2,
        "node_runs": 2,
        "execution_events": 3,
    }


def _execution(name: str, status: str) -> list[Event]:
    return [
        ExecutionStarted(name, "w", "v", 1, "A"),
        NodeFinished(name, "w", "v", 2, "A", "set"),
        ExecutionFinished(name, "w", "v", 3, 1, status),  # type: ignore[arg-type]
    ]
