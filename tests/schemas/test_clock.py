"""Clock: whoever follows a file is as far ahead or behind as it says, also when that changes.

Flow: file → clock → **here**.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.clock import follow, now_ms, shift

HOUR = 3_600_000


@pytest.fixture(autouse=True)
def _unshifted() -> Iterator[None]:
    yield
    follow(None)


def test_the_clock_is_shifted_while_it_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    began = now_ms()
    shift(path, 0)
    follow(path)
    assert 0 <= now_ms() - began < HOUR

    for hours in (5, -3, 0):
        shift(path, hours * HOUR)
        assert 0 <= now_ms() - began - hours * HOUR < HOUR

    shift(path, 9 * HOUR)
    follow(None)
    assert 0 <= now_ms() - began < HOUR
