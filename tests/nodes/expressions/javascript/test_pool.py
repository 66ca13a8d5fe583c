"""The pool: V8 within limits, nothing left behind between calls, no child left behind at all.

Flow: expressions and Code nodes → **pool** → values or errors.
"""

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

import pytest

from nodes.expressions.coercion import UNDEFINED
from nodes.expressions.javascript.pool import JavaScriptPool
from nodes.expressions.scope import Scope
from schemas.errors import ExpressionError, NodeError, OperationalError, UserError
from schemas.item import Item

ROOT = Path(__file__).parents[4]


@pytest.fixture
async def pool():
    made = JavaScriptPool(timeout_seconds=1.0)
    yield made
    await made.close()


def scope_of(count: int = 3) -> Scope:
    return Scope(
        inputs=[[Item(json={"a": at, "s": "x"}) for at in range(count)]], now=1_710_000_000_000, zone="UTC", seed="s"
    )


async def one(pool: JavaScriptPool, code: str) -> object:
    ((value,),) = await pool.evaluate([f"={{{{ {code} }}}}"], scope_of(), [0])
    return value


async def test_sources_times_indexes_come_in_one_call(pool):
    sources = ["={{ let n = $json.a; n * 2 }}", "=<{{ $json.s }}>", "={{ missing }}", "={{ a b }}"]

    rows = await pool.evaluate(sources, scope_of(), [0, 2])

    assert rows[:3] == [[0, 4], ["<x>", "<x>"], [UNDEFINED, UNDEFINED]]
    assert all(isinstance(value, ExpressionError) for value in rows[3])


@pytest.mark.parametrize(
    ("code", "value"),
    [
        pytest.param(
            "(() => { let t = 0; for (const i of $input.all()) t += i.json.a; return t })()",
            3,
            id="statements in a function",
        ),
        pytest.param("new Map([[1, 2]]).get(1)", 2, id="a Map"),
        pytest.param("$json.list?.push(1) ?? 'none'", "none", id="an optional chain"),
        pytest.param("/(a+)+b/.test('aab')", True, id="any pattern"),
        pytest.param("new Intl.NumberFormat('de').format(1234.5)", "1.234,5", id="Intl"),
        pytest.param("$now.toLocaleString({dateStyle: 'short'})", "3/9/24", id="a date in a locale"),
        pytest.param("structuredClone === undefined || 1", 1, id="what V8 alone lacks is undefined"),
        pytest.param("new Date().getTime()", 1_710_000_000_000, id="the clock is the task's"),
        pytest.param("'\\ud83d'.length", 1, id="half a character"),
        pytest.param("$json.a.nothing.here", UNDEFINED, id="a TypeError is swallowed"),
    ],
)
async def test_an_expression_gives_its_value(code, value, pool):
    assert await one(pool, code) == value


@pytest.mark.parametrize(
    "code",
    [
        "globalThis.process ?? globalThis.require ?? globalThis.fetch ?? typeof Deno",
        "typeof process + typeof require + typeof WebAssembly",
        "(() => { return typeof setTimeout.call })()",
    ],
)
async def test_there_is_no_host_to_reach(code, pool):
    value = await one(pool, code)

    assert value in (UNDEFINED, "objectobjectobject", "undefined", None) or isinstance(value, ExpressionError)


@pytest.mark.parametrize(
    "code",
    [
        "(() => { return Date['constructor']('x')() })()",
        "(() => { return [].constructor.constructor('return this')() })()",
        "(() => { return ({}).__proto__ })()",
        "(() => { return Object.prototype })()",
    ],
)
async def test_denied_names_are_refused(code, pool):
    value = await one(pool, code)

    assert isinstance(value, ExpressionError)
    assert "due to security concerns" in value.message


