"""The plain loop: what aiokafka alone does from topic to topic, as the measure of what a workflow costs.

Flow: topic → **plain loop** (one process, batches, all acknowledged, then committed) → topic.
"""

import asyncio

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer


def run_plain_loop(broker: str, source: str, sink: str) -> None:
    """Copy until the process is ended."""
    uvloop.run(_copy(broker, source, sink))


async def _copy(broker: str, source: str, sink: str) -> None:
    consumer = AIOKafkaConsumer(
        source,
        bootstrap_servers=broker,
        group_id=f"{sink}-plain",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_poll_records=500,
    )
    producer = AIOKafkaProducer(bootstrap_servers=broker, acks="all", enable_idempotence=True, linger_ms=5)
    async with consumer, producer:
        while True:
            found = await consumer.getmany(timeout_ms=200)
            sent = [
                await producer.send(sink, record.value, key=record.key, partition=part.partition)
                for part, records in found.items()
                for record in records
            ]
            if sent:
                await asyncio.gather(*sent)
                await consumer.commit()
