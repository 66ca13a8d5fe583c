"""The ledger never lets a commit pass what is still open."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from streams.delivery import Ledger


@given(st.integers(0, 100), st.integers(0, 30), st.randoms())
def test_position_is_the_lowest_open_or_the_next(start: int, count: int, chance: Random) -> None:
    ledger = Ledger(start)
    offsets = list(range(start, start + count))
    for offset in offsets:
        ledger.delivered(offset)
    chance.shuffle(offsets)

    left = set(offsets)
    for offset in offsets[: count // 2]:
        assert ledger.acknowledged(offset)
        left.discard(offset)

    assert ledger.position == min(left, default=start + count)
    assert ledger.open == len(left)


def test_an_unknown_offset_is_not_acknowledged() -> None:
    ledger = Ledger(5)
    ledger.delivered(5)

    assert not ledger.acknowledged(4)
    assert ledger.acknowledged(5)
    assert not ledger.acknowledged(5)
    assert ledger.position == 6


def test_holes_of_compaction_are_passed() -> None:
    ledger = Ledger(0)
    for offset in (3, 7, 9):
        ledger.delivered(offset)
        ledger.acknowledged(offset)

    assert ledger.position == 10
