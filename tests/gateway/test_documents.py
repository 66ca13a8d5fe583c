"""The document that people share: it says what the workflow says, and what two change in it merges.

Flow: workflow JSON ⇄ document → **here**.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.together.document import PARAMETER, TEXTS, flatten, open_document, read, seed, unflatten, write
from tests.gateway.robots import FLOW, node


def test_a_document_says_what_the_workflow_said() -> None:
    document = open_document()
    document.apply_update(seed(FLOW, "v"))

    assert unflatten(read(document)) == FLOW


def test_every_gateway_begins_a_document_alike() -> None:
    shuffled = {key: FLOW[key] for key in reversed(FLOW)}

    assert seed(FLOW, "v") == seed(shuffled, "v")


NAMES = st.sampled_from(["A", "B", "C", "A b", "ü"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=5), st.lists(st.tuples(NAMES, st.integers(0, 3), NAMES), max_size=6))
def test_any_workflow_survives_being_a_document(boxes: list[Any], wires: list[Any]) -> None:
    connections: dict[str, Any] = {}
    for source, output, target in wires:
        outputs = connections.setdefault(source, {"main": []})["main"]
        outputs += [[] for _ in range(output + 1 - len(outputs))]
        outputs[output].append({"node": target, "type": "main", "index": 0})
    body = {"name": "x", "nodes": [node(name, at, value=value) for at, (name, value) in enumerate(boxes)]}

    once = unflatten(flatten({**body, "connections": connections}))

    assert unflatten(flatten(once)) == once
    assert [each["parameters"] for each in once["nodes"]] == [each["parameters"] for each in body["nodes"]]
    assert len({each["name"] for each in once["nodes"]}) == len(once["nodes"])


def test_a_removed_node_takes_its_fields_and_wires_with_it() -> None:
    one, other = open_document(), open_document()
    for document in (one, other):
        document.apply_update(seed(FLOW, "v"))
    before = read(one)
    write(one, {fact: value for fact, value in before.items() if fact[:2] != ("nodes", "id-B")}, before)
    write(other, {**before, ("nodes", "id-B", "parameters.late"): 1}, before)

    one.apply_update(other.get_update())

    assert [each["name"] for each in unflatten(read(one))["nodes"]] == ["A"]
    assert unflatten(read(one))["connections"] == {}


@pytest.mark.parametrize(
    ("before", "one", "other", "expected"),
    [
        pytest.param("return items", "// why\nreturn items", "return items;", "// why\nreturn items;", id="both ends"),
        pytest.param("ab", "äab", "abß", "äabß", id="letters of more than a byte"),
        pytest.param("one two", "one", "ONE two", "ONE", id="taken away and changed"),
        pytest.param("same", "same", "same", "same", id="nothing"),
    ],
)
def test_code_that_two_change_merges(before: str, one: str, other: str, expected: str) -> None:
    def body(code: str) -> dict[str, Any]:
        return {
            "nodes": [{"id": "c", "name": "Code", "type": "code", "parameters": {"jsCode": code}}],
            "connections": {},
        }

    beginning = seed(body(before), "v1")
    documents = [open_document(), open_document()]
    for document, code in zip(documents, (one, other), strict=True):
        document.apply_update(beginning)
        write(document, flatten(body(code)), flatten(body(before)))
    documents[0].apply_update(documents[1].get_update())
    documents[1].apply_update(documents[0].get_update())

    merged = [unflatten(read(document))["nodes"][0]["parameters"]["jsCode"] for document in documents]
    assert merged == [expected, expected]


def test_both_sides_know_the_same_texts() -> None:
    model = (Path(__file__).parents[2] / "gateway/editor/src/together/model.ts").read_text(encoding="utf-8")
    listed = re.search(r"TEXTS = new Set\(\s*\[(.*?)\]", model, re.DOTALL)
    assert listed

    assert {PARAMETER + name for name in re.findall(r'"(\w+)"', listed[1])} == TEXTS
