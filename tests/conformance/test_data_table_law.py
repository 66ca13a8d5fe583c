"""The law of data tables, on each of their stores.

Flow: **law** → SQLite (file, memory), Redis (fake, real).
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from fakeredis import FakeAsyncRedis

from schemas.data_tables import Column, Condition, Query, RowChange, TableChange
from schemas.errors import NotFoundError, ParameterError
from streams.stores.data_tables import open_tables
from streams.stores.protocol import DataTables
from streams.stores.redis_tables import RedisTables
from tests.conformance.stores import real_redis

Open = Callable[[Path], AbstractAsyncContextManager[DataTables]]
COLUMNS = [Column("name"), Column("age", "number"), Column("ok", "boolean"), Column("born", "date")]


@asynccontextmanager
async def _file(folder: Path) -> AsyncIterator[DataTables]:
    store = open_tables(f"sqlite://{folder}/tables.sqlite")
    yield store
    await store.close()


@asynccontextmanager
async def _memory(folder: Path) -> AsyncIterator[DataTables]:
    store = open_tables("memory://")
    yield store
    await store.close()


@asynccontextmanager
async def _fake(folder: Path) -> AsyncIterator[DataTables]:
    store = RedisTables(FakeAsyncRedis())
    yield store
    await store.close()


@asynccontextmanager
async def _redis(folder: Path) -> AsyncIterator[DataTables]:
    async with real_redis(folder) as url:
        store = open_tables(url)
        yield store
        await store.close()


STORES = pytest.mark.parametrize(
    "backend",
    [
        pytest.param(_file, id="file"),
        pytest.param(_memory, id="memory"),
        pytest.param(_fake, id="fakeredis"),
        pytest.param(_redis, id="redis"),
    ],
)
PEOPLE: list[dict[str, Any]] = [
    {"name": "Ada", "age": 36, "ok": True, "born": "1815-12-10T00:00:00+01:00"},
    {"name": "bob", "age": "7.5", "ok": "false"},
    {"name": "", "age": None},
    {"name": "Ädä_%", "age": -1, "ok": True, "born": "2020-01-01"},
]


async def filled(store: DataTables) -> None:
    await store.alter("t", TableChange("create", "People", COLUMNS))
    await store.write("t", RowChange("insert", PEOPLE))


def where(*conditions: tuple[str, str, Any], match: Any = "all", **more: Any) -> Query:
    return Query([Condition(column, operator, value) for column, operator, value in conditions], match, **more)  # type: ignore[arg-type]


@STORES
async def test_values_have_their_columns_types(backend: Open, tmp_path: Path) -> None:
    async with backend(tmp_path) as store:
        await filled(store)

        rows = await store.find("t", Query())

        assert [row.id for row in rows] == [1, 2, 3, 4]
        assert [row.values for row in rows][:2] == [
            {"name": "Ada", "age": 36, "ok": True, "born": "1815-12-09T23:00:00.000Z"},
            {"name": "bob", "age": 7.5, "ok": False, "born": None},
        ]


@STORES
@pytest.mark.parametrize(
    ("query", "ids"),
    [
        pytest.param(where(("name", "eq", "Ada")), [1], id="equal"),
        pytest.param(where(("age", "eq", "36")), [1], id="equal, typed"),
        pytest.param(where(("age", "eq", None)), [3], id="equal to nothing"),
        pytest.param(where(("age", "neq", 36)), [2, 3, 4], id="not equal, nothing included"),
        pytest.param(where(("age", "gt", -1)), [1, 2], id="above"),
        pytest.param(where(("age", "lte", 7.5)), [2, 4], id="not above"),
        pytest.param(where(("name", "isEmpty", None)), [3], id="empty"),
        pytest.param(where(("age", "isNotEmpty", None)), [1, 2, 4], id="not empty"),
        pytest.param(where(("ok", "isTrue", None)), [1, 4], id="true"),
        pytest.param(where(("ok", "eq", False)), [2], id="equal to false"),
        pytest.param(where(("name", "like", "A%")), [1], id="like"),
        pytest.param(where(("name", "like", "ada")), [], id="like minds case"),
        pytest.param(where(("name", "ilike", "B_B")), [2], id="ilike does not"),
        pytest.param(where(("born", "lt", "1900-01-01")), [1], id="a date"),
        pytest.param(where(("id", "gte", 3)), [3, 4], id="its id"),
        pytest.param(where(("name", "eq", "Ada"), ("age", "lt", 0), match="any"), [1, 4], id="any"),
        pytest.param(where(("ok", "isTrue", None), ("age", "lt", 0)), [4], id="all"),
        pytest.param(where(order_by="age"), [3, 4, 2, 1], id="in order, nothing first"),
        pytest.param(where(order_by="name", descending=True, limit=2, offset=1), [2, 1], id="a page, backwards"),
    ],
)
async def test_queries(backend: Open, tmp_path: Path, query: Query, ids: list[int]) -> None:
    async with backend(tmp_path) as store:
        await filled(store)

        assert [row.id for row in await store.find("t", query)] == ids


@STORES
async def test_rows_follow_the_columns(backend: Open, tmp_path: Path) -> None:
    async with backend(tmp_path) as store:
        await filled(store)

        await store.alter("t", TableChange("relabel", "title", [Column("name")]))
        await store.alter("t", TableChange("add", columns=[Column("new", "number")]))
        await store.alter("t", TableChange("remove", columns=[Column("born")]))

        ada, *_ = await store.find("t", Query())
        assert ada.values == {"title": "Ada", "age": 36, "ok": True, "new": None}
        assert [row.id for row in await store.find("t", where(("title", "like", "A%")))] == [1]


@STORES
async def test_rows_change_by_conditions(backend: Open, tmp_path: Path) -> None:
    async with backend(tmp_path) as store:
        await filled(store)
        bob = where(("name", "eq", "bob"))

        dry = await store.write("t", RowChange("update", [{"age": 9}], bob, dry=True))
        before = await store.find("t", bob)
        updated = await store.write("t", RowChange("update", [{"age": 8}], bob))
        upserted = await store.write("t", RowChange("upsert", [{"age": 1}], bob))
        inserted = await store.write("t", RowChange("upsert", [{"name": "Cy"}], where(("name", "eq", "Cy"))))
        gone = await store.write("t", RowChange("delete", [], where(("age", "isEmpty", None))))
        left = await store.find("t", Query())

        assert [(one.before.values["age"], one.after.values["age"]) for one in dry if one.before and one.after] == [
            (7.5, 9)
        ]
        assert before[0].values["age"] == 7.5
        assert [one.after.values["age"] for one in (*updated, *upserted) if one.after] == [8, 1]
        assert [one.after.id for one in inserted if one.after] == [5]
        assert [one.before.id for one in gone if one.before] == [3, 5]
        assert [row.id for row in left] == [1, 2, 4]


@STORES
async def test_a_change_with_a_key_is_made_once(backend: Open, tmp_path: Path) -> None:
    async with backend(tmp_path) as store:
        await store.alter("t", TableChange("create", "T", COLUMNS))
        change = RowChange("insert", [{"name": "once"}])

        first = await store.write("t", change, "task/1")
        again = await store.write("t", change, "task/1")
        other = await store.write("t", change, "task/2")

        assert first == again
        assert [one.after.id for one in other if one.after] == [2]


@STORES
async def test_changes_at_once_are_all_made(backend: Open, tmp_path: Path) -> None:
    async with backend(tmp_path) as store:
        await store.alter("t", TableChange("create", "T", COLUMNS))

        await asyncio.gather(*(store.write("t", RowChange("insert", [{"age": at}])) for at in range(20)))

        rows = await store.find("t", Query())
        assert [row.id for row in rows] == list(range(1, 21))
        assert sorted(row.values["age"] for row in rows) == list(range(20))


@STORES
async def test_columns_come_and_go(backend: Open, tmp_path: Path) -> None:
    async with backend(tmp_path) as store:
        await filled(store)

        await store.alter("t", TableChange("add", columns=[Column("town")]))
        await store.alter("t", TableChange("remove", columns=[Column("age")]))
        renamed = await store.alter("t", TableChange("rename", "Folk"))
        [row, *_] = await store.find("t", Query())
        await store.alter("t", TableChange("clear"))
        empty = await store.find("t", Query())
        next_one = await store.write("t", RowChange("insert", [{"name": "new"}]))
        await store.alter("t", TableChange("drop"))

        assert (renamed.name, [one.name for one in renamed.columns]) == ("Folk", ["name", "ok", "born", "town"])
        assert row.values.keys() == {"name", "ok", "born", "town"}
        assert empty == []
        assert [one.after.id for one in next_one if one.after] == [5]
        assert await store.tables() == []


@STORES
@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        pytest.param(RowChange("insert", [{"nobody": 1}]), ParameterError, 'no column "nobody"', id="column"),
        pytest.param(RowChange("insert", [{"age": "old"}]), ParameterError, '"old" is no number', id="type"),
        pytest.param(RowChange("insert", [{"id": 1}]), ParameterError, "nobody writes", id="own column"),
        pytest.param(RowChange("delete"), ParameterError, "needs a condition", id="everything at once"),
    ],
)
async def test_what_does_not_fit_changes_nothing(
    backend: Open, tmp_path: Path, change: RowChange, error: type[Exception], text: str
) -> None:
    async with backend(tmp_path) as store:
        await filled(store)

        with pytest.raises(error, match=text):
            await store.write("t", change)

        assert len(await store.find("t", Query())) == 4
        with pytest.raises(NotFoundError):
            await store.write("other", RowChange("insert", [{}]))
        with pytest.raises(ParameterError):
            await store.alter("u", TableChange("create", "People", []))
