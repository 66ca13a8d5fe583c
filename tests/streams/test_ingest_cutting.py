"""Cutting records into batches: when one is full or has waited, and that a plan makes the same batches again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.ingest_cutting import BATCH_BYTES, CUTS_MAX, Batch, Cut, Cutter, read_plan, write_plan
from streams.transports.protocol import Record


def record(offset: int, value: bytes = b"x") -> Record:
    return Record("t", 0, offset, None, value)


def offsets(batches: list[Batch]) -> list[list[int]]:
    return [[each.offset for each in batch.records] for batch in batches]


def fed(cutter: Cutter, *given: int, now: float = 0.0) -> Cutter:
    for offset in given:
        cutter.add(record(offset), now)
    return cutter


def test_a_batch_goes_when_it_is_full():
    cutter = fed(Cutter(3, 1.0), 0, 1, 2, 3, 4, 5, 6)

    assert offsets(cutter.take(0.0)) == [[0, 1, 2], [3, 4, 5]]
    assert offsets(cutter.take(0.9)) == []


def test_a_batch_goes_when_its_first_record_has_waited():
    cutter = fed(Cutter(3, 1.0), 4, now=10.0)
    fed(cutter, 5, now=10.8)

    assert cutter.due() == 11.0
    assert offsets(cutter.take(11.0)) == [[4, 5]]
    assert cutter.due() is None


def test_a_batch_of_one_waits_for_nothing():
    assert offsets(fed(Cutter(1, 60.0), 7, 9).take(0.0)) == [[7], [9]]


def test_a_batch_ends_before_it_becomes_too_large():
    cutter = Cutter(100, 1.0)
    for offset in range(5):
        cutter.add(record(offset, bytes(BATCH_BYTES // 2)), 0.0)

    assert offsets(cutter.take(0.0)) == [[0, 1], [2, 3]]


def test_no_more_batches_go_at_once_than_a_plan_can_name():
    cutter = fed(Cutter(1, 1.0), *range(CUTS_MAX + 10))

    assert len(cutter.take(0.0)) == CUTS_MAX
    assert len(cutter.take(0.0)) == 10


def test_a_plan_is_followed_whatever_size_and_time_would_say():
    cutter = fed(Cutter(2, 0.0, [Cut(5, 8), Cut(9, 9)]), 5, 6, 7)

    assert cutter.take(100.0) == []  # its last record is still to come
    assert cutter.due() is None

    fed(cutter, 8, 9, 10, 11)
    assert offsets(cutter.take(0.0)) == [[5, 6, 7, 8], [9], [10, 11]]


def test_a_planned_batch_is_what_is_left_of_it():
    """Compaction, and the end of a transaction, leave gaps: what is past the last offset tells that it is whole."""
    cutter = fed(Cutter(2, 0.0, [Cut(5, 8)]), 5, 7, 10)

    [first, second] = cutter.take(0.0)

    assert first == Batch(Cut(5, 8), [record(5), record(7)])
    assert second.cut == Cut(10, 10)


@pytest.mark.parametrize(("end", "found"), [(8, []), (9, [[5]])], ids=["not read to its end", "read to its end"])
def test_the_end_of_the_partition_tells_that_a_planned_batch_is_whole(end: int, found: list[list[int]]):
    cutter = fed(Cutter(2, 0.0, [Cut(5, 8)]), 5)
    cutter.reached(end)

    assert offsets(cutter.take(0.0)) == found


def test_a_planned_batch_whose_records_are_gone_is_none():
    assert offsets(fed(Cutter(2, 0.0, [Cut(1, 3), Cut(4, 5)]), 8, 9).take(0.0)) == [[8, 9]]


CUTS = [
    pytest.param("millrace 5-8 9-9", 5, [Cut(5, 8), Cut(9, 9)], id="ours"),
    pytest.param("millrace 5-8", 4, [Cut(5, 8)], id="after a gap"),
    pytest.param("millrace 5-8", 6, [], id="of an offset that was passed"),
    pytest.param("", 0, [], id="none"),
    pytest.param("somebody's own words", 0, [], id="another's"),
    pytest.param("millrace 5-", 0, [], id="cut off"),
    pytest.param("millrace a-b", 0, [], id="no numbers"),
]


@pytest.mark.parametrize(("metadata", "committed", "cuts"), CUTS)
def test_plans_are_read(metadata: str, committed: int, cuts: list[Cut]):
    assert read_plan(metadata, committed) == cuts


def test_the_largest_plan_fits_into_what_brokers_allow():
    cuts = [Cut(2**63 - 2, 2**63 - 1)] * CUTS_MAX

    assert len(write_plan(cuts)) <= 4096
    assert read_plan(write_plan(cuts), 0) == cuts


arrivals = st.lists(st.tuples(st.integers(1, 3), st.floats(0, 2)), min_size=1, max_size=60)


@given(arrivals, st.integers(1, 7), arrivals)
def test_what_was_planned_is_cut_alike_whenever_it_comes_again(first, size, second):
    """Cut once, commit the plan, die; then the same records come at other times, with more behind them."""
    records = [record(offset) for offset in _offsets(first)]
    cutter = Cutter(size, 1.0)
    now, planned = 0.0, []
    for (_, pause), each in zip(first, records, strict=True):
        now += pause
        cutter.add(each, now)
        planned += cutter.take(now)
    planned = planned[:CUTS_MAX]
    if not planned:
        return

    plan = write_plan(batch.cut for batch in planned)
    again = Cutter(size, 1.0, read_plan(plan, records[0].offset))
    later = [record(records[-1].offset + offset) for offset in _offsets(second)]
    found, now = [], 0.0
    for each in [*records, *later]:
        now += 0.7
        again.add(each, now)
        found += again.take(now)
    again.reached(later[-1].offset + 1)
    found += again.take(now + 5)

    assert found[: len(planned)] == planned
    assert [each for batch in found for each in batch.records] == [*records, *later]


def _offsets(steps: list[tuple[int, float]]) -> list[int]:
    found, at = [], -1
    for step, _ in steps:
        at += step
        found.append(at + 1)
    return found
