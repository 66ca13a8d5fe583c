"""Templates: how a text is split, joined and put in a tier, and which nodes it refers to.

Flow: parameter text → **compile_template** → values.
"""

import pytest

from nodes.expressions.coercion import UNDEFINED, jsonable
from nodes.expressions.references import References
from nodes.expressions.scope import Scope
from nodes.expressions.template import compile_template
from schemas.errors import ExpressionError
from schemas.item import Item

JSON = {"a": {"b": 1}, "list": [3, 1, 2], "text": "x", "nil": None, "constructor": 1, "keys": "mine"}


def scope_of(*, index: int = 0) -> Scope:
    return Scope(
        inputs=[[Item(json=JSON, binary={"f": {"mimeType": "a/b"}})]], index=index, now=0, zone="UTC", env=None
    )


def evaluate(source: str) -> object:
    template = compile_template(source)
    assert template.evaluate is not None, template.reason
    return jsonable(template.evaluate(scope_of()))


@pytest.mark.parametrize(
    ("source", "value"),
    [
        pytest.param("=plain", "plain", id="no code is text"),
        pytest.param("=", "", id="nothing is empty text"),
        pytest.param("={{ 1 }}", 1, id="one part keeps its type"),
        pytest.param("= {{ 1 }}", " 1", id="a space before it is text"),
        pytest.param("={{ 1 }}{{ 2 }}", "12", id="two parts are joined"),
        pytest.param("=a{{ null }}b{{ undefined }}c", "abc", id="null and undefined are empty in text"),
        pytest.param(
            "=v: {{ [1, [2, null]] }} {{ ({}) }} {{ false }}", "v: 1,2, [object Object] false", id="objects as text"
        ),
        pytest.param("={{ {a: {b: 1}} }}", {"a": {"b": 1}}, id="braces within code"),
        pytest.param("={{ '}}' }}", "}}", id="closing braces in a string"),
        pytest.param("={{ [1].map(x => {return {y: {z: x}}}) }}", [{"y": {"z": 1}}], id="closing braces in a body"),
        pytest.param("=\\{{ 1 }} {{ 2 }}", "\\{{ 1 }} 2", id="escaped braces are text"),
        pytest.param("=open {{ 1", "open 1", id="the end closes open braces"),
        pytest.param("={{ }}", UNDEFINED, id="empty code is undefined"),
        pytest.param("={{ $json.a.b }}", 1, id="a path"),
        pytest.param("={{ $json.no.such.path }}", UNDEFINED, id="a missing path is undefined"),
        pytest.param("=<{{ $json.no.such.path }}>", "<>", id="a missing path is empty in text"),
        pytest.param("={{ $json.no.such || 1 }}", UNDEFINED, id="the TypeError ends the whole part"),
        pytest.param("={{ $json.no?.such ?? 'd' }}", "d", id="an optional chain goes on"),
        pytest.param("={{ $json['text'] }}", "x", id="a key in brackets"),
        pytest.param("={{ $json.nil }}", None, id="null stays null"),
        pytest.param("={{ $json.keys }}", "mine", id="data before methods"),
        pytest.param("={{ $json.values }}", UNDEFINED, id="an extension is no field"),
        pytest.param("={{ $binary.f.mimeType }}", "a/b", id="binary"),
        pytest.param("={{ $json.list.toSorted().join('') }}", "123", id="a sorted copy"),
        pytest.param("={{ [...$json.list].sort((a, b) => b - a) }}", [3, 2, 1], id="sorting what is fresh"),
        pytest.param("={{ Object.entries($json.a).map(([k, v]) => k + v) }}", ["b1"], id="patterns"),
        pytest.param("={{ $json.list.map(x => { return x * 2 }) }}", [6, 2, 4], id="a body that returns"),
        pytest.param("={{ [...new Set([1, 1, 2])] }}", [1, 2], id="a Set"),
        pytest.param("={{ typeof nobody }}", "undefined", id="an unknown name is undefined"),
        pytest.param("={{ process }}", {}, id="a denied global is an empty object"),
        pytest.param("={{ Function('return 1')() }}", UNDEFINED, id="the Function constructor is none"),
        pytest.param("={{ null.x }}", UNDEFINED, id="null has no members"),
        pytest.param("={{ 'x'.nosuch }}", UNDEFINED, id="text has no such member"),
        pytest.param("={{ JSON.parse('{') }}", UNDEFINED, id="a native error is swallowed"),
        pytest.param("={{ 'a\\nb'.length }}", 3, id="escapes"),
        pytest.param("={{ '😀'.length + '😀a'.slice(0, 2) }}", "2😀", id="text counts in UTF-16"),
        pytest.param("={{ 0.1 + 0.2 }}", 0.30000000000000004, id="doubles"),
        pytest.param("={{ 9007199254740993 }}", 9007199254740992, id="large numbers are doubles"),
        pytest.param("={{ new Date(0) }}", "1970-01-01T00:00:00.000Z", id="a Date becomes ISO text"),
        pytest.param("={{ [undefined, NaN, () => 1] }}", [None, None, None], id="what JSON lacks is null in an array"),
        pytest.param("={{ ({a: undefined, b: 1}) }}", {"b": 1}, id="undefined leaves its key out"),
    ],
)
def test_a_template_gives_its_value(source, value):
    assert evaluate(source) == value


