"""The API of expressions: values and completions on given data.

Flow: client → gateway → **here**.
"""

import pytest

DATA = {
    "items": [{"json": {"user": {"name": "Ada", "tags": ["x"]}, "n": 2}, "pairedItem": 0}],
    "runs": {"Fetch": [[{"json": {"id": 7}}]]},
    "parameters": {"Fetch": {"url": "https://a.co"}, "Idle": {}},
    "source": "Fetch",
    "workflow": {"name": "W"},
    "variables": {"town": "Oslo"},
}

VALUES = [
    pytest.param("={{ $json.user.name }}", "Ada", "compiled", id="a field"),
    pytest.param("{{ $json.n + 1 }}", 3, "compiled", id="without its sign"),
    pytest.param("={{ $('Fetch').item.json.id }}", 7, "compiled", id="a paired item"),
    pytest.param("={{ $('Fetch').params.url }}", "https://a.co", "compiled", id="parameters of another node"),
    pytest.param("={{ $('Idle').isExecuted }}", False, "compiled", id="a node that has not run"),
    pytest.param("={{ $workflow.name }} in {{ $vars.town }}", "W in Oslo", "compiled", id="a template"),
    pytest.param("={{ (() => { let a = $json.n; return a * 2 })() }}", 4, "javascript", id="V8"),
    pytest.param("={{ nothing }}", {"$undefined": True}, "compiled", id="undefined"),
]


@pytest.mark.parametrize(("expression", "value", "tier"), VALUES)
async def test_an_expression_has_its_value(house, expression, value, tier):
    answer = await house.call("POST", "/api/v1/expressions/evaluate", 200, json={"expression": expression, **DATA})

    assert answer == {"value": value, "tier": tier}


REFUSED = [
    pytest.param("={{ 1 + }}", "invalid syntax", id="no JavaScript"),
    pytest.param("={{ $('Gone').item }}", "doesn't exist", id="a node that is not there"),
    pytest.param("={{ ({}).constructor }}", "security", id="a denied name"),
    pytest.param("={{ (() => { while (true) {} })() }}", "took longer", id="a loop without end"),
]


@pytest.mark.parametrize(("expression", "says"), REFUSED)
async def test_an_expression_that_fails_is_a_problem(house, expression, says):
    problem = await house.call("POST", "/api/v1/expressions/evaluate", 422, json={"expression": expression, **DATA})

    assert says in problem["detail"]


COMPLETIONS = [
    pytest.param("={{ $js", None, {"$json"}, id="a variable"),
    pytest.param("={{ $json.user.", None, {"name", "tags", "isEmpty"}, id="fields and methods of an object"),
    pytest.param("={{ $json.user.name.toT", None, {"toTitleCase"}, id="a method of a text"),
    pytest.param("={{ $json.user.tags[0].", None, {"toUpperCase", "length"}, id="an element"),
    pytest.param("={{ $json.user.tags.map(t => t).fi", None, {"filter", "first"}, id="after a call"),
    pytest.param("={{ $('Fe", None, {"Fetch"}, id="the name of a node"),
    pytest.param("={{ $('Fetch').first().json.", None, {"id"}, id="another node's item"),
    pytest.param("={{ $now.", None, {"toISO", "plus", "format"}, id="a DateTime"),
    pytest.param("={{ Math.fl", None, {"floor"}, id="a namespace"),
    pytest.param("={{ $json?.us }} text", 12, {"user"}, id="in the middle"),
    pytest.param("={{ $if", None, {"$if", "$ifEmpty"}, id="functions"),
]


@pytest.mark.parametrize(("text", "position", "labels"), COMPLETIONS)
async def test_a_text_is_completed(house, text, position, labels):
    body = {"text": text, "position": len(text) if position is None else position, **DATA}

    found = (await house.call("POST", "/api/v1/expressions/complete", 200, json=body))["data"]

    assert labels <= {one["label"] for one in found}


@pytest.mark.parametrize("text", ["=plain $js", "={{ 1 }} $js", "={{ nothing.", "={{ $json.nope.x."])
async def test_there_is_nothing_to_complete(house, text):
    body = {"text": text, "position": len(text), **DATA}

    assert (await house.call("POST", "/api/v1/expressions/complete", 200, json=body))["data"] == []


async def test_a_suggestion_says_what_it_is(house):
    body = {"text": "={{ $json.user.name.toTit", "position": 25, **DATA}

    [found] = (await house.call("POST", "/api/v1/expressions/complete", 200, json=body))["data"]

    assert found == {
        "label": "toTitleCase",
        "kind": "method",
        "detail": '"quick brown fox".toTitleCase()',
        "doc": "Raise the first letter of each word but small ones; words with capitals or dots inside stay.",
    }
