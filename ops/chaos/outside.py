"""Outside: everything that workflows under chaos do outside, counted by step and event.

Flow: ledger (HTTP), topic (Kafka), data table → **outside** → verdict.
"""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator

from confluent_kafka import Consumer, Message, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from nodes.data.kafka import TASK_HEADER
from ops.chaos.feeding import Feed
from ops.chaos.flows import FEED, KEYED, PLAIN, RECORDED, WRITTEN, Places
from ops.chaos.ledger import CALLED, Ledger
from ops.client import Client

PARTITIONS = 3
ANSWER_SECONDS = 30.0
ROWS_AT_ONCE = 1000


def make_topic(brokers: str, name: str) -> None:
    """Make a topic."""
    admin = AdminClient({"bootstrap.servers": brokers})
    admin.create_topics([NewTopic(name, PARTITIONS, 1)])[name].result(ANSWER_SECONDS)


class Topic:
    """What stands in a topic: by event the names (`millrace-task`) of its records, and how often each is there."""

    def __init__(self, brokers: str, name: str) -> None:
        self.brokers = brokers
        self.name = name
        self.found: defaultdict[int, Counter[str]] = defaultdict(Counter)
        make_topic(brokers, name)
        self._consumer = Consumer(
            {
                "bootstrap.servers": brokers,
                "group.id": name,
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
            }
        )
        self._next = dict.fromkeys(range(PARTITIONS), 0)
        self._consumer.assign([TopicPartition(name, partition, 0) for partition in self._next])

    def look(self) -> None:
        """Read all that is there by now."""
        until = time.monotonic() + ANSWER_SECONDS
        ends = {each: self._end(each) for each in self._next}
        while any(self._next[each] < end for each, end in ends.items()) and time.monotonic() < until:
            for message in self._consumer.consume(ROWS_AT_ONCE, 0.2):
                self._note(message)

    def close(self) -> None:
        """Let go of the broker."""
        self._consumer.close()

    def _end(self, partition: int) -> int:
        _, end = self._consumer.get_watermark_offsets(TopicPartition(self.name, partition), ANSWER_SECONDS)
        return int(end)

    def _note(self, message: Message) -> None:
        value, partition, offset = message.value(), message.partition(), message.offset()
        if message.error() is not None or value is None or partition is None or offset is None:
            return
        headers = dict(message.headers() or [])
        self.found[json.loads(value)["event"]][str(headers[TASK_HEADER])] += 1
        self._next[partition] = offset + 1


class Rows:
    """What stands in a data table: how many rows for each event."""

    def __init__(self, client: Client) -> None:
        self._client = client
        asked = {"name": f"chaos {time.time_ns()}", "columns": [{"name": "event", "type": "number"}]}
        self.table = str(client.call("POST", "/api/v1/data-tables", asked)["id"])
        self.found: Counter[int] = Counter()

    def look(self) -> None:
        """Read all that is there by now."""
        while True:
            asked = {"orderBy": "id", "limit": ROWS_AT_ONCE, "offset": self.found.total()}
            rows = self._client.call("POST", f"/api/v1/data-tables/{self.table}/query", asked)["data"]
            self.found.update(int(row["event"]) for row in rows)
            if len(rows) < ROWS_AT_ONCE:
                return


class Outside:
    """All of it; without ``brokers`` there is no topic. ``garbage`` is where the feed puts what nobody can read."""

    def __init__(self, ledger: Ledger, client: Client, brokers: str, garbage: str = "") -> None:
        self.ledger = ledger
        self.topic = Topic(brokers, f"chaos-{time.time_ns()}") if brokers else None
        self.feed: Feed | None = None
        if self.topic is not None:
            make_topic(brokers, f"{self.topic.name}{FEED}")
            self.feed = Feed(brokers, f"{self.topic.name}{FEED}", garbage)
        self.rows = Rows(client)
        self.steps = (*KEYED, *PLAIN, WRITTEN, *([RECORDED] if self.topic else []))

    @property
    def places(self) -> Places:
        """Say where workflows find it."""
        return Places(
            self.ledger.url,
            self.rows.table,
            brokers=self.topic.brokers if self.topic else "",
            topic=self.topic.name if self.topic else "",
        )

    def look(self) -> None:
        """Read what does not come by itself."""
        self.rows.look()
        if self.topic is not None:
            self.topic.look()

    def fed(self) -> set[int]:
        """Feed no more; give the events that are durable in the topic."""
        if self.feed is None:
            return set()
        self.feed.stop()
        return self.feed.durable

    def effects(self, step: str, event: int) -> int:
        """Count the effects of a step for an event, as whoever honours the keys counts them."""
        if step == WRITTEN:
            return self.rows.found[event]
        if step == RECORDED:
            return len(self.topic.found.get(event, ())) if self.topic else 0
        return self.ledger.effects(step, event)

    def twice(self) -> Iterator[CALLED]:
        """Give what happened more than once."""
        for step, event in self.ledger.called():
            if self.ledger.effects(step, event) > 1:
                yield step, event
        yield from ((WRITTEN, event) for event, count in self.rows.found.items() if count > 1)
        if self.topic is not None:
            yield from ((RECORDED, event) for event, names in self.topic.found.items() if len(names) > 1)

    def close(self) -> None:
        """Let go of it."""
        if self.topic is not None:
            self.topic.close()
