"""Hostile expressions in the compiled tier: refused with an error, or left to V8 and its limits; nothing large is made.

Flow: texts that would fill memory or never end → templates → **here**.
"""

import resource

import pytest

from nodes.expressions.coercion import jsonable
from nodes.expressions.scope import Scope
from nodes.expressions.template import compile_template
from schemas.errors import ExpressionError
from schemas.item import Item

ROOM = 600_000_000


def nested(function, start, depth):
    for _ in range(depth):
        start = f"({function})({start})"
    return start


def evaluated(source):
    template = compile_template(f"={{{{ {source} }}}}")
    assert template.evaluate is not None, template.reason
    return jsonable(template.evaluate(Scope(inputs=[[Item(json={})]])))


REFUSED = [
    pytest.param(nested("a => [...a, ...a]", "[1]", 40), id="spread"),
    pytest.param(nested("a => a.concat(a)", "[1]", 40), id="concat"),
    pytest.param(nested("a => a.flatMap(x => [x, x])", "[1]", 40), id="flatMap"),
    pytest.param(nested("a => [a, a]", "1", 40), id="the same object many times in the value"),
    pytest.param("JSON.stringify(" + nested("a => [a, a]", "1", 40) + ")", id="the same object many times in JSON"),
    pytest.param(nested("s => s + s", '"a"', 40), id="text added to itself"),
    pytest.param(nested("s => `${s}${s}`", '"a"', 40), id="text in a template"),
    pytest.param(nested("s => [s, s].join('')", '"a"', 40), id="text joined"),
    pytest.param(nested("s => s.replaceAll('a', 'a'.repeat(1000))", '"a"', 12), id="text replaced"),
    pytest.param("'a'.repeat(1e9)", id="repeat"),
    pytest.param("'a'.padStart(1e9)", id="padStart"),
    pytest.param("Array(1e9).fill(0)", id="an array of a billion"),
    pytest.param("Array.from({length: 1e9})", id="Array.from"),
    pytest.param("Array(10000).fill(0).map(x => 'a'.repeat(1000000))", id="many long texts"),
    pytest.param("Array(1000).fill(0).map(x => Array(1000).fill(0).map(y => Array(1000).fill(0)))", id="nested arrays"),
    pytest.param("(f => f(f))(f => f(f))", id="recursion without end"),
    pytest.param("/a*a*[0-9]/.test('a'.repeat(100000))", id="a pattern of two repetitions"),
    pytest.param("({}).constructor", id="constructor"),
    pytest.param("[]['const' + 'ructor']", id="a computed constructor"),
    pytest.param("({}).__proto__", id="__proto__"),
    pytest.param("Object.getPrototypeOf({})", id="getPrototypeOf"),
]


@pytest.mark.parametrize("source", REFUSED)
def test_a_bomb_is_refused_before_it_fills_memory(source):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

    with pytest.raises(ExpressionError):
        evaluated(source)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before < ROOM


LONG = [
    pytest.param(
        "'a'.repeat(300000).replace(/a*b/g, '').length", id="a pattern that tries a long text again and again"
    ),
    pytest.param("('*a'.repeat(20000)).removeMarkdown().length", id="stars"),
    pytest.param("('['.repeat(20000)).removeMarkdown().length", id="brackets"),
    pytest.param("('_a '.repeat(20000)).removeMarkdown().length", id="underscores"),
    pytest.param("('1'.repeat(50000)).toSentenceCase().length", id="sentences without letters"),
    pytest.param("('a@'.repeat(20000)).isEmail()", id="at signs"),
    pytest.param("('a.'.repeat(50000) + '@b.co').extractEmail()", id="dots before an at sign"),
    pytest.param("('http://a'.repeat(20000)).extractUrl()", id="schemes"),
    pytest.param("numberList(1, 20000).difference(numberList(1, 20000)).length", id="difference of long lists"),
    pytest.param("numberList(1, 20000).map(a => ({a})).unique('a').length", id="unique of a long list"),
]


@pytest.mark.timeout(10)
@pytest.mark.parametrize("source", LONG)
def test_long_data_costs_no_more_than_its_length(source):
    evaluated(source)


DEEP = [
    pytest.param("(" * 5000 + "1" + ")" * 5000, id="parentheses"),
    pytest.param("[" * 3000 + "]" * 3000, id="arrays"),
]


@pytest.mark.parametrize("source", DEEP)
def test_deep_nesting_is_left_to_v8(source):
    template = compile_template(f"={{{{ {source} }}}}")

    assert (template.tier, template.reason) == ("javascript", "deep nesting")


def test_an_allowance_is_one_evaluations_own():
    source = "'a'.repeat(9000000).length"

    assert [evaluated(source) for _ in range(4)] == [9_000_000] * 4
