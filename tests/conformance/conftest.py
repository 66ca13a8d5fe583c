"""Gives each law the transports it holds for."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conformance.transports import INSTALLATIONS, Installation


@pytest.fixture(params=sorted(INSTALLATIONS))
async def installation(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Installation]:
    """A log of each kind, empty."""
    made = INSTALLATIONS[request.param](tmp_path)
    yield made
    await made.close()
