"""The tiers agree: random expressions on random data, and every function's examples, in closures and in V8.

Flow: hypothesis → **both tiers** → equal values.
"""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodes.expressions.evaluation import marked
from nodes.expressions.functions_table import LOADED
from nodes.expressions.javascript.pool import JavaScriptPool
from nodes.expressions.registry import EXAMPLES
from nodes.expressions.scope import Scope
from nodes.expressions.template import compile_template
from schemas.errors import ExpressionError
from schemas.item import Item

NOW = 1_710_000_000_123
QUIET = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))

words = st.sampled_from(["a", "b", "10", "1e3", " 7 ", "", "x,y", "Ünï", "2024-03-10T02:30:00Z", "😀z", "true", "-0"])
numbers = st.one_of(st.integers(-5, 12), st.sampled_from([0.1, 0.5, 2.5, 1e21, 123456789012, -1.5, 1e-7, 1 / 3]))
plain = st.one_of(st.none(), st.booleans(), numbers, words)
data = st.recursive(
    plain,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["a", "b", "k", "2", "1"]), inner, max_size=3)
    ),
    max_leaves=8,
)
leaves = st.one_of(
    st.sampled_from(
        ["$json.a", "$json.b", "$json.b.k", "$json['a'][0]", "$json.k?.a", "undefined", "null", "true", "NaN"]
    ),
    st.sampled_from(["[]", "({})", "[1, [2]]", "({k: 1, 2: 3})", "'a-b'", "`q${$json.a}`", "$itemIndex", "nobody"]),
    numbers.map(lambda n: f"({n!r})"),
    words.map(repr),
)
_OPERATORS = "+ - * / % ** == != === !== < > <= >= && || ?? | & ^ << >> >>>"
BINARY = _OPERATORS.split()
_METHODS = """
    toString() length slice(1) at(-1) indexOf('a') includes('a') toUpperCase() split('') split(',',1) trim()
    padStart(4,'ab') concat(1,[2]) join('-') map(x=>x) map((x,i)=>[i,x]) filter(x=>x) substring(2,1)
    filter(Boolean) map(Number) map(String) find(x=>x>1) reduce((t,x)=>t+x,'') some(x=>!x) flat() toFixed(1)
    toPrecision(3) toString(2) replace('a','$&!') replace(/[a-z]/g,c=>c+c) match(/\\d+/) charCodeAt(0)
    lastIndexOf(1) isEmpty() isNotEmpty() first() last() unique() compact() toJsonString() keys() values()
    chunk(2) sum() toTitleCase() toSnakeCase() toSentenceCase() urlEncode() base64Encode() isNumeric()
    round(1) hasOwnProperty('a') split('').reverse() map(({a})=>a) map(([p,q=3])=>q) flatMap(x=>[x,x])
    toFloat() removeField('a') hash() hash('sha256') removeMarkdown() removeTags() urlDecode() base64Decode() quote()
    replaceSpecialChars() isEmail() isUrl() isDomain() extractDomain() extractEmail() extractUrl() extractUrlPath()
    toBoolean() toInt() toNumber() ceil() floor() abs() isInteger() isEven() isOdd() format() average() min() max()
    append(1) union([1]) difference([1,'a']) intersection([1,'a']) merge([{a:2}]) merge() pluck('a') pluck('a','b')
    renameKeys('a','z') smartJoin('a','b') hasField('a') removeFieldsContaining('a') keepFieldsContaining('a')
    unique('a') urlEncode(true) toWholeNumber() parseJson() toDateTime() length() randomItem().x
"""
METHODS = _METHODS.split()
_CALLS = """
    Number String Boolean parseInt parseFloat isNaN Math.round Math.floor Object.keys Object.entries JSON.stringify
    Array.isArray
    Math.sign $not encodeURIComponent Object.values $min $max $average (a=>[a,a])
"""
CALLS = _CALLS.split()


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from(BINARY), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(["!", "-", "+", "~", "typeof "]), inner).map(lambda t: f"({t[0]}({t[1]}))"),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} ? {t[1]} : {t[2]})"),
        st.tuples(inner, st.sampled_from(METHODS)).map(lambda t: f"({t[0]}).{t[1]}"),
        st.tuples(inner, st.sampled_from(METHODS)).map(lambda t: f"({t[0]})?.{t[1]}"),
        st.tuples(st.sampled_from(CALLS), inner).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"[{t[0]}, ...[{t[1]}]]"),
        st.tuples(inner, inner).map(lambda t: f"({{p: {t[0]}, ...({t[1]})}})"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]})[{t[1]}]"),
        st.tuples(inner, inner).map(lambda t: f"`${{{t[0]}}}-${{{t[1]}}}`"),
    )


expressions = st.recursive(leaves, grown, max_leaves=5)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as run:
        yield run


@pytest.fixture(scope="module")
def pool(runner: asyncio.Runner) -> Iterator[JavaScriptPool]:
    made = JavaScriptPool()
    yield made
    runner.run(made.close())


def scope_of(json: dict) -> Scope:
    return Scope(inputs=[[Item(json=json)]], now=NOW, zone="America/New_York")


def in_closures(source: str, scope: Scope) -> object:
    template = compile_template(source)
    assert template.evaluate is not None, template.reason
    try:
        return marked(template.evaluate(scope))
    except ExpressionError:
        return "an error"


