"""Lineage: `$('X')` and its like, by name and by paired items, in both tiers.

Flow: runs of other nodes → **expression** → their items.
"""

import pytest

from nodes.expressions.coercion import jsonable
from nodes.expressions.javascript.pool import JavaScriptPool
from nodes.expressions.scope import Scope
from nodes.expressions.template import compile_template
from schemas.errors import ExpressionError
from schemas.item import Item, NodeRun, Paired, Source

RUNS = {
    "Start": [NodeRun(outputs=[[Item(json={"n": 0}), Item(json={"n": 1}), Item(json={"n": 2})]])],
    "Turned": [
        NodeRun(
            outputs=[
                [Item(json={"t": 2}, paired=2), Item(json={"t": 1}, paired=Paired(1)), Item(json={"t": 0}, paired=[0])]
            ],
            sources=[Source("Start")],
        )
    ],
    "Lost": [NodeRun(outputs=[[Item(json={"l": 0})]], sources=[Source("Start")])],
    "Many": [NodeRun(outputs=[[Item(json={"m": 0}, paired=[0, 1])]], sources=[Source("Start")])],
    "Idle": [],
}


def scope_after(name: str, index: int = 0) -> Scope:
    return Scope(
        inputs=[RUNS[name][0].outputs[0]],
        index=index,
        runs=RUNS.get,
        sources=[Source(name)],
        node="Here",
        node_parameters={"Start": {"p": 5}},
    )


@pytest.fixture
async def pool():
    made = JavaScriptPool()
    yield made
    await made.close()


CASES = [
    pytest.param("$('Start').item.json.n", "Turned", 0, 2, id="one step back"),
    pytest.param("$('Turned').item.json.t", "Turned", 0, 2, id="the node just before"),
    pytest.param("$('Start').item.json.n", "Turned", 2, 0, id="through a list of pairs"),
    pytest.param("$('Start').itemMatching(1).json.n", "Turned", 0, 1, id="another index"),
    pytest.param("$('Start').first().json.n", "Lost", 0, 0, id="the first"),
    pytest.param("$('Start').last().json.n", "Lost", 0, 2, id="the last"),
    pytest.param("$('Start').all().length", "Lost", 0, 3, id="all"),
    pytest.param("$('Start').all().map(i => i.json.n)", "Lost", 0, [0, 1, 2], id="all, mapped"),
    pytest.param("$('Start').params.p", "Lost", 0, 5, id="parameters"),
    pytest.param("$('Idle').isExecuted", "Lost", 0, False, id="not executed"),
    pytest.param("$('Start').isExecuted", "Lost", 0, True, id="executed"),
    pytest.param("$node['Start'].json.n", "Turned", 1, 1, id="by name and index"),
    pytest.param("$node.Start.json.n", "Turned", 1, 1, id="by name as a member"),
    pytest.param("$items('Start').length", "Lost", 0, 3, id="items"),
    pytest.param("$prevNode.name + $prevNode.runIndex", "Turned", 0, "Turned0", id="the previous node"),
    pytest.param("$input.all().length + $input.first().json.t", "Turned", 0, 5, id="the input"),
    pytest.param("$input.item.json.t", "Turned", 1, 1, id="the item at hand"),
    pytest.param("$itemIndex + $runIndex", "Turned", 2, 2, id="indexes"),
]
REFUSED = [
    pytest.param("$('Start').item.json.n", "Lost", "unavailable", id="no pairing"),
    pytest.param("$('Start').item.json.n", "Many", "Multiple matching", id="two origins"),
    pytest.param("$('Idle').first()", "Lost", "is unexecuted", id="a node that has not run"),
    pytest.param("$('Ghost').first()", "Lost", "doesn't exist", id="no such node"),
]


@pytest.mark.parametrize(("source", "after", "index", "value"), CASES)
async def test_other_nodes_are_seen_in_both_tiers(source, after, index, value, pool):
    text, scope = f"={{{{ {source} }}}}", scope_after(after, index)

    compiled = compile_template(text)

    assert jsonable(compiled.evaluate(scope)) == value
    assert await pool.evaluate([text], scope, [index]) == [[value]]


@pytest.mark.parametrize(("source", "after", "says"), REFUSED)
async def test_what_cannot_be_known_is_an_error_in_both_tiers(source, after, says, pool):
    text, scope = f"={{{{ {source} }}}}", scope_after(after)

    with pytest.raises(ExpressionError, match=says):
        compile_template(text).evaluate(scope)

    ((value,),) = await pool.evaluate([text], scope, [0])
    assert isinstance(value, ExpressionError)
    assert says in value.message
