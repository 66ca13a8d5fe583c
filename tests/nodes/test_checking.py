"""What a workflow is refused for, and what is reported of it."""

from itertools import pairwise

import pytest

from nodes.checking import Checked, check, made_here
from nodes.sdk import Registry
from nodes.starting import blocks
from schemas.errors import WorkflowError
from tests.nodes.graphs import box, graph, hook, toy_registry


@pytest.fixture(scope="module")
def registry() -> Registry:
    return toy_registry()


CRON = {"rule": {"interval": [{"field": "cronExpression", "expression": "61 * * * *"}]}}
REFUSED = [
    pytest.param([], "workflow without a name: a workflow is a JSON object", None, None, id="a list"),
    pytest.param(None, "a workflow is a JSON object", None, None, id="null"),
    pytest.param({"name": "Orders"}, 'workflow "Orders": invalid workflow at "nodes"', None, "nodes", id="no nodes"),
    pytest.param(
        {"name": "Orders", "nodes": [{"name": "A"}]}, "field required", "A", "nodes.0.type", id="a node without a type"
    ),
    pytest.param({"nodes": [3]}, "without a name: invalid workflow", None, "nodes.0", id="a node that is a number"),
    pytest.param(
        graph(box("A"), settings={"executionOrder": "v9"}),
        "input should be",
        None,
        "settings.executionOrder",
        id="order",
    ),
    pytest.param(graph(box(" ")), "a node has no name", " ", "nodes.0.name", id="a node without a name"),
    pytest.param(
        graph(box("A"), box("A")),
        'workflow "Orders", node "A": the node name "A" is used twice',
        "A",
        "nodes.1.name",
        id="twice",
    ),
    pytest.param(
        graph(box("A"), edges="A>Gone"),
        'a connection leads to "Gone"',
        "A",
        "connections.A.main.0.0",
        id="target missing",
    ),
    pytest.param(
        graph(box("A"), edges="Gone>A"), 'leads from "Gone"', "A", "connections.Gone.main.0.0", id="source missing"
    ),
    pytest.param(graph(box("A"), edges="X>Y"), 'leads from "X"', "X", "connections.X.main.0.0", id="both ends missing"),
    pytest.param(
        graph(box("A"), box("B"), edges="A>B B>A"), 'the cycle "', "A", "connections.A.main", id="a cycle of two"
    ),
    pytest.param(
        graph(box("A"), edges="A>A"), 'the cycle "A" → "A" never ends', "A", "connections.A.main", id="a self loop"
    ),
    pytest.param(
        graph(box("If", "if"), box("A"), box("B"), edges="A>B B>A B>If If>A"),
        'the cycle "',
        "A",
        "connections.A.main",
        id="a way out on another cycle only",
    ),
    pytest.param(
        graph(box("If", "if", disabled=True), box("A"), edges="A>If If>A"),
        'the cycle "',
        None,
        None,
        id="a way out that is disabled",
    ),
    pytest.param(
        graph(box("A", "set", parameters={"options": {"x": "={{ $json. }}"}})),
        'node "A": ',
        "A",
        "options.x",
        id="expression",
    ),
    pytest.param(
        graph(box("A", "mystery", parameters={"x": "={{ ( }}"})),
        'node "A": ',
        "A",
        "x",
        id="expression of an unknown type",
    ),
    pytest.param(
        graph(box("T", "tick", parameters={"cron": "never"})),
        'node "T": "never" is no cron',
        "T",
        "cron",
        id="bad cron",
    ),
    pytest.param(
        graph(hook(parameters={"path": "a?b"})), 'cannot hold "?"', "Hook", "path", id="a question mark in a path"
    ),
    pytest.param(
        graph(hook(parameters={"path": "a/:"})),
        "a name of its own",
        "Hook",
        "path",
        id="a path parameter without a name",
    ),
    pytest.param(
        graph(hook(parameters={"path": ":a/:a"})), "a name of its own", "Hook", "path", id="a path parameter twice"
    ),
    pytest.param(graph(hook(parameters={"path": " / "})), "needs a path", "Hook", "path", id="no path, no id"),
    pytest.param(
        graph(box("A"), settings={"timezone": "Moon/Sea"}),
        'no time zone "Moon/Sea"',
        None,
        "settings.timezone",
        id="zone",
    ),
]


@pytest.mark.parametrize(("raw", "text", "name", "field"), REFUSED)
def test_refused(raw, text, name, field, registry):
    with pytest.raises(WorkflowError) as refused:
        check(raw, registry, strict=True)

    assert text in refused.value.message
    assert refused.value.message.startswith("workflow ")
    assert refused.value.hint
    if field:
        assert (refused.value.node, refused.value.field) == (name, field)


ACCEPTED = [
    pytest.param(graph(box("If", "if"), box("A"), edges="A>If If>A"), id="a cycle through a second output"),
    pytest.param(graph(box("W", "wait"), box("A"), edges="A>W W>A"), id="a cycle through a wait"),
    pytest.param(graph(box("?", "mystery"), box("A"), edges="A>? ?>A"), id="a cycle through an unknown type"),
    pytest.param(
        graph(box("A", onError="continueErrorOutput"), box("B"), edges="A>B B>A"), id="a cycle with an error output"
    ),
    pytest.param(graph(box("A"), box("B"), box("C"), edges="A>B A>C B>C"), id="a diamond is no cycle"),
    pytest.param(graph(box("__proto__"), box('a"b/c.d'), edges='__proto__>a"b/c.d'), id="odd node names"),
    pytest.param({"nodes": []}, id="nothing at all"),
    pytest.param(graph(box("A"), connections={"A": {"main": [None, []]}}), id="null in connections"),
    pytest.param(graph(box("A"), settings=None, pinData=None), id="null settings and pins"),
    pytest.param(
        graph(box("N", "n8n-nodes-base.stickyNote", parameters={"content": "={{ ( }}"})), id="a note says anything"
    ),
]


