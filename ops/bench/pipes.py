"""Pipes: records of one topic become records of another, by Millrace and by a plain loop in the same run.

Flow: preloaded topic → plain loop, or fleet (trigger → set → if → kafka) → topic, counted → **pipes** → report.
"""

import json
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from ops.bench.fleet import Fleet
from ops.bench.measures import PLAIN, Pipe
from ops.bench.plain_loop import run_plain_loop
from ops.bench.processes import cpu_seconds
from ops.bench.workflows import piping

PARTITIONS = 8
LOOK_SECONDS = 0.05
PATIENCE_SECONDS = 120.0
HEAD, TAIL = 0.1, 0.9
"""Rates count the records between these shares of all: neither the start nor the last batch is the pace."""


class Cluster:
    """The topics of one measurement on a broker."""

    def __init__(self, broker: str, prefix: str) -> None:
        self.broker = broker
        self.prefix = prefix
        self._admin = AdminClient({"bootstrap.servers": broker})
        self._count = 0

    def topic(self, name: str) -> str:
        """Make a topic; give its whole name."""
        self._count += 1
        whole = f"{self.prefix}{name}-{self._count}"
        self._admin.create_topics([NewTopic(whole, PARTITIONS, 1)])[whole].result(20)
        return whole

    def fill(self, topic: str, records: int) -> None:
        """Send so many small JSON records, each with a key."""
        producer = Producer({"bootstrap.servers": self.broker, "linger.ms": 20, "partitioner": "murmur2_random"})
        for n in range(records):
            value = json.dumps({"id": n, "name": "widget", "qty": n % 10, "price": 19.5})
            while True:
                try:
                    producer.produce(topic, value, key=str(n))
                    break
                except BufferError:
                    producer.poll(0.1)
        producer.flush(60)

    @contextmanager
    def counter(self, topic: str) -> "Iterator[Counter]":
        """Watch how a topic grows."""
        counter = Counter(self.broker, topic)
        try:
            yield counter
        finally:
            counter.close()


class Counter:
    """Samples a topic's end from outside."""

    def __init__(self, broker: str, topic: str) -> None:
        self._topic = topic
        self._consumer = Consumer({"bootstrap.servers": broker, "group.id": "bench-counter"})

    def close(self) -> None:
        """Go."""
        self._consumer.close()

    def ends(self) -> dict[int, int]:
        """Give each partition's end."""
        parts = [TopicPartition(self._topic, partition) for partition in range(PARTITIONS)]
        return {part.partition: self._consumer.get_watermark_offsets(part, timeout=10)[1] for part in parts}

    def arrived(self) -> int:
        """Count the records that the topic has."""
        return sum(self.ends().values())

    def pace(self, records: int) -> tuple[int, float]:
        """Wait for so many records; give how many came, and the rate of those in the middle."""
        until = time.monotonic() + PATIENCE_SECONDS
        seen = [(time.perf_counter(), self.arrived())]
        while seen[-1][1] < records and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)
            seen.append((time.perf_counter(), self.arrived()))
        middle = [(at, count) for at, count in seen if records * HEAD <= count <= records * TAIL]
        if len(middle) < 2:
            middle = seen
        (first_at, first), (last_at, last) = middle[0], middle[-1]
        return seen[-1][1], (last - first) / max(last_at - first_at, 1e-9)


def measure_plain(cluster: Cluster, records: int) -> Pipe:
    """Measure aiokafka's consumer and producer, all acknowledged, in one process."""
    source, sink = cluster.topic("plain-in"), cluster.topic("plain-out")
    cluster.fill(source, records)
    process = multiprocessing.get_context("spawn").Process(
        target=run_plain_loop, args=(cluster.broker, source, sink), daemon=True
    )
    with cluster.counter(sink) as counter:
        process.start()
        try:
            arrived, rate = counter.pace(records)
            cpu = cpu_seconds(process.pid or 0)
        finally:
            process.terminate()
            process.join()
    return Pipe(PLAIN, records, arrived, rate, cpu / max(arrived, 1) * 1e6)


def measure_pipe(cluster: Cluster, folder: Path, records: int, *, workers: int, chaining: bool, batch: int) -> Pipe:
    """Measure Millrace: a fleet of its own, trigger → set → if → kafka."""
    source, sink = cluster.topic("in"), cluster.topic("out")
    cluster.fill(source, records)
    name = f"{'chained' if chaining else 'every edge a hop'}, {workers} worker{'s' * (workers > 1)}, batches of {batch}"
    settings = {"MILLRACE_PARTITIONS": str(PARTITIONS), "MILLRACE_CHAINING": str(chaining).lower()}
    fleet = Fleet(folder, f"kafka://{cluster.broker}", f"{cluster.prefix}{folder.name}.", workers=workers, **settings)
    with fleet, cluster.counter(sink) as counter:
        flow = fleet.gateway.add(piping(cluster.broker, source, sink, batch), activate=False)
        before = sum(map(cpu_seconds, fleet.pids))
        fleet.gateway.client.call("POST", f"/api/v1/workflows/{flow}/activate")
        arrived, rate = counter.pace(records)
        cpu = sum(map(cpu_seconds, fleet.pids)) - before
    goal = ("≥ 10,000/s, ≥ 20 % of plain" if chaining else "≥ 5,000/s") if batch > 1 else ""
    return Pipe(name, records, arrived, rate, cpu / max(arrived, 1) * 1e6, goal)
