"""Reading workflows, naming versions, finding nodes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import WorkflowError
from schemas.workflow import content_hash, dump_workflow, parse_workflow, short_type

RAW = {"name": "Orders", "nodes": [{"name": "A", "type": "set", "strange": 1}], "connections": {}}


def test_what_is_not_known_is_kept():
    raw = RAW | {"meta": {"x": [1]}, "staticData": None}

    assert dump_workflow(parse_workflow(raw)) == raw


def test_absent_order_is_the_oldest():
    assert parse_workflow(RAW).settings.execution_order == "v0"


def test_the_last_node_of_a_name_counts_in_the_place_of_the_first():
    nodes = [{"name": "A", "type": "set"}, {"name": "B", "type": "if"}, {"name": "A", "type": "noOp"}]

    workflow = parse_workflow({"nodes": nodes})

    assert [(name, node.type) for name, node in workflow.by_name().items()] == [("A", "noOp"), ("B", "if")]
    assert workflow.node("A") == workflow.by_name()["A"]
    assert workflow.node("C") is None


@pytest.mark.parametrize(
    ("raw", "node", "field"),
    [
        pytest.param({}, None, "nodes", id="no nodes"),
        pytest.param({"nodes": [{"name": "A"}]}, "A", "nodes.0.type", id="no type"),
        pytest.param({"nodes": [{"type": "set"}]}, None, "nodes.0.name", id="no name"),
        pytest.param({"nodes": [], "connections": {"A": 1}}, None, "connections.A", id="connections"),
        pytest.param(
            {"nodes": [{"name": "A", "type": "set", "position": [1]}]}, "A", "nodes.0.position", id="position"
        ),
    ],
)
def test_what_does_not_fit_is_named(raw, node, field):
    with pytest.raises(WorkflowError) as bad:
        parse_workflow(raw)

    assert (bad.value.node, bad.value.field) == (node, field)
    assert bad.value.hint


@pytest.mark.parametrize(
    ("change", "same"),
    [
        pytest.param({"id": "7", "name": "Other", "active": True}, True, id="identity"),
        pytest.param({"meta": {"x": 1}, "tags": ["x"]}, True, id="remarks"),
        pytest.param({"pinData": {}}, True, id="no pins"),
        pytest.param({"pinData": {"A": []}}, False, id="pins"),
        pytest.param({"settings": {"executionOrder": "v1"}}, False, id="settings"),
        pytest.param({"nodes": []}, False, id="nodes"),
        pytest.param({"connections": {"A": {}}}, False, id="connections"),
    ],
)
def test_a_version_is_what_a_workflow_does(change, same):
    assert (content_hash(RAW | change) == content_hash(RAW)) is same


@given(st.dictionaries(st.text(), st.integers() | st.text(), max_size=5))
def test_the_order_of_keys_is_no_other_version(parameters):
    turned = dict(reversed(parameters.items()))

    assert content_hash({"nodes": [parameters]}) == content_hash({"nodes": [turned]})


@pytest.mark.parametrize(
    ("name", "short"),
    [
        pytest.param("n8n-nodes-base.set", "set", id="n8n's"),
        pytest.param("set", "set", id="ours"),
        pytest.param("millrace.set", "set", id="ours with its package"),
        pytest.param("acme.set", "acme.set", id="somebody else's"),
    ],
)
def test_short_types(name, short):
    assert short_type(name) == short