@pytest.mark.parametrize("raw", ACCEPTED)
def test_accepted(raw, registry):
    assert isinstance(check(raw, registry, strict=True), Checked)


def test_a_long_chain_is_no_depth(registry):
    names = [f"n{at}" for at in range(5000)]
    edges = " ".join(f"{one}>{two}" for one, two in pairwise(names))

    with pytest.raises(WorkflowError, match="never ends"):
        check(graph(*map(box, names), edges=f"{edges} n4999>n0"), registry, strict=True)


PROBLEMS = [
    pytest.param(
        graph(box("A", "acme.thing")), "A", "type", 'node type "acme.thing" is not installed', id="unknown type"
    ),
    pytest.param(
        graph(hook(), box("A", "mystery", disabled=True)), "A", "type", "is not installed", id="unknown, disabled"
    ),
    pytest.param(graph(box("A", typeVersion=99)), "A", "typeVersion", 'version 99 of "noOp"', id="unknown version"),
    pytest.param(
        graph(box("A", parameters={"volume": 11})), "A", "volume", 'the parameter "volume"', id="unknown parameter"
    ),
    pytest.param(graph(box("A"), box("B")), None, "nodes", "nothing starts this workflow", id="nothing starts it"),
    pytest.param(
        graph(box("A"), box("B"), connections={"A": {"main": [[], [{"node": "B", "type": "main", "index": 0}]]}}),
        "A",
        "connections.A.main.1.0",
        "output 1 is connected, but the node has 1",
        id="an output that is not there",
    ),
    pytest.param(
        graph(box("A"), box("B"), connections={"A": {"main": [[{"node": "B", "type": "main", "index": 3}]]}}),
        "B",
        "connections.A.main.0.0.index",
        "leads to input 3, but the node has 1",
        id="an input that is not there",
    ),
    pytest.param(
        graph(box("A", "set", disabled=True, parameters={"options": "={{ ( }}"})),
        "A",
        "options",
        "",
        id="a bad expression in a disabled node",
    ),
]


PROBLEMS += [
    pytest.param(
        graph(hook(), box("A", millrace={"rate": {"limit": 5}}), edges="Hook>A"),
        "A",
        "millrace",
        "has no effect",
        id="a rate of a node that runs at once",
    ),
    pytest.param(
        graph(hook(), box("A", "httpRequest", millrace={"rate": {"limit": 5, "scope": "credential"}}), edges="Hook>A"),
        "A",
        "millrace.rate.scope",
        "has none",
        id="a rate of a credential that is not there",
    ),
]


@pytest.mark.parametrize(("raw", "name", "field", "text"), PROBLEMS)
def test_reported(raw, name, field, text, registry):
    problems = check(raw, registry, strict=True).problems

    found = [problem for problem in problems if (problem.node, problem.field) == (name, field)]
    assert [problem for problem in found if text in problem.message]
    assert not any(blocks(problem) for problem in found)


BLOCKERS = [
    pytest.param(
        graph(hook(), hook("Again")), "Again", "path", 'also belongs to node "Hook"', id="two webhooks, one path"
    ),
    pytest.param(
        graph(hook(parameters={"path": "a/:x"}), hook("Again", parameters={"path": "a/:y"})),
        "Again",
        "path",
        "also belongs",
        id="names of path parameters do not count",
    ),
    pytest.param(
        graph(hook(parameters={"path": "={{ $json.x }}"})),
        "Hook",
        "path",
        "cannot be an expression",
        id="a moving path",
    ),
    pytest.param(
        graph(hook(parameters={"authentication": "basicAuth"})),
        "Hook",
        "authentication",
        "",
        id="what we cannot do yet",
    ),
    pytest.param(
        graph(hook(parameters={"responseMode": "={{ new Map().get(1) }}"})),
        "Hook",
        "responseMode",
        "read before anything runs",
        id="an expression that needs JavaScript",
    ),
]


@pytest.mark.parametrize(("raw", "name", "field", "text"), BLOCKERS)
def test_reported_and_not_to_be_activated(raw, name, field, text, registry):
    problems = check(raw, registry, strict=True).problems

    [found] = [problem for problem in problems if blocks(problem)]
    assert (found.node, found.field) == (name, field)
    assert text in found.message


def test_a_clean_workflow_has_no_problems(registry):
    checked = check(graph(hook(), box("A"), edges="Hook>A"), registry, strict=True)

    assert checked.problems == []
    assert (checked.start_node, checked.start_type) == ("Hook", "webhook")


def test_duplicate_names_of_n8n_are_reported(registry):
    raw = graph(box("A", "n8n-nodes-base.noOp"), box("A", "n8n-nodes-base.manualTrigger"))

    checked = check(raw, registry, strict=made_here(raw))

    assert [(problem.node, problem.field) for problem in checked.problems] == [("A", "nodes.1.name")]
    assert (checked.start_node, checked.start_type) == ("A", "manualTrigger")


@pytest.mark.parametrize(
    ("raw", "ours"),
    [
        pytest.param(graph(box("A", "set")), True, id="our own names"),
        pytest.param(graph(box("A", "n8n-nodes-base.set")), False, id="n8n's names"),
        pytest.param(graph(box("A"), box("B", "@n8n/n8n-nodes-langchain.agent")), False, id="one of n8n's is enough"),
        pytest.param(graph(), True, id="empty"),
        pytest.param({"nodes": 3}, True, id="no workflow at all"),
    ],
)
def test_made_here(raw, ours):
    assert made_here(raw) is ours
