"""Redis tables: data tables that gateways and workers of several hosts share.

Flow: dataTable node, gateway → **redis tables** → Redis.
A change is a transaction on the table's keys: whoever was overtaken looks again.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from schemas.clock import now_ms
from schemas.data_tables import (
    RESHAPING,
    Changed,
    Query,
    Row,
    RowChange,
    Table,
    TableChange,
    altered,
    carried,
    decided,
    listed,
    ready,
    select,
)
from schemas.errors import NotFoundError, OperationalError

PREFIX = "millrace:tables:"
TABLES = f"{PREFIX}all"
REMEMBERED_SECONDS = 2 * 86_400
MOST_TRIES = 200
_changes = msgspec.json.Decoder(list[Changed])


class RedisTables:
    """Tables in Redis: a hash of definitions, and for each table a hash of rows and a count. ``now`` gives epoch ms."""

    def __init__(self, client: Any, now: Callable[[], int] = now_ms) -> None:
        self._client = client
        self._now = now

    async def tables(self) -> list[Table]:
        """List the tables by name."""
        found = await self._answer(self._client.hvals(TABLES))
        known = [msgspec.json.decode(one, type=Table) for one in found]
        return sorted(listed(known), key=lambda one: one.name.lower())

    async def alter(self, table: str, change: TableChange) -> Table:
        """Change a table; give it as it is then, or was."""

        async def work(pipe: Any) -> Table:
            others = [msgspec.json.decode(one, type=Table) for one in await pipe.hvals(TABLES)]
            known = next((one for one in others if one.id == table), None)
            after = altered(known, change, others, table, self._now())
            rows = _rows(await pipe.hvals(_rows_key(table))) if change.kind in RESHAPING else []
            pipe.multi()
            if change.kind in ("drop", "clear"):
                pipe.delete(_rows_key(table))
            if change.kind == "drop":
                pipe.hdel(TABLES, table)
                pipe.delete(_next_key(table))
                return after
            pipe.hset(TABLES, table, msgspec.json.encode(after))
            for row in rows:
                row.values = carried(change, row.values)
                pipe.hset(_rows_key(table), str(row.id), msgspec.json.encode(row))
            return after

        altered_table: Table = await self._transaction(work, TABLES, _rows_key(table))
        return altered_table

    async def find(self, table: str, query: Query) -> list[Row]:
        """Give the rows of a query."""
        definition = _known(await self._answer(self._client.hget(TABLES, table)), table)
        query = ready(definition, query)
        return select(_rows(await self._answer(self._client.hvals(_rows_key(table)))), query)

    async def write(self, table: str, change: RowChange, key: str | None = None) -> list[Changed]:
        """Change rows; a change whose key is known is not made again."""
        done = f"{PREFIX}done:{key}"

        async def work(pipe: Any) -> list[Changed]:
            known = await pipe.get(done) if key is not None else None
            if known is not None:
                pipe.multi()
                return _changes.decode(known)
            definition = _known(await pipe.hget(TABLES, table), table)
            asked = msgspec.structs.replace(change, query=ready(definition, change.query))
            rows = [] if change.kind == "insert" else _rows(await pipe.hvals(_rows_key(table)))
            free = int(await pipe.get(_next_key(table)) or 1)
            changed, following = decided(definition, asked, select(rows, asked.query), free, self._now())
            pipe.multi()
            if change.dry:
                return changed
            for one in changed:
                if one.after is not None:
                    pipe.hset(_rows_key(table), str(one.after.id), msgspec.json.encode(one.after))
                elif one.before is not None:
                    pipe.hdel(_rows_key(table), str(one.before.id))
            pipe.set(_next_key(table), following)
            if key is not None:
                pipe.set(done, msgspec.json.encode(changed), ex=REMEMBERED_SECONDS)
            return changed

        made: list[Changed] = await self._transaction(work, TABLES, _rows_key(table), _next_key(table), done)
        return made

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _transaction(self, work: Any, *keys: str) -> Any:
        from redis.exceptions import RedisError, WatchError

        try:
            async with self._client.pipeline(transaction=True) as pipe:
                for _ in range(MOST_TRIES):
                    try:
                        await pipe.watch(*keys)
                        made = await work(pipe)
                        await pipe.execute()
                        return made
                    except WatchError:
                        continue
        except (RedisError, OSError) as bad:
            raise OperationalError(f"redis does not answer: {bad}") from bad
        raise OperationalError("too many change this data table at once")

    async def _answer(self, answer: Any) -> Any:
        from redis.exceptions import RedisError

        try:
            return await answer
        except (RedisError, OSError) as bad:
            raise OperationalError(f"redis does not answer: {bad}") from bad


def _rows_key(table: str) -> str:
    return f"{PREFIX}rows:{table}"


def _next_key(table: str) -> str:
    return f"{PREFIX}next:{table}"


def _rows(found: Any) -> list[Row]:
    return [msgspec.json.decode(one, type=Row) for one in found]


def _known(found: Any, table: str) -> Table:
    if found is None:
        raise NotFoundError(f'there is no data table "{table}"', hint="GET /api/v1/data-tables lists them")
    return msgspec.json.decode(found, type=Table)
