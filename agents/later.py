"""Later: what few workflows use is imported when a node first asks something of it, not at every start.

Flow: a way to make something → **later** → the thing itself, at its first use.
"""

from collections.abc import Callable
from typing import Any


class Later:
    """Stands for something that ``make`` makes when anything of it is first used."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make
        self._made: Any = None

    def __getattr__(self, name: str) -> Any:
        """Give what the thing itself has."""
        if self._made is None:
            self._made = self._make()
        return getattr(self._made, name)