async def in_v8(pool: JavaScriptPool, source: str, scope: Scope) -> object:
    ((value,),) = await pool.evaluate_marked([source], scope, [0], marks=True)
    if isinstance(value, ExpressionError):
        return "an error"
    return value


def comparable(value: object) -> object:
    """Round what arithmetic libraries may round differently in the last place."""
    if isinstance(value, float) or (type(value) is int and abs(value) > 2**53):
        return float(f"{value:.13g}")
    if isinstance(value, dict):
        return {key: comparable(one) for key, one in value.items()}
    return [comparable(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("source", "value"),
    [pytest.param(text, value, id=f"{kind}.{name}") for kind, name, text, value in EXAMPLES],
)
def test_examples_hold_in_both_tiers(source, value, pool, runner):
    assert LOADED
    text = f"={{{{ {source} }}}}"
    scope = scope_of({})

    assert in_closures(text, scope) == value
    assert runner.run(in_v8(pool, text, scope)) == value


DATES = [
    "DateTime.fromISO('2024-03-10T02:30:00').toISO()",
    "DateTime.fromISO('2024-11-03T01:30:00').plus({hours: 1}).toISO()",
    "DateTime.fromISO('2024-01-31').plus({months: 1}).toISODate()",
    "DateTime.fromISO('2024-03-09T12:00').plus({days: 1}).toISO()",
    "DateTime.fromISO('2024-W05-3').toISODate()",
    "DateTime.fromISO('2024-060').toISODate()",
    "DateTime.fromISO('2024-05-06T07:08:09+05:30', {setZone: true}).toISO()",
    "DateTime.fromISO('2024-05-06T07:08:09Z').setZone('Asia/Kathmandu').toFormat('yyyy-MM-dd HH:mm ZZ z')",
    "DateTime.fromISO('2024-05-06T07:08:09.010Z').toUTC().toISO({suppressMilliseconds: true})",
    "DateTime.fromISO('2024-05-06T17:08:09').toFormat(\"EEEE, d LLLL yyyy 'at' h:mm a, W o q\")",
    "DateTime.fromISO('2024-05-06').toFormat('DD | D | DDDD | dd LLL yy | ccc')",
    "DateTime.fromFormat('06/05/2024 14:03', 'dd/MM/yyyy HH:mm').toISO()",
    "DateTime.fromFormat('May 6, 2024', 'MMMM d, yyyy').toISODate()",
    "DateTime.fromObject({year: 2024, month: 2, day: 29}).toISO()",
    "DateTime.fromMillis(0).startOf('quarter').toISO()",
    "DateTime.fromISO('2024-05-06').endOf('week').toISO()",
    "DateTime.fromISO('2024-05-06').set({day: 31, month: 6}).isValid",
    "DateTime.fromISO('2024-05-31').set({month: 6}).toISODate()",
    "DateTime.fromISO('nonsense').isValid",
    "DateTime.fromISO('2024-05-06').diff(DateTime.fromISO('2023-01-31'), ['years', 'months', 'days']).toObject()",
    "DateTime.fromISO('2024-05-06').diff(DateTime.fromISO('2024-05-09T12:00'), 'days').days",
    "DateTime.fromISO('2024-05-06').hasSame(DateTime.fromISO('2024-05-31'), 'month')",
    "DateTime.fromISO('2024-05-06') < DateTime.fromISO('2024-05-07')",
    "$now.minus({weeks: 1}).toISO()",
    "$today.toISO()",
    "$now.weekdayLong + ' ' + $now.monthShort + $now.offset + $now.zoneName",
    "new Date(2024, 1, 30).toISOString()",
    "new Date('2024-02-30').getTime()",
    "new Date('Feb 9, 2023 10:20 PM').toISOString()",
    "new Date('Thu, 09 Feb 2023 13:22:54 GMT').toISOString()",
    "new Date('2023/02/09').toISOString()",
    "new Date('2024-03-10 10:00').toString()",
    "String(new Date(0)) + new Date(0).toUTCString()",
    "new Date('x').getTime()",
    "Date.UTC(2024, 0) + 1",
    "Duration.fromObject({hours: 30, minutes: 5}).as('days')",
    "Duration.fromObject({days: 1, minutes: 5}).toISO()",
    "Duration.fromMillis(90061000).shiftTo('days', 'hours', 'minutes').toObject()",
    "'2024-05-06'.toDateTime().diffTo('2024-05-01', 'days')",
    "new Date('2024-05-06').minus(1, 'month').toISOString()",
    "DateTime.fromISO('2024-05-06T10:00').isBetween('2024-05-01', '2024-06-01')",
]


@pytest.mark.parametrize("expression", DATES)
def test_dates_agree(expression, pool, runner):
    source, scope = f"={{{{ {expression} }}}}", scope_of({})

    compiled = in_closures(source, scope)

    assert compiled != "an error"
    assert compiled == runner.run(in_v8(pool, source, scope))


@QUIET
@given(expression=expressions, json=st.fixed_dictionaries({}, optional={"a": data, "b": data, "k": data}))
def test_random_expressions_agree(expression, json, pool, runner):
    source, scope = f"={{{{ {expression} }}}}", scope_of(json)

    compiled = in_closures(source, scope)
    javascript = runner.run(in_v8(pool, source, scope))

    assert comparable(compiled) == comparable(javascript)
