"""Topics: one table of all topics, how each is kept, and their names.

Flow: settings, node types → **topics** → log (made at start, never at run time), Faust.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

PREFIX = "millrace."
TRIGGERS = f"{PREFIX}triggers"
EVENTS = f"{PREFIX}events"
CONTROL = f"{PREFIX}control"
COMMANDS = f"{PREFIX}commands"
CATALOG = f"{PREFIX}catalog"
REPLIES = f"{PREFIX}replies"
COLLABORATION = f"{PREFIX}collaboration"
PRESENCE = f"{PREFIX}presence"
PRESSURE = f"{PREFIX}pressure"
DEAD_LETTERS = f"{PREFIX}dead-letters"
NODE_PREFIX = f"{PREFIX}node."
TABLE_PREFIX = f"{PREFIX}table."

EXECUTIONS = "executions"
RESULTS = "results"
TIMERS = "timers"
PARKED = "parked"
SOURCES = "sources"
CATALOG_TABLE = "catalog"
TABLES = (EXECUTIONS, RESULTS, TIMERS, PARKED, SOURCES, CATALOG_TABLE)

_DAY = 86_400


@dataclass(frozen=True)
class Topic:
    """How one topic is kept.

    ``truncate``: records go once every group has committed past them. ``compact``: the last record of each key stays,
    and ``retention_seconds`` says how long the mark of a removed key stays. ``ephemeral``: in memory only (embedded).
    """

    name: str
    cleanup: Literal["delete", "compact"] = "delete"
    truncate: bool = False
    ephemeral: bool = False
    retention_seconds: float = 7 * _DAY


def node_topic(type_name: str) -> str:
    """Name the topic of a node type."""
    return f"{NODE_PREFIX}{type_name}"


def table_topic(table: str) -> str:
    """Name the changelog of a table; the catalog topic is the changelog of the catalog table."""
    return CATALOG if table == CATALOG_TABLE else f"{TABLE_PREFIX}{table}"


def all_topics(node_types: Iterable[str], tables: Iterable[str] = TABLES) -> list[Topic]:
    """List every topic of an installation."""
    nodes = [Topic(node_topic(name), truncate=True) for name in sorted(set(node_types))]
    changelogs = [_changelog(name) for name in tables if name != CATALOG_TABLE]
    return [
        *nodes,
        Topic(TRIGGERS, truncate=True),
        Topic(CONTROL, truncate=True),
        Topic(COMMANDS, truncate=True),
        Topic(EVENTS, retention_seconds=14 * _DAY),
        Topic(CATALOG, cleanup="compact", retention_seconds=7 * _DAY),
        Topic(REPLIES, ephemeral=True, retention_seconds=60),
        Topic(COLLABORATION, cleanup="compact", retention_seconds=7 * _DAY),
        Topic(PRESENCE, ephemeral=True, retention_seconds=60),
        Topic(PRESSURE, ephemeral=True, retention_seconds=60),
        Topic(DEAD_LETTERS, retention_seconds=90 * _DAY),
        *changelogs,
    ]


def _changelog(table: str) -> Topic:
    return Topic(table_topic(table), cleanup="compact", retention_seconds=0)
