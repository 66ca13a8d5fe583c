"""Gives each law the transports it holds for.

Flow: transports → **conftest** → the law.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from streams.settings import StreamSettings
from tests.conformance.transports import EMBEDDED, KAFKA, PARTITIONS, Installation, OnKafka, find, kafka_settings


@pytest.fixture(params=[*sorted(EMBEDDED), KAFKA])
def transport(request: pytest.FixtureRequest) -> str | tuple[str, str]:
    """A kind of log; Kafka is where it is, and how the names of a test's topics begin."""
    return find(request)


@pytest.fixture(params=["sqlite", KAFKA])
def lasting(request: pytest.FixtureRequest, tmp_path: Path) -> StreamSettings:
    """The settings of a log that outlives its process."""
    found = find(request)
    if isinstance(found, str):
        return StreamSettings(broker=f"sqlite:///{tmp_path / 'log.db'}", partitions=PARTITIONS, commit_interval=0.02)
    return kafka_settings(*found)


@pytest.fixture
async def installation(transport: str | tuple[str, str], tmp_path: Path) -> AsyncIterator[Installation]:
    """A log of each kind, empty."""
    made = EMBEDDED[transport](tmp_path) if isinstance(transport, str) else await OnKafka(*transport).made()
    yield made
    await made.close()
