"""Early: a cancellation may come before the start that it means, which lies on another topic; it waits for that.

Flow: `control` → **early** (until the start is handled, or none can come) → engine.
"""

import asyncio
from collections.abc import Callable, Mapping

from schemas.errors import OperationalError
from streams.app import Streams

LOOK_SECONDS = 0.05
PATIENCE_SECONDS = 1.0


class Early:
    """Waits for starts. ``known`` says whether the engine has an execution; ``held`` which records are parked."""

    def __init__(
        self, streams: Streams, known: Callable[[str], bool], held: Callable[[int], Mapping[str, int]]
    ) -> None:
        self._streams = streams
        self._known = known
        self._held = held

    async def met(self, execution: str, partition: int) -> bool:
        """Return True when an execution has begun, or nothing that was sent before can begin it any more.

        False where its start may still wait, parked perhaps for long: whoever asked should ask again.
        """
        if self._known(execution):
            return True
        try:
            await self._streams.survey()
        except OperationalError:  # the log does not tell now
            await asyncio.sleep(LOOK_SECONDS)
            return False
        ends = {topic: end for topic, (_, end) in self._streams.progress(partition).items()}
        until = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while not self._known(execution):
            if self._passed(partition, ends):
                return True
            if asyncio.get_running_loop().time() > until:
                return False
            await asyncio.sleep(LOOK_SECONDS)
        return True

    def _passed(self, partition: int, ends: Mapping[str, int]) -> bool:
        held = self._held(partition)
        progress = self._streams.progress(partition)
        return all(min(progress[topic][0], held.get(topic, end)) >= end for topic, end in ends.items())
