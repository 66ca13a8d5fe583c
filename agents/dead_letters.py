"""Dead letters: what could not be carried out, kept with its reason so that nothing accepted is lost.

Flow: a record or task that failed for good → **dead-letters** topic → history, re-drive.
"""

from typing import Any

from schemas.clock import now_ms
from schemas.errors import error_info
from schemas.failpoints import failpoint
from schemas.task import DeadLetter, Task
from streams import codecs
from streams.app import Streams
from streams.topics import DEAD_LETTERS


class DeadLetters:
    """Writes dead letters; returns when they are durable."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    async def raw(self, message: Any, error: BaseException) -> None:
        """Keep a whole record as it came."""
        await self._send(message, error, raw=message.value)

    async def task(self, message: Any, task: Task, error: BaseException) -> None:
        """Keep one task of a frame."""
        await self._send(message, error, task=task)

    async def _send(
        self, message: Any, error: BaseException, *, raw: bytes | None = None, task: Task | None = None
    ) -> None:
        letter = DeadLetter(
            topic=message.topic,
            partition=message.partition,
            offset=message.offset,
            reason=error_info(error).message,
            at=now_ms(),
            raw=raw,
            task=task,
        )
        failpoint("letters.send")
        await self._streams.log.send(DEAD_LETTERS, message.partition, codecs.encode(letter))
        failpoint("letters.sent")
