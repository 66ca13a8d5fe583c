"""People's SQL on a real embedded ClickHouse: bounded, only reading, with clear words where it fails.

Flow: streams.stores.history, read_only → **test**.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ops.clickhouse import migrations
from schemas.errors import UserError
from streams.stores.history import History
from streams.stores.protocol import HistorySettings
from streams.stores.read_only import checked

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def history(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[History]:
    url = f"chdb://{tmp_path_factory.mktemp('history')}"
    opened = History(HistorySettings(url=url, query_seconds=1), migrations())
    await opened.start()
    yield opened
    await opened.close()


async def test_query_gives_columns_and_rows_up_to_a_bound(history: History) -> None:
    answer = await history.query("SELECT number AS n, 'x' AS t FROM numbers(10) -- all\n;", max_rows=3)

    assert answer.columns == [("n", "UInt64"), ("t", "String")]
    assert (answer.rows, answer.truncated) == ([[0, "x"], [1, "x"], [2, "x"]], True)


async def test_query_takes_parameters_as_values(history: History) -> None:
    answer = await history.query(
        "SELECT {text:String} AS t, {list:Array(Int64)}[2] AS n", {"text": "'; --", "list": [1, 2]}
    )

    assert (answer.rows, answer.truncated) == ([["'; --", 2]], False)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        pytest.param(
            "SELECT nothing FROM executions", "Unknown expression.* identifier .?nothing", id="unknown column"
        ),
        pytest.param("SELECT * FROM nowhere", "nowhere", id="unknown table"),
        pytest.param("SELECT FROM WHERE", "Syntax error", id="syntax"),
        pytest.param(
            "SELECT throwIf(number = 70000, 'stop there') AS x FROM numbers(100000) ORDER BY x",
            "stop there",
            id="half-way",
        ),
        pytest.param("SELECT sum(number) FROM numbers(1000000000000)", "Timeout exceeded", id="too long"),
        pytest.param("SELECT uniqExact(number) FROM numbers(100000000)", "memory limit exceeded", id="too much memory"),
        pytest.param(
            "SELECT repeat('x', 400000) FROM numbers(100)", "the answer is too large: 38 MB", id="too many bytes"
        ),
    ],
)
async def test_bad_query_is_the_users_fault_and_leaves_no_trace(history: History, sql: str, words: str) -> None:
    with pytest.raises(UserError, match=words) as caught:
        await history.query(sql)

    text = caught.value.message
    assert not any(noise in text for noise in ("DB::Exception", "Code:", "version 2", "(UNKNOWN", "\n"))
    assert (await history.query("SELECT 1 AS one")).rows == [[1]]


async def test_every_table_function_that_is_not_known_to_be_harmless_is_refused(history: History) -> None:
    harmless = {
        "numbers", "numbers_mt", "zeros", "zeros_mt", "values", "SQLStandardValues", "generateSeries",
        "generate_series", "generateRandom", "primes", "null", "format", "view", "viewIfPermitted", "viewExplain",
        "merge", "mergeTreeIndex", "mergeTreeProjection", "mergeTreeTextIndex", "mergeTreeAnalyzeIndexes",
        "mergeTreeAnalyzeIndexesUUID", "mergeTreeCodecBlockCounts",
    }  # fmt: skip
    found = await history.query("SELECT name FROM system.table_functions", max_rows=1000)

    for (name,) in found.rows:
        if name not in harmless:
            with pytest.raises(UserError, match="reaches outside"):
                checked(f"SELECT * FROM {name}('x')")


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("SELECT * FROM numbers(3)", id="select"),
        pytest.param("WITH 1 AS x SELECT x", id="with"),
        pytest.param("SHOW TABLES", id="show"),
        pytest.param("DESCRIBE TABLE executions", id="describe"),
        pytest.param("EXPLAIN SELECT count() FROM executions", id="explain"),
        pytest.param("SELECT 'url(1); DROP TABLE x' AS text, 1 AS `file`", id="words in texts and names"),
        pytest.param("SELECT name FROM system.settings LIMIT 1", id="system tables"),
    ],
)
async def test_reading_statements_are_answered(history: History, sql: str) -> None:
    assert (await history.query(sql)).rows
