"""Keyset: pages of a history table, newest first, by the moment of a row and what tells it from all others.

Flow: letters, doubts → **keyset** → SQL and the values of its parameters.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

MOMENT = "toUnixTimestamp64Milli(at)"
"""A row's moment as epoch ms."""

Condition = tuple[str, dict[str, Any]]


class Keyset(NamedTuple):
    """The key of a table: an expression for each part, and its ClickHouse type."""

    parts: Sequence[str]
    types: Sequence[str]

    @property
    def columns(self) -> str:
        """Give the parts as they stand in a list of columns."""
        return ", ".join(self.parts)

    @property
    def newest_first(self) -> str:
        """Give what follows ORDER BY."""
        return ", ".join(f"{part} DESC" for part in (MOMENT, *self.parts))

    def equal(self, key: Sequence[Any]) -> Condition:
        """Give the condition that a row has a key."""
        places, values = _parameters("o", self.types, key)
        return f"({self.columns}) = ({places})", values

    def before(self, at: int, key: Sequence[Any]) -> Condition:
        """Give the condition that a row comes after (is older than) the one with a moment and a key."""
        places, values = _parameters("k", ("Int64", *self.types), (at, *key))
        return f"({MOMENT}, {self.columns}) < ({places})", values


def _parameters(prefix: str, types: Sequence[str], given: Sequence[Any]) -> Condition:
    names = [f"{prefix}{at}" for at in range(len(types))]
    places = ", ".join(f"{{{name}:{kind}}}" for name, kind in zip(names, types, strict=True))
    return places, dict(zip(names, given, strict=True))
