"""The node law: what every node type must keep, asked of all that are found.

Flow: registry → **node law**.
"""

import asyncio
import contextlib
import copy
import re
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodes.sdk import Example, Item, NodeType, discover, discover_credentials
from nodes.sdk.harness import Harness, outputs
from schemas.errors import MillraceError, OperationalError, UserError
from schemas.node_spec import NodeSpec

TYPES = list(discover())
EXAMPLES = [
    pytest.param(node_type, example, id=f"{node_type.name}: {example.title}")
    for node_type in TYPES
    for example in node_type.examples
]
BY_NAME = [pytest.param(node_type, id=node_type.name) for node_type in TYPES]
LEAVES = st.none() | st.booleans() | st.integers(-3, 300) | st.text(max_size=5)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)


@pytest.mark.parametrize(("node_type", "example"), EXAMPLES)
async def test_examples_hold(node_type: NodeType, example: Example) -> None:
    harness = Harness(node_type)

    if example.fails is not None:
        with pytest.raises(MillraceError) as failed:
            await harness.example(example)
        assert example.fails in failed.value.message
        return

    got = await harness.example(example)

    if example.outputs is not None:
        assert got == example.outputs
    else:
        assert got[0] == example.then


@pytest.mark.parametrize("node_type", BY_NAME)
def test_is_described(node_type: NodeType) -> None:
    module = node_type.module.rpartition(".")[2]

    assert node_type.summary
    assert "Flow:" in node_type.doc
    assert module == snake(node_type.name) or module == snake(node_type.name) + "_"


@pytest.mark.parametrize("node_type", BY_NAME)
def test_has_examples_of_success_and_failure(node_type: NodeType) -> None:
    fields = set(node_type.params.model_fields)

    assert any(example.fails is None for example in node_type.examples) or node_type.name == "stopAndError"
    assert any(example.fails is not None for example in node_type.examples) or not fields


@pytest.mark.parametrize("node_type", BY_NAME)
def test_names_the_credentials_of_its_examples(node_type: NodeType) -> None:
    known = {credential_type.name for credential_type in discover_credentials()}

    assert set(node_type.credentials) <= known
    assert {kind for example in node_type.examples for kind in example.credentials} <= set(node_type.credentials)


@pytest.mark.parametrize("node_type", BY_NAME)
def test_spec_survives_json(node_type: NodeType) -> None:
    spec = node_type.spec()

    assert msgspec.json.decode(msgspec.json.encode(spec), type=NodeSpec) == spec


@pytest.mark.parametrize(("node_type", "example"), EXAMPLES)
async def test_inputs_are_not_changed(node_type: NodeType, example: Example) -> None:
    inputs = [
        [Item(json=copy.deepcopy(one), binary={"data": {"data": "", "mimeType": "text/plain"}}) for one in each]
        for each in (example.inputs or [example.given])
    ]
    before, params = copy.deepcopy(inputs), copy.deepcopy(example.params)

    with contextlib.suppress(MillraceError):
        await Harness(node_type).run(params, inputs, version=example.version)

    assert inputs == before
    assert params == example.params


@pytest.mark.parametrize(("node_type", "example"), EXAMPLES)
async def test_lineage_points_into_the_inputs(node_type: NodeType, example: Example) -> None:
    inputs = [[Item(json=one) for one in each] for each in (example.inputs or [example.given])]

    try:
        made = outputs(await Harness(node_type).run(example.params, inputs, version=example.version))
    except MillraceError:
        return

    for item in (item for each in made for item in each):
        for at in item.paired if isinstance(item.paired, list) else [item.paired]:
            if at is not None:
                index, source = (at, 0) if isinstance(at, int) else (at.item, at.input)
                assert 0 <= index < max(len(inputs[source]), 1)


@pytest.mark.parametrize("node_type", BY_NAME)
@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_parameters_validate_or_are_refused(node_type: NodeType, data: st.DataObject) -> None:
    names = [field.alias or name for name, field in node_type.params.model_fields.items()]
    params = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(names, VALUES)))
    version = data.draw(st.sampled_from(node_type.versions))

    run_or_refuse(node_type, params, version)


@pytest.mark.parametrize("node_type", BY_NAME)
async def test_empty_input_is_safe(node_type: NodeType) -> None:
    for version in node_type.versions:
        count = node_type.input_count({}, version)
        with contextlib.suppress(UserError, OperationalError):
            await Harness(node_type).run({}, [[] for _ in range(count)], version=version)


def run_or_refuse(node_type: NodeType, params: dict[str, Any], version: float) -> None:
    """Run a node with strange parameters; anything but a result or an error of ours fails the test."""

    async def once() -> None:
        node_type.output_names(params, version)
        count = node_type.input_count(params, version)
        inputs = [[Item(json={"a": 1, "b": [1]})] for _ in range(count)]
        if node_type.starts is not None:
            with contextlib.suppress(UserError):
                node_type.starts(params, version, "Node")
        with contextlib.suppress(UserError, OperationalError):
            await Harness(node_type).run(params, inputs, version=version)

    asyncio.run(once())


def snake(name: str) -> str:
    """Turn ``httpRequest`` into ``http_request`` and ``readPDF`` into ``read_pdf``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
