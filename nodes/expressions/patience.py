"""Patience: how long a search by somebody's regular expression may take; shorter after some ran away.

Flow: conditions, renameKeys → **patience** → regex → found, or NodeError.
A search holds up everything else of its process, so that what runs away may cost seconds in all, not seconds an item.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from schemas.errors import NodeError

MOST_SECONDS: Final = 1.0
"""How long one search may take; TimeoutError then, which the template tells as an error of the expression."""
LEAST_SECONDS: Final = 0.01
REGAIN: Final = 1 / 30
"""How much comes back in a second."""


class Patience:
    """What is left of it: each search that is given up takes its time away, and it comes back slowly."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left = MOST_SECONDS
        self._at = clock()

    def seconds(self) -> float:
        """Say how long the next search may take."""
        now = self._clock()
        self._left = min(self._left + (now - self._at) * REGAIN, MOST_SECONDS)
        self._at = now
        return max(self._left, LEAST_SECONDS)

    @contextmanager
    def search(self, source: str, field: str = "") -> Iterator[float]:
        """Give the seconds for a search; raise NodeError where it did not end within them."""
        seconds = self.seconds()
        try:
            yield seconds
        except TimeoutError:
            self._left = max(self._left - seconds, 0)
            raise NodeError(
                f'the regular expression "{source:.200}" searched too long',
                field=field or None,
                hint="a repeated group must not hold another repetition, as (a+)+ does; or search less text",
            ) from None


PATIENCE: Final = Patience()
"""That of this process."""
