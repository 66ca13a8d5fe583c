"""A partition gives from any position what a plain list of its records would."""

from hypothesis import given
from hypothesis import strategies as st

from streams.topics import Topic
from streams.transports.partition import Partition
from streams.transports.protocol import Record

steps = st.lists(
    st.one_of(
        st.tuples(st.just("show"), st.integers(1, 30)),
        st.tuples(st.just("truncate"), st.integers(0, 60)),
        st.tuples(st.just("drop"), st.integers(0, 60)),
        st.tuples(st.just("evict"), st.just(0)),
    ),
    max_size=12,
)


def record(offset: int, key: bytes | None = None, value: bytes | None = b"v") -> Record:
    return Record("t", 0, offset, key, value, (), offset)


@given(steps, st.integers(0, 80), st.integers(1, 20))
def test_recent_records_are_a_slice_or_not_there(actions: list[tuple[str, int]], position: int, limit: int) -> None:
    part = Partition(Topic("t"), 0, stored=True)
    for action, amount in actions:
        if action == "show":
            for offset in range(part.visible, part.visible + amount):
                part.show(record(offset))
        elif action == "truncate":
            part.truncate(min(amount, part.visible))
        elif action == "drop":
            part.drop_before(min(amount, part.visible))
        else:
            part.evict()

    found = part.recent(position, limit)

    if position < part.recent_from:
        assert found is None
    else:
        assert found == [record(offset) for offset in range(position, min(position + limit, part.visible))]
    assert part.recent_bytes == 129 * (part.visible - part.recent_from)


@given(st.lists(st.tuples(st.sampled_from([b"a", b"b", b"c"]), st.booleans()), min_size=70, max_size=200))
def test_compaction_keeps_the_last_of_each_key(changes: list[tuple[bytes, bool]]) -> None:
    part = Partition(Topic("t", cleanup="compact", retention_seconds=0), 0, stored=False)
    for offset, (key, kept) in enumerate(changes):
        part.show(record(offset, key, b"v" if kept else None))
    last = {key: (offset, kept) for offset, (key, kept) in enumerate(changes)}

    part.compact(before=len(changes))
    found = part.recent(0, 1000)
    positions = [part.recent(offset, 1000) for offset in range(len(changes) + 1)]

    assert found is not None
    assert [each.offset for each in found] == sorted(offset for offset, kept in last.values() if kept)
    for offset, some in enumerate(positions):
        assert some == [each for each in found if each.offset >= offset]
