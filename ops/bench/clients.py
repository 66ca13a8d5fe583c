"""Clients: CPU that a record costs through our own sender and fetcher, and through aiokafka's producer and consumer.

Flow: a process of its own each → records sent at once, records read that come alone → **clients** → report.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Callable, Coroutine
from multiprocessing.connection import Connection
from typing import Any

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from confluent_kafka import Producer

from streams.settings import StreamSettings
from streams.topics import EVENTS, PREFIX, Topic
from streams.transports.kafka_log import KafkaLog
from streams.transports.kafka_topics import prepare

SENT, AT_ONCE, SENT_PARTITIONS = 40_000, 200, 48
ALONE, PAUSE_SECONDS, READ_PARTITIONS = 300, 0.01, 480
VALUE = b"x" * 300
TOPICS = [Topic(EVENTS)]

Work = Callable[[StreamSettings, Callable[[], None]], Coroutine[Any, Any, float]]
"""Works, says when it is ready to begin, and gives the CPU seconds that it took from there."""


def measure_clients(broker: str, prefix: str) -> dict[str, float]:
    """Give CPU microseconds a record, by what was measured."""
    sending, reading = (
        StreamSettings(broker=f"kafka://{broker}", prefix=f"{prefix}{name}.", partitions=count)
        for name, count in (("sent", SENT_PARTITIONS), ("read", READ_PARTITIONS))
    )
    found = {}
    for name, work in (("our sender", _our_sender), ("aiokafka's producer", _their_producer)):
        found[f"{name}, {AT_ONCE} at once, µs CPU each"] = _apart(work, sending, _nothing) / SENT * 1e6
    for name, work in (("our fetcher", _our_fetcher), ("aiokafka's consumer", _their_consumer)):
        cpu = _apart(work, reading, lambda: _trickle(broker, _wire(reading)))
        found[f"{name}, {READ_PARTITIONS} partitions, µs CPU a lone one"] = cpu / ALONE * 1e6
    return found


def _apart(work: Work, settings: StreamSettings, meanwhile: Callable[[], None]) -> float:
    """Work in a process of its own; ``meanwhile`` happens here once that is ready."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_child, args=(theirs, work, settings), daemon=True)
    process.start()
    theirs.close()
    ours.recv()
    meanwhile()
    seconds: float = ours.recv()
    process.join()
    return seconds


def _child(parent: Connection, work: Work, settings: StreamSettings) -> None:
    parent.send(uvloop.run(_prepared(work, settings, lambda: parent.send(None))))


async def _prepared(work: Work, settings: StreamSettings, ready: Callable[[], None]) -> float:
    return await work(await prepare(settings, TOPICS), ready)


async def _our_sender(settings: StreamSettings, ready: Callable[[], None]) -> float:
    log = KafkaLog(settings, TOPICS)
    await log.send(EVENTS, 0, VALUE)
    ready()
    began = time.process_time()
    for start in range(0, SENT, AT_ONCE):
        await asyncio.gather(*[log.send(EVENTS, n % settings.partitions, VALUE) for n in range(start, start + AT_ONCE)])
    cpu = time.process_time() - began
    await log.close()
    return cpu


async def _their_producer(settings: StreamSettings, ready: Callable[[], None]) -> float:
    async with AIOKafkaProducer(bootstrap_servers=_servers(settings), acks="all", enable_idempotence=True) as producer:
        topic = _wire(settings)
        await producer.send_and_wait(topic, VALUE, partition=0)
        ready()
        began = time.process_time()
        for start in range(0, SENT, AT_ONCE):
            sent = [
                await producer.send(topic, VALUE, partition=n % settings.partitions)
                for n in range(start, start + AT_ONCE)
            ]
            await asyncio.gather(*sent)
        return time.process_time() - began


async def _our_fetcher(settings: StreamSettings, ready: Callable[[], None]) -> float:
    log = KafkaLog(settings, TOPICS)
    reader = await log.reader(EVENTS, range(settings.partitions), "latest")
    await reader.read(1, 0.5)
    ready()
    began, count = time.process_time(), 0
    while count < ALONE:
        count += len(await reader.read(1000, 1.0))
    cpu = time.process_time() - began
    await log.close()
    return cpu


async def _their_consumer(settings: StreamSettings, ready: Callable[[], None]) -> float:
    async with AIOKafkaConsumer(
        bootstrap_servers=_servers(settings), enable_auto_commit=False, auto_offset_reset="latest"
    ) as consumer:
        parts = [TopicPartition(_wire(settings), each) for each in range(settings.partitions)]
        consumer.assign(parts)
        await consumer.seek_to_end(*parts)
        await consumer.getmany(timeout_ms=500)
        ready()
        began, count = time.process_time(), 0
        while count < ALONE:
            count += sum(map(len, (await consumer.getmany(timeout_ms=1000)).values()))
        return time.process_time() - began


def _trickle(broker: str, topic: str) -> None:
    """Send records one by one, each to another partition."""
    producer = Producer({"bootstrap.servers": broker, "linger.ms": 0})
    for n in range(ALONE):
        producer.produce(topic, VALUE, partition=n * 7 % READ_PARTITIONS)
        producer.poll(0)
        time.sleep(PAUSE_SECONDS)
    producer.flush(30)


def _nothing() -> None:
    return


def _servers(settings: StreamSettings) -> str:
    return settings.broker.removeprefix("kafka://")


def _wire(settings: StreamSettings) -> str:
    return settings.prefix + EVENTS.removeprefix(PREFIX)
