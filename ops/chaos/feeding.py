"""Feeding: records that workflows are started by, and on Kafka now and then one that nobody can read.

Flow: **feeding** → topic → kafkaTrigger of the installation under chaos; → what is durable there, for the verdict.
"""

import json
import threading
from collections.abc import Callable

from confluent_kafka import Message, Producer

FEED_SECONDS = 0.4
GARBAGE_EVERY = 3
LAST_SECONDS = 30.0


class Feed:
    """Sends numbered records to a topic until it is stopped; ``garbage`` is a topic of the engine's own, if any."""

    def __init__(self, brokers: str, topic: str, garbage: str = "") -> None:
        self._topic = topic
        self._garbage = garbage
        self._producer = Producer({"bootstrap.servers": brokers, "enable.idempotence": True, "linger.ms": 0})
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._send, daemon=True)
        self.durable: set[int] = set()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Send no more, and wait for what was sent."""
        self._stopping.set()
        self._thread.join()
        self._producer.flush(LAST_SECONDS)

    def _send(self) -> None:
        number = 0
        while not self._stopping.wait(FEED_SECONDS):
            value = json.dumps({"event": number}).encode()
            self._producer.produce(self._topic, value, str(number), on_delivery=self._noting(number))
            if self._garbage and number % GARBAGE_EVERY == 0:
                self._producer.produce(self._garbage, b"\xff nobody can read this")
            self._producer.poll(0)
            number += 1

    def _noting(self, number: int) -> Callable[[object, Message], None]:
        def note(error: object, _: Message) -> None:
            if error is None:
                self.durable.add(number)

        return note
