"""Producer: one of librdkafka for all tasks that speak to a cluster in the same way.

Flow: client → **producer** (batches what many tasks send) → cluster; what came of each record → client.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message
from confluent_kafka import Producer as Driver

from nodes.sdk.context import KafkaMessage, KafkaReceipt
from schemas.errors import MillraceError, NodeError, OperationalError

_ASK_SECONDS = 0.002
_FULL_SECONDS = 0.05
_LAST_SECONDS = 5.0
_WRONG = frozenset(
    {
        KafkaError._UNKNOWN_TOPIC,
        KafkaError._UNKNOWN_PARTITION,
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError.TOPIC_EXCEPTION,
        KafkaError.MSG_SIZE_TOO_LARGE,
        KafkaError.INVALID_MSG,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    }
)
_DEFAULTS: dict[str, Any] = {
    "linger.ms": 3,
    "topic.metadata.propagation.max.ms": 10_000,
    "queue.buffering.max.kbytes": 65_536,
}
Outcome = KafkaReceipt | MillraceError

logger = logging.getLogger(__name__)


class _Sending:
    """Records that one task sends, and what came of them so far."""

    def __init__(self, count: int, done: "asyncio.Future[list[Outcome]]") -> None:
        self.outcomes: list[Outcome | None] = [None] * count
        self.left = count
        self.done = done

    def settle(self, index: int, outcome: Outcome) -> None:
        """Note what came of a record; the task wakes with the last one."""
        self.outcomes[index] = outcome
        self.left -= 1
        if not self.left and not self.done.done():
            self.done.set_result([outcome for outcome in self.outcomes if outcome is not None])


class Producer:
    """A producer for one event loop. Raises NodeError where its settings mean nothing to librdkafka.

    What came of records is asked for in the loop's own thread, often while something is under way and never else: a
    thread for it would have to win the interpreter's lock for every single record.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        try:
            self._driver = Driver({**_DEFAULTS, **settings}, logger=logger)
        except KafkaException as bad:
            raise NodeError(f"Kafka: {_text(bad)}", field="options", hint="see the credential and the options") from bad
        self._loop = asyncio.get_running_loop()
        self._acknowledged = str(settings.get("acks")) != "0"
        self._asking: asyncio.TimerHandle | None = None

    @property
    def waiting(self) -> bool:
        """Whether something has been sent of which nothing was heard yet."""
        return len(self._driver) > 0

    async def send(self, messages: Sequence[KafkaMessage]) -> list[Outcome]:
        """Send records; say of each where it has gone, or why it could not be sent."""
        if not messages:
            return []
        sending = _Sending(len(messages), self._loop.create_future())
        for index, message in enumerate(messages):
            await self._put(message, partial(self._delivered, sending, index))
        return await sending.done

    async def close(self) -> None:
        """Wait for a moment until what was sent has arrived."""
        deadline = self._loop.time() + _LAST_SECONDS
        while self.waiting and self._loop.time() < deadline:  # noqa: ASYNC110 librdkafka knows of no event
            await asyncio.sleep(_ASK_SECONDS)

    async def _put(self, message: KafkaMessage, told: Callable[..., None]) -> None:
        while True:
            try:
                self._driver.produce(
                    message.topic, message.value, message.key, headers=list(message.headers), on_delivery=told
                )
            except BufferError:  # the cluster is slower than we are: wait for it
                self._ask_soon()
                await asyncio.sleep(_FULL_SECONDS)
            except KafkaException as bad:
                told(bad.args[0], None)
                return
            else:
                self._ask_soon()
                return

    def _delivered(self, sending: _Sending, index: int, error: KafkaError | None, message: Message | None) -> None:
        if error is not None or message is None:
            sending.settle(index, _error(error))
            return
        offset = message.offset() if self._acknowledged else None
        sending.settle(index, KafkaReceipt(message.topic() or "", message.partition() or 0, offset))

    def _ask_soon(self) -> None:
        if self._asking is None:
            self._asking = self._loop.call_later(_ASK_SECONDS, self._ask)

    def _ask(self) -> None:
        self._asking = None
        self._driver.poll(0)
        if self.waiting:
            self._ask_soon()


def _error(error: KafkaError | None) -> MillraceError:
    if error is None:
        return OperationalError("Kafka: nobody knows what became of the record")
    text = f"Kafka: {error.str()}"
    if error.code() in _WRONG:
        return NodeError(text, hint="see the topic, its size limit and who may write to it")
    return OperationalError(text)


def _text(error: KafkaException) -> str:
    first = error.args[0] if error.args else error
    return str(first.str()) if isinstance(first, KafkaError) else str(first)
