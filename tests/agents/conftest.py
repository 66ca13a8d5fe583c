"""The logs that the engine's tests run on: in memory, and on a real Kafka.

Flow: transports → **conftest** → tests of agents.
"""

import gc
from collections.abc import AsyncIterator, Iterator

import pytest

from streams.settings import StreamSettings
from tests.agents.toys import TOYS
from tests.agents.worlds import World, opened
from tests.conformance.transports import KAFKA, find, kafka_settings


@pytest.fixture(scope="module", autouse=True)
def _leave_no_garbage() -> Iterator[None]:
    """Let what dead workers left unawaited be told here, and not while another test parses or counts warnings."""
    yield
    gc.collect()


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


@pytest.fixture
async def world(anywhere: StreamSettings) -> AsyncIterator[World]:
    """An empty world of each kind, for the toys."""
    async with opened(anywhere, [toy.name for toy in TOYS]) as made:
        yield made