@pytest.mark.parametrize(
    ("pollute", "look"),
    [
        pytest.param("(() => { Object.getPrototypeOf({}).leak = 1 })()", "({}).leak", id="Object's prototype"),
        pytest.param(
            "(() => { Object.getPrototypeOf([]).map = () => 1 })()",
            "(() => { return typeof [1].map(x => 2) })() === 'number' || undefined",
            id="Array's method",
        ),
        pytest.param("leak = 1", "leak", id="a global"),
        pytest.param(
            "(() => { JSON.parse = () => 1 })()",
            "(() => { return JSON.parse('2') === 1 || undefined })()",
            id="a namespace",
        ),
        pytest.param("(() => { Math.leak = 1 })()", "(() => { return Math.leak })()", id="Math"),
        pytest.param(
            "(() => { $ifEmpty.leak = 1; DateTime.leak = 1 })()",
            "(() => { return $ifEmpty.leak ?? DateTime.leak })()",
            id="ours",
        ),
        pytest.param("(() => { /(b)/.test('b') })()", "(() => { return RegExp.$1 })()", id="the last match"),
        pytest.param(
            "(() => { Object.getPrototypeOf([][Symbol.iterator]()).leak = 1 })()",
            "(() => { return [][Symbol.iterator]().leak })()",
            id="a hidden prototype",
        ),
    ],
)
async def test_nothing_leaks_from_one_call_to_the_next(pollute, look, pool):
    await one(pool, pollute)

    assert await one(pool, look) is UNDEFINED


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("(() => {while(true){}})()", id="a loop"),
        pytest.param("(() => { const f = () => { for (;;) ; }; return f() })()", id="a loop in a function"),
        pytest.param("/(a+)+$/.test('a'.repeat(60) + 'b')", id="a pattern"),
    ],
)
async def test_a_loop_without_end_is_stopped(code, pool):
    value = await one(pool, code)

    assert isinstance(value, ExpressionError)
    assert "took longer" in value.message
    assert await one(pool, "(() => { return 1 })()") == 1


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("(() => { const a = []; for (;;) a.push(new Array(1000).fill(a.length)) })()", id="arrays"),
        pytest.param(
            "(() => { const a = []; for (;;) a.push([...('ab' + a.length).repeat(9999)].join('')) })()", id="text"
        ),
        pytest.param(
            "(() => { const a = []; try { for (;;) a.push(new Uint8Array(1e7).fill(1)) }"
            " catch { return a.length > 40 } })()",
            id="buffers",
        ),
    ],
)
async def test_a_memory_bomb_is_stopped(code):
    pool = JavaScriptPool(timeout_seconds=5.0)
    try:
        value = await one(pool, code)

        assert isinstance(value, ExpressionError) or value is False
        assert await one(pool, "(() => { return 1 })()") == 1
    finally:
        await pool.close()


async def test_code_runs_once_for_all_items(pool):
    code = "const out = [];\nfor (const i of items) out.push({json: {n: i.json.a + 1, at: new Date(0)}});\nreturn out;"

    result = await pool.run_code(code, scope_of(2), per_item=False)

    assert result == [{"json": {"n": n, "at": "1970-01-01T00:00:00.000Z"}} for n in (1, 2)]


async def test_code_runs_for_each_item(pool):
    code = (
        "await new Promise(done => setTimeout(done, 60000)); return {n: $json.a, i: $itemIndex, s: $input.item.json.s}"
    )

    result = await pool.run_code(code, scope_of(2), per_item=True)

    assert result == [{"n": 0, "i": 0, "s": "x"}, {"n": 1, "i": 1, "s": "x"}]


@pytest.mark.parametrize(
    ("code", "per_item", "gives"),
    [
        ("const items = $input.all(); return items.length", False, 2),
        ("const item = $input.item, $input2 = 1; return item.json.a", True, [0, 1]),
    ],
)
async def test_code_may_name_its_own_as_what_it_is_given(code, per_item, gives, pool):
    assert await pool.run_code(code, scope_of(2), per_item=per_item) == gives


@pytest.mark.parametrize("name", ["all", "first", "last"])
async def test_each_item_has_only_itself(name, pool):
    [bad] = await pool.run_code(f"return $input.{name}()", scope_of(1), per_item=True)

    assert bad.message == f"Can't use .{name}() here: the code runs once for each item [line 1, for item 0]"
    assert bad.detail["whole"]


async def test_code_that_does_not_parse_fails_for_each_item(pool):
    found = await pool.run_code("return (1;", scope_of(2), per_item=True)

    assert [type(one) for one in found] == [NodeError, NodeError]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        pytest.param("const a = 1;\nreturn a.b.c", r"TypeError: .*undefined.*\[line 2\]", id="a TypeError"),
        pytest.param("\n\nthrow new Error('my words')", r"^my words \[line 3\]$", id="an error of one's own"),
        pytest.param("return (1;", r"SyntaxError: .*\[line 1\]", id="a syntax error"),
        pytest.param("return require('fs')", "require is not defined", id="require"),
        pytest.param("return process.env", "process is not defined", id="process"),
        pytest.param("await new Promise(() => {})", "never comes", id="a promise that is never kept"),
    ],
)
async def test_code_that_fails_says_where(code, says, pool):
    with pytest.raises(NodeError, match=says):
        await pool.run_code(code, scope_of(), per_item=False)


async def test_code_that_fails_for_an_item_names_it(pool):
    code = "if ($itemIndex === 1) throw new Error('no'); return {error: {mine: 1}}"

    first, second, third = await pool.run_code(code, scope_of(), per_item=True)

    assert first == third == {"error": {"mine": 1}}
    assert isinstance(second, NodeError)
    assert second.message == "no [line 1, for item 1]"


