"""Producer: one of librdkafka for all tasks that speak to a cluster in the same way, and the thread that serves it.

Flow: client → **producer** (batches what many tasks send) → cluster; what came of each record → client.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message
from confluent_kafka import Producer as Driver

from nodes.sdk.context import KafkaMessage, KafkaReceipt
from schemas.errors import MillraceError, NodeError, OperationalError

_POLL_SECONDS = 0.5
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


class _Sending:
    """Records that one task sends, and what came of them so far."""

    def __init__(self, messages: Sequence[KafkaMessage], done: "asyncio.Future[list[Outcome]]") -> None:
        self.outcomes: list[Outcome | None] = [None] * len(messages)
        self.left = len(messages)
        self.done = done


class Producer:
    """A producer for one event loop. Raises NodeError where its settings mean nothing to librdkafka."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        try:
            self._driver = Driver({**_DEFAULTS, **settings})
        except KafkaException as bad:
            raise NodeError(f"Kafka: {_text(bad)}", field="options", hint="see the credential and the options") from bad
        self._loop = asyncio.get_running_loop()
        self._acknowledged = str(settings.get("acks")) != "0"
        self._finished: deque[_Sending] = deque()
        self._lock = threading.Lock()
        self._closing = False
        self._thread = threading.Thread(target=self._serve, name="kafka-producer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> bool:
        """Whether something has been sent of which nothing was heard yet."""
        return len(self._driver) > 0

    async def send(self, messages: Sequence[KafkaMessage]) -> list[Outcome]:
        """Send records; say of each where it has gone, or why it could not be sent."""
        if not messages:
            return []
        sending = _Sending(messages, self._loop.create_future())
        for index, message in enumerate(messages):
            await self._put(message, index, sending)
        return await sending.done

    def close(self) -> None:
        """Send what waits, for a moment, then hang up; blocks."""
        self._driver.flush(_LAST_SECONDS)
        self._closing = True
        self._thread.join()

    async def _put(self, message: KafkaMessage, index: int, sending: _Sending) -> None:
        told = partial(self._delivered, sending, index)
        while True:
            try:
                self._driver.produce(
                    message.topic, message.value, message.key, headers=list(message.headers), on_delivery=told
                )
            except BufferError:  # the cluster is slower than we are: wait for it
                await asyncio.sleep(_FULL_SECONDS)
            except KafkaException as bad:
                self._settle(sending, index, _error(bad.args[0]))
                self._tell()
                return
            else:
                return

    def _delivered(self, sending: _Sending, index: int, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self._settle(sending, index, _error(error))
            return
        offset = message.offset() if self._acknowledged else None
        self._settle(sending, index, KafkaReceipt(message.topic() or "", message.partition() or 0, offset))

    def _settle(self, sending: _Sending, index: int, outcome: Outcome) -> None:
        """Note what came of a record; called in the loop's thread, in ours and in that of whoever closes."""
        sending.outcomes[index] = outcome
        with self._lock:
            sending.left -= 1
            if not sending.left:
                self._finished.append(sending)

    def _serve(self) -> None:
        while not self._closing:
            self._driver.poll(_POLL_SECONDS)
            self._tell()
        self._tell()

    def _tell(self) -> None:
        """Wake the tasks whose records are all settled: once for all of them, not once a record."""
        if self._finished and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        while self._finished:
            sending = self._finished.popleft()
            if not sending.done.done():
                sending.done.set_result([outcome for outcome in sending.outcomes if outcome is not None])


def _error(error: KafkaError) -> MillraceError:
    text = f"Kafka: {error.str()}"
    if error.code() in _WRONG:
        return NodeError(text, hint="see the topic, its size limit and who may write to it")
    return OperationalError(text)


def _text(error: KafkaException) -> str:
    first = error.args[0] if error.args else error
    return str(first.str()) if isinstance(first, KafkaError) else str(first)
