"""A whole Millrace for the tests that need one.

Flow: `millrace up` in a process of its own → **conftest** → test_up, test_kill.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops.bench.installation import Installation


@pytest.fixture
def install(tmp_path: Path) -> Iterator[Callable[..., Installation]]:
    """Make installations that are gone when the test ends."""
    made: list[Installation] = []

    def make(name: str = "data", **settings: str) -> Installation:
        made.append(Installation(tmp_path / name, **settings))
        return made[-1]

    yield make
    for installation in made:
        installation.stop()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One that runs for all tests of a module."""
    with Installation(tmp_path_factory.mktemp("running") / "data") as installation:
        yield installation
