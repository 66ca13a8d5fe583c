"""Following: a task that reads a topic on and on.

Flow: log → **following** → replies, tail, rooms.
"""

import asyncio
import logging
from collections.abc import Callable

from streams.codecs import Undecodable
from streams.transports.protocol import Reader

ERROR_PAUSE_SECONDS = 1.0

logger = logging.getLogger(__name__)


class Following:
    """A task that reads on for ever; a record that does not decode is reported and passed over.

    With a pause between reads many records come at once, which costs a fraction of each by itself.
    """

    def __init__(self, reader: Reader, take: Callable[[bytes], None], pause_seconds: float = 0.0) -> None:
        self._reader = reader
        self._take = take
        self._pause_seconds = pause_seconds
        self._task = asyncio.create_task(self._run())

    @property
    def alive(self) -> bool:
        """Say whether it still reads."""
        return not self._task.done()

    def cancel(self) -> None:
        """Read no more."""
        self._task.cancel()

    async def ended(self) -> None:
        """Wait for its end."""
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        try:
            while True:
                await self._step()
                if self._pause_seconds:
                    await asyncio.sleep(self._pause_seconds)
        finally:
            await self._reader.close()

    async def _step(self) -> None:
        try:
            records = await self._reader.read()
        except Exception:
            logger.exception("cannot read from the log")
            await asyncio.sleep(ERROR_PAUSE_SECONDS)
            return
        for record in records:
            if record.value is None:
                continue
            try:
                self._take(record.value)
            except Undecodable as bad:
                where = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
                logger.warning("record passed over: %s", bad, extra=where)
