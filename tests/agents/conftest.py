"""The logs that the engine's tests run on: in memory, and on a real Kafka.

Flow: transports → **conftest** → tests of agents.
"""

import pytest

from streams.settings import StreamSettings
from tests.conformance.transports import KAFKA, find, kafka_settings


@pytest.fixture(params=["memory", KAFKA])
def anywhere(request: pytest.FixtureRequest) -> StreamSettings:
    """The settings of an empty log of each kind, of one partition."""
    return log_of(request)


def log_of(request: pytest.FixtureRequest, partitions: int = 1) -> StreamSettings:
    """Give the settings of an empty log of the kind that a fixture's parameter names."""
    found = find(request)
    if isinstance(found, str):
        return StreamSettings(broker=f"{found}://", partitions=partitions, commit_interval=0.01)
    return kafka_settings(*found, partitions=partitions)
