"""Opening: the log of the settings, embedded or on Kafka.

Flow: settings → **opening** → log.
"""

from collections.abc import Sequence

from streams.settings import StreamSettings
from streams.topics import Topic
from streams.transports.broker import Broker
from streams.transports.embedded import open_broker
from streams.transports.kafka_log import KafkaLog


def open_log(settings: StreamSettings, topics: Sequence[Topic]) -> Broker | KafkaLog:
    """Open the log; a process without agents needs no more. Raises UserError where the URL means nothing to us."""
    return KafkaLog(settings, topics) if settings.broker.startswith("kafka") else open_broker(settings, topics)
