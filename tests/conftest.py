"""What all tests share: a private data folder, and brokers for those that ask.

Flow: pytest → **conftest** → every test.
"""

import gc
from pathlib import Path

import pytest

pytest_plugins = ["tests.kafka.brokers"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what takes longer than everybody wants to wait."""
    parser.addoption("--every-graph", action="store_true", help="explore all graphs of five nodes: ten minutes")


def pytest_collection_finish() -> None:
    """Keep the tests themselves out of garbage collections, of which each would look at thousands of them."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder of the test's own."""
    return tmp_path / "data"