@pytest.mark.parametrize(
    ("source", "says"),
    [
        pytest.param("={{ $json.constructor }}", "constructor", id="a denied member"),
        pytest.param("={{ $json['constr' + 'uctor'] }}", "constructor", id="a denied computed member"),
        pytest.param("={{ [].__proto__ }}", "__proto__", id="a prototype"),
        pytest.param("={{ Math.constructor }}", "constructor", id="of a global"),
        pytest.param("={{ ''['constructor']['constructor']('return 1')() }}", "constructor", id="the way to Function"),
        pytest.param("={{ ({__proto__: 1}) }}", "__proto__", id="as a key"),
        pytest.param("={{ $json.nil.toTitleCase() }}", "can't be used on null", id="an extension on null"),
        pytest.param("={{ $json.text.sum() }}", "only callable on", id="an extension on another kind"),
        pytest.param("={{ $('Nobody').first() }}", "Referenced node doesn't exist", id="an unknown node"),
        pytest.param("={{ $env.HOME }}", "access to env vars denied", id="the environment"),
        pytest.param("={{ 'x'.repeat(1e9) }}", "too long", id="endless text"),
        pytest.param("={{ Array(1e9).fill(1) }}", "too long", id="an endless array"),
        pytest.param(
            "={{ Array(999).fill(1).map(a => Array(999).fill(1).map(b => Array(9).fill(1).map(c => 1))) }}",
            "too many steps",
            id="calls within calls",
        ),
    ],
)
def test_an_expression_is_refused(source, says):
    with pytest.raises(ExpressionError, match=says):
        evaluate(source)


@pytest.mark.parametrize(
    "source",
    [
        "={{ $json. }}",
        "={{ (1 }}",
        "={{ 1 + }}",
        "={{ 'a }}",
        "={{ [1, }}",
        "={{ `a }}",
        "={{ a b }}",
        "={{ 08x }}",
        "={{ ? }}",
    ],
)
def test_what_is_no_javascript_is_an_error(source):
    with pytest.raises(ExpressionError, match="invalid syntax"):
        compile_template(source)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        pytest.param("={{ let a = 1; a }}", "let", id="statements"),
        pytest.param("={{ (() => { const a = 1; return a })() }}", "statements", id="a function with statements"),
        pytest.param("={{ $json.list.push(1) }}", "push", id="a method that is not here"),
        pytest.param("={{ $json.list.sort() }}", "others may see", id="sorting an item's array"),
        pytest.param("={{ a = 1 }}", "assignment", id="an assignment"),
        pytest.param("={{ 1n }}", "BigInt", id="a BigInt"),
        pytest.param("={{ /(a+)+b/.test('x') }}", "regular|group", id="a pattern that may run away"),
        pytest.param("={{ /(?<=a+)b/.test('x') }}", "V8", id="a pattern that Python lacks"),
        pytest.param("={{ new Map() }}", "Map", id="a class that is not here"),
        pytest.param("={{ Math.hypot(1) }}", "Math.hypot", id="a member that is not here"),
    ],
)
def test_the_rest_is_left_to_v8_with_a_reason(source, reason):
    template = compile_template(source)

    assert template.tier == "javascript"
    assert template.evaluate is None
    assert any(part in template.reason for part in reason.split("|"))


@pytest.mark.parametrize(
    ("source", "references"),
    [
        pytest.param("={{ $json.a }}", References(), id="none"),
        pytest.param("={{ $('A').first().json.x + $node['B'].json.y }}", References(frozenset("AB")), id="by name"),
        pytest.param('={{ $node.C.json }}{{ $items("D") }}', References(frozenset("CD")), id="other spellings"),
        pytest.param("={{ $('A').item.json }}", References(frozenset("A"), True), id="by pairing"),
        pytest.param("={{ $('It\\'s').all() }}", References(frozenset({"It's"})), id="an escaped name"),
        pytest.param("={{ $($json.a).first() }}", References(None, True), id="a computed name"),
        pytest.param("={{ let x = $('A').first(); x }}", References(frozenset("A")), id="in the JavaScript tier too"),
    ],
)
def test_references_are_found(source, references):
    assert compile_template(source).references == references


def test_an_item_that_is_not_there_is_an_error():
    template = compile_template("={{ $json.a.b }}")

    with pytest.raises(ExpressionError, match="No execution data available"):
        template.evaluate(scope_of(index=-1))


def test_a_template_is_compiled_once():
    assert compile_template("={{ $json.once }}") is compile_template("={{ $json.once }}")


def test_evaluation_leaves_the_item_as_it_was():
    before = [*JSON["list"]]

    evaluate("={{ [...$json.list].reverse().concat($json.list.toSorted()) }}")

    assert JSON["list"] == before


@pytest.mark.parametrize(
    ("source", "quoted", "at"),
    [
        pytest.param("={{ 1 +* 2 }}", "'*' near \"1 +* 2\"", 6, id="a sign"),
        pytest.param("=Hello {{ $json.a + }} x {{ $json.b }}", 'near "$json.a +"', 19, id="which of several"),
        pytest.param("={{ foo( }}", 'near "foo("', 8, id="the end"),
        pytest.param(
            "={{ [1,2,3,4,5,6,7,8,9].reduce((a, b) => a + ).toString().toUpperCase() }}",
            'near "…educe((a, b) => a + ).toString().toUpper…"',
            44,
            id="in the middle of much",
        ),
    ],
)
def test_a_fault_is_quoted_where_it_is(source: str, quoted: str, at: int) -> None:
    with pytest.raises(ExpressionError) as refused:
        compile_template(source)

    assert quoted in refused.value.message
    assert refused.value.detail["at"] == at
