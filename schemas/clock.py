"""Clock: what time it is, for everything that is dated; a test may shift it under processes that run.

Flow: system, shift → **clock** → ids, events, timers, marks.
What is measured and not dated (leases, patience, rates) asks the monotonic clock, which nobody sets.
"""

import mmap
import time
from pathlib import Path

SHIFT_BYTES = 8
_shift: mmap.mmap | None = None


def now_ms() -> int:
    """Give epoch milliseconds."""
    at = int(time.time() * 1000)
    return at if _shift is None else at + int.from_bytes(_shift[:SHIFT_BYTES], "little", signed=True)


def follow(path: Path | None) -> None:
    """Add the milliseconds that a file holds to the system's clock, also when they change; None adds nothing."""
    global _shift  # an argument would have to pass through everything
    _shift = None
    if path is not None:
        with path.open("rb") as file:
            _shift = mmap.mmap(file.fileno(), SHIFT_BYTES, access=mmap.ACCESS_READ)


def shift(path: Path, milliseconds: int) -> None:
    """Have those who follow a file be ahead of the system's clock by so much, or behind."""
    with path.open("r+b" if path.exists() else "wb") as file:
        file.write(milliseconds.to_bytes(SHIFT_BYTES, "little", signed=True))
