"""What all tests share: a quiet log and a private data folder.

Flow: pytest → **conftest** → every test.
"""

from pathlib import Path

import pytest


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder of the test's own."""
    return tmp_path / "data"
