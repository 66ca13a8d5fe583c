"""Client: sends records to Kafka clusters, and knows the schema registries that describe them.

Flow: kafka nodes → **client** → producers, registries; receipts → kafka nodes.
"""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nodes.sdk.context import KafkaMessage, KafkaReceipt
from schemas.errors import MillraceError

if TYPE_CHECKING:
    from nodes.data.kafka_producer import Producer
    from nodes.data.kafka_schemas import SchemaRegistry

KEPT = 16


class RealKafka:
    """Keeps producers and registries for as long as they are in use: the ones used last."""

    def __init__(self) -> None:
        self._producers: OrderedDict[str, Producer] = OrderedDict()
        self._registries: OrderedDict[str, SchemaRegistry] = OrderedDict()
        self._lock = threading.Lock()

    async def send(
        self, settings: Mapping[str, Any], messages: Sequence[KafkaMessage]
    ) -> list[KafkaReceipt | MillraceError]:
        """Send records together; say of each where it has gone, or why it could not be sent."""
        return await self._producer(settings).send(messages)

    async def encode(
        self, registry: Mapping[str, Any], topic: str, subject: str, values: Sequence[Any]
    ) -> list[bytes | MillraceError]:
        """Give values as bytes, by the latest schema of a subject, or say of each why it does not fit."""
        return await asyncio.to_thread(self._encode, registry, topic, subject, values)

    def registry(self, settings: Mapping[str, Any]) -> "SchemaRegistry":
        """Give the client of a registry; blocks, so call it in a thread, and use what it gives in one."""
        from nodes.data.kafka_schemas import SchemaRegistry  # half a second to import, and few need it

        name = repr(sorted(settings.items()))
        with self._lock:
            if name not in self._registries:
                self._registries[name] = SchemaRegistry(settings)
            self._registries.move_to_end(name)
            while len(self._registries) > KEPT:
                self._registries.popitem(last=False)
            return self._registries[name]

    async def close(self) -> None:
        """Send what waits, for a moment, and hang up."""
        producers, self._producers = self._producers, OrderedDict()
        await asyncio.gather(*(each.close() for each in producers.values()))
        for registry in self._registries.values():
            registry.close()
        self._registries.clear()

    def _producer(self, settings: Mapping[str, Any]) -> "Producer":
        from nodes.data.kafka_producer import Producer  # what no workflow uses need not be loaded

        name = repr(sorted(settings.items()))
        if name not in self._producers:
            self._producers[name] = Producer(settings)
        self._producers.move_to_end(name)
        idle = [key for key, each in self._producers.items() if not each.waiting]
        for key in idle[: max(0, len(self._producers) - KEPT)]:
            gone = [self._producers.pop(key)]
            threading.Thread(target=gone.clear, daemon=True).start()  # its end may take a moment
        return self._producers[name]

    def _encode(
        self, settings: Mapping[str, Any], topic: str, subject: str, values: Sequence[Any]
    ) -> list[bytes | MillraceError]:
        registry = self.registry(settings)
        found: list[bytes | MillraceError] = []
        for value in values:
            try:
                found.append(registry.encode(topic, subject, value))
            except MillraceError as bad:
                found.append(bad)
        return found
