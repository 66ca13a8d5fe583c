"""Delivery: which records were delivered and acknowledged, and what may therefore be committed.

Flow: transport delivers → **ledger** ← agents acknowledge, in any order; → contiguous commit.
"""


class Ledger:
    """The deliveries of one partition since its assignment.

    ``position`` is the lowest offset that was delivered and not acknowledged, else the offset after the last one
    delivered: never past a record that is still being worked on, also where nothing was committed yet.
    """

    __slots__ = ("_last", "_open", "_start")

    def __init__(self, start: int) -> None:
        self._start = start
        self._last = start - 1
        self._open: dict[int, None] = {}

    def delivered(self, offset: int) -> None:
        """Note that a record was handed to an agent; offsets only grow."""
        self._open[offset] = None
        self._last = offset

    def acknowledged(self, offset: int) -> bool:
        """Note that a record is done; tell whether it was open."""
        return offset in self._open and self._open.pop(offset, 0) is None

    @property
    def open(self) -> int:
        """Count the records that are delivered and not acknowledged."""
        return len(self._open)

    @property
    def position(self) -> int:
        """Give the offset that may be committed."""
        # a dict keeps the order of insertion, which is the order of offsets: the first key is the lowest
        return next(iter(self._open), self._last + 1)
