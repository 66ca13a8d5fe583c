"""Filters of the list of executions that look at when they began and into what their nodes did.

Flow: gateway → **filter** → history's list query.
"""

from typing import Any, NamedTuple

DAY_MS = 86_400_000
_SINCE = "fromUnixTimestamp64Milli({since:Int64}, 'UTC')"
_UNTIL = "fromUnixTimestamp64Milli({until:Int64}, 'UTC')"


class Within(NamedTuple):
    """Executions that began in [since, until) (epoch ms), that ran ``node``, that have ``text`` in an output or error.

    ``text`` may also be the id of an execution. Case does not matter.
    """

    since: int | None = None
    until: int | None = None
    node: str | None = None
    text: str | None = None

    @property
    def deep(self) -> bool:
        """Say whether this reads node runs, which are many."""
        return bool(self.node or self.text)

    def conditions(self) -> tuple[list[str], dict[str, Any]]:
        """Give the conditions on table `executions`, and the values of their parameters."""
        where: list[str] = []
        values: dict[str, Any] = {}
        if self.since is not None:
            where.append(f"started_at >= {_SINCE}")
            values["since"] = self.since
        if self.until is not None:
            where.append(f"started_at < {_UNTIL}")
            values["until"] = self.until
        if self.node:
            where.append(f"id IN ({self._runs('node = {node:String}')})")
            values["node"] = self.node
        if self.text:
            found = "positionCaseInsensitiveUTF8(error, {text:String}) > 0"
            runs = self._runs(f"({found} OR positionCaseInsensitiveUTF8(outputs, {{text:String}}) > 0)")
            where.append(f"(id = {{text:String}} OR {found} OR id IN ({runs}))")
            values["text"] = self.text
        return where, values

    def _runs(self, condition: str) -> str:
        # What began after a moment also ran after it.
        since = f" AND at >= {_SINCE}" if self.since is not None else ""
        return f"SELECT execution FROM node_runs WHERE {condition}{since}"  # noqa: S608 parameters only


NOWHERE = Within()
"""No such filter."""


def stretches(within: Within, before: tuple[int, str] | None, now: int) -> list[Within]:
    """Narrow a search to the last day before its end, then to the last eight, then as it was; ``now`` is epoch ms.

    The history lies in days. A search that looks at all of them at once opens each, though the newest has enough mostly
    (10 M executions of ten days, what failed of one of 50 workflows: 2,000 ms then).
    """
    if within.since is not None:
        return [within]
    end = min(now, before[0] if before else now, now if within.until is None else within.until)
    return [*(within._replace(since=end - days * DAY_MS) for days in (1, 8)), within]
