"""What the tests of the sources need: a calm heap.

Flow: garbage of the tests before → **conftest** → sources, parsed.
"""

import gc

import pytest


@pytest.fixture(scope="package", autouse=True)
def _calm() -> None:
    """Collect garbage first: a finalizer that runs while CPython 3.11 parses makes it lose count of its depth."""
    gc.collect()