@pytest.mark.parametrize(
    "code",
    [
        "JSON.stringify = () => '{'; return 1",
        "Array.prototype.push = Array.prototype.join = () => 'x'; return 1",
        "throw {get message() { throw 1 }}",
        "throw null",
        "throw Symbol('x')",
    ],
)
@pytest.mark.parametrize("per_item", [False, True])
async def test_code_cannot_break_its_own_answer(code, per_item, pool):
    try:
        seen = await pool.run_code(code, scope_of(1), per_item=per_item)
    except NodeError as bad:
        seen = [bad]

    assert seen == 1 or seen == [1] or isinstance(seen[0], NodeError)


@pytest.mark.parametrize("code", ["while (true) {}", "for (;;) await null"])
async def test_code_without_end_is_stopped(code, pool):
    with pytest.raises(UserError, match="took longer"):
        await pool.run_code(code, scope_of(), per_item=False)


async def test_each_code_node_starts_clean(pool):
    await pool.run_code(
        "Object.prototype.leak = 1; globalThis.other = 2; third = 3; return {}", scope_of(), per_item=False
    )

    seen = await pool.run_code(
        "return [{}.leak, globalThis.other, typeof third].map(String)", scope_of(), per_item=False
    )

    assert seen == ["undefined", "undefined", "undefined"]
    assert await one(pool, "(() => { return ({}).leak })()") is UNDEFINED


async def test_random_repeats_with_the_task(pool):
    first = await pool.run_code("return [Math.random(), Math.random()]", scope_of(), per_item=False)

    assert first == await pool.run_code("return [Math.random(), Math.random()]", scope_of(), per_item=False)
    assert first[0] != first[1]


async def test_syntax_is_checked_by_v8(pool):
    told = await pool.check(["={{ 1 }}", "={{ let a = 1; a }}", "={{ for ( }}", "={{ ( }}"])

    assert told[:2] == [None, None]
    assert all(told[2:])


async def test_calls_share_the_children_they_have(pool):
    values = await asyncio.gather(*(one(pool, f"(() => {{ return {n} }})()") for n in range(20)))

    assert values == list(range(20))


def state_of(pid: int) -> str:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    return ""


async def gone(pid: int) -> bool:
    for _ in range(500):
        if state_of(pid) in ("", "Z"):
            return True
        await asyncio.sleep(0.01)
    return False


async def test_an_idle_child_stops_and_another_starts():
    pool = JavaScriptPool(idle_seconds=0.01)
    try:
        await one(pool, "(() => { return 1 })()")
        (child,) = pool._all or pool._free
        assert await gone(child.process.pid)

        assert await one(pool, "(() => { return 2 })()") == 2
    finally:
        await pool.close()


async def test_a_killed_child_is_replaced(pool):
    await one(pool, "(() => { return 1 })()")
    (child,) = pool._all
    os.kill(child.process.pid, signal.SIGKILL)
    await child.process.wait()

    assert await one(pool, "(() => { return 2 })()") == 2


async def test_close_leaves_no_child_and_takes_no_call():
    pool = JavaScriptPool()
    await one(pool, "(() => { return 1 })()")
    (child,) = pool._all

    await pool.close()

    assert child.process.returncode is not None
    with pytest.raises(OperationalError, match="closed"):
        await pool.run_code("return 1", scope_of(), per_item=False)


PARENT = """
import asyncio
from nodes.expressions.javascript.pool import JavaScriptPool
from nodes.expressions.scope import Scope

async def main():
    pool = JavaScriptPool()
    await pool.evaluate(["={{ let a = 1; a }}"], Scope(), [0])
    print(next(iter(pool._all)).process.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_children_die_with_a_parent_that_is_killed():
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())

    parent.kill()
    await parent.wait()

    assert await gone(child)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        pytest.param("luxon.DateTime === DateTime && DateTime.now().isValid", True, id="Luxon by both names"),
        pytest.param("$now.toISO() === new Date().toDateTime().toISO()", True, id="now, and n8n's method of dates"),
        pytest.param("$now.extract('year')", 2024, id="n8n's method of DateTime"),
        pytest.param("$now.isWeekend", True, id="Luxon's own where n8n has the same name"),
        pytest.param("({ ...items[0].json }).isEmpty()", False, id="no dates"),
        pytest.param("(globalThis.DateTime = 1, DateTime)", 1, id="a name taken by the code"),
        pytest.param("'a'.hash('sha1').slice(0, 4)", "86f7", id="hashes"),
        pytest.param("$jmespath({ a: { b: 1 } }, 'a.b')", 1, id="JMESPath"),
        pytest.param("[typeof $env, typeof $secrets]", ["object", "undefined"], id="what is not there"),
    ],
)
async def test_code_finds_what_is_read_on_first_use(pool, code, value):
    assert await pool.run_code(f"return {code}", scope_of(), per_item=False) == value
