"""What people's SQL may and may not be.

Flow: streams.stores.read_only → **test**.
"""

import pytest

from schemas.errors import UserError
from streams.stores.read_only import checked


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("", id="nothing"),
        pytest.param("  -- only a comment\n;", id="comment"),
        pytest.param("INSERT INTO executions (id) VALUES ('x')", id="insert"),
        pytest.param("/* SELECT */ DROP TABLE executions", id="drop behind a comment"),
        pytest.param("ALTER TABLE executions DELETE WHERE 1", id="alter"),
        pytest.param("TRUNCATE TABLE executions", id="truncate"),
        pytest.param("SYSTEM SHUTDOWN", id="system"),
        pytest.param("KILL QUERY WHERE 1", id="kill"),
        pytest.param("SET max_threads = 8", id="set"),
        pytest.param("USE system", id="use"),
        pytest.param("ATTACH TABLE x", id="attach"),
        pytest.param("BACKUP TABLE executions TO File('x')", id="backup"),
        pytest.param("CREATE TABLE x (a Int8) ENGINE = Memory", id="create"),
        pytest.param("(SELECT 1)", id="bracket first"),
        pytest.param("SELECT 1; SELECT 2", id="two statements"),
        pytest.param("SELECT 1; DROP TABLE executions", id="second one drops"),
        pytest.param("SELECT 1 -- \n; DROP TABLE executions --", id="second behind a comment"),
        pytest.param("SELECT 1 SETTINGS max_execution_time = 0", id="settings"),
        pytest.param("SELECT * FROM (SELECT 1 settings max_threads=4)", id="settings within"),
        pytest.param("SELECT 1 INTO OUTFILE '/tmp/x'", id="outfile"),
        pytest.param("SELECT 1 FORMAT JSON", id="format"),
        pytest.param("SHOW TABLES FORMAT TSV;", id="format at the end"),
        pytest.param("SELECT * FROM file('/etc/passwd')", id="file table"),
        pytest.param("SELECT file('/etc/passwd')", id="file function"),
        pytest.param("SELECT FILE /* x */ ('/etc/passwd')", id="space before the bracket"),
        pytest.param("SELECT * FROM `file`('/etc/passwd')", id="name in backticks"),
        pytest.param("SELECT * FROM \"url\"('http://x')", id="name in quotes"),
        pytest.param("SELECT * FROM executions, url('http://x', CSV)", id="after a comma"),
        pytest.param("SELECT * FROM executions WHERE id IN (SELECT * FROM s3('http://x'))", id="in a subquery"),
        pytest.param("WITH x AS (SELECT * FROM remote('h', system.one)) SELECT * FROM x", id="in a WITH"),
        pytest.param("SELECT * FROM executable('id', TSV, 'a String')", id="executable"),
        pytest.param("SELECT * FROM mysql('h:1', 'd', 't', 'u', 'p')", id="mysql"),
        pytest.param("SELECT * FROM input('a Int8')", id="input"),
        pytest.param("SELECT * FROM Python(x)", id="python"),
        pytest.param("SELECT * FROM eval('SELECT 1')", id="eval"),
        pytest.param("SELECT dictGetString('d', 'a', 1)", id="dictionary"),
        pytest.param("SELECT hasColumnInTable('host', 'd', 't', 'c')", id="another server"),
        pytest.param("SELECT sleep(3)", id="sleep"),
        pytest.param("DESCRIBE url('http://x', CSV)", id="describe url"),
        pytest.param("EXPLAIN SELECT * FROM s3Cluster('c', 'http://x')", id="explain s3"),
        pytest.param("SELECT ‘'’, * FROM url('x')", id="typographic quotes"),
        pytest.param("SELECT 'open", id="open quote"),
        pytest.param("SELECT `open", id="open backtick"),
        pytest.param("SELECT $x$ ' $x$, * FROM url('x')", id="dollar quotes"),
    ],
)
def test_refuses(sql: str) -> None:
    with pytest.raises(UserError) as caught:
        checked(sql)

    assert caught.value.message.startswith(("query refused: ", "the query is empty"))


@pytest.mark.parametrize(
    ("sql", "body", "wrapped"),
    [
        pytest.param("SELECT 1;", "SELECT 1", True, id="end mark goes"),
        pytest.param("  with 1 AS x\nselect x -- end\n", "  with 1 AS x\nselect x", True, id="lower case, comment"),
        pytest.param("SHOW TABLES", "SHOW TABLES", False, id="show is not wrapped"),
        pytest.param("SELECT 'a;b', 'it''s', '\\'' ;", "SELECT 'a;b', 'it''s', '\\''", True, id="marks in texts"),
        pytest.param("SELECT 'url(x) SETTINGS a = 1'", "SELECT 'url(x) SETTINGS a = 1'", True, id="words in texts"),
        pytest.param("SELECT url, file FROM x", "SELECT url, file FROM x", True, id="columns of such names"),
        pytest.param(
            "SELECT name FROM system.settings", "SELECT name FROM system.settings", True, id="system.settings"
        ),
        pytest.param("SELECT {id:String}", "SELECT {id:String}", True, id="parameters"),
    ],
)
def test_lets_through(sql: str, body: str, wrapped: bool) -> None:
    assert checked(sql) == (body, wrapped)
