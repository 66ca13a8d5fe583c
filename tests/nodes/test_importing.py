"""Importing: the report names everything that differs or is missing, node by node.

Flow: n8n's JSON → **report**.
"""

from typing import Any

import msgspec
import pytest

from nodes.importing import Report, report_on, split_export
from nodes.sdk import discover, discover_credentials
from tests.nodes.graphs import box, graph, hook

REGISTRY, TYPES = discover(), discover_credentials()


def reported(raw: Any, **found: str) -> Report:
    """Report where these credentials are there: name → id."""

    def find(kind: str, reference: Any) -> str | None:
        return found.get(reference["name"])

    return report_on(raw, REGISTRY, TYPES, find, base="https://here")


def foreign(*nodes: dict[str, object], **more: object) -> dict[str, object]:
    """Draw a workflow that n8n made: its node types have their package."""
    named = [
        {**node, "type": node["type"] if "." in str(node["type"]) else f"n8n-nodes-base.{node['type']}"}
        for node in nodes
    ]
    return graph(*named, **more)


def of_node(report: Report, name: str) -> tuple[str, list[str]]:
    [found] = [each for each in report.nodes if each.node == name]
    return found.status, [note.text for note in found.notes]


@pytest.mark.parametrize(
    ("node", "status", "text"),
    [
        pytest.param(box("N", "noOp"), "ok", None, id="known"),
        pytest.param(box("N", "noSuchNode"), "missing", "is not installed", id="unknown"),
        pytest.param(box("N", "n8n-nodes-acme.thing"), "missing", 'community package "n8n-nodes-acme"', id="community"),
        pytest.param(box("N", "@n8n/n8n-nodes-langchain.agent"), "missing", "is not installed", id="another package"),
        pytest.param(box("N", "set", typeVersion=99), "differs", "version 99", id="another version"),
        pytest.param(box("N", "noOp", parameters={"strange": 1}), "differs", '"strange"', id="a parameter"),
        pytest.param(
            box("N", "set", typeVersion=3.4, parameters={"jsonOutput": "={{ $json.a + }}", "mode": "raw"}),
            "missing",
            "invalid syntax",
            id="a broken expression",
        ),
        pytest.param(
            box("N", "webhook", parameters={"path": "a", "authentication": "n8nOAuth2"}),
            "missing",
            "Millrace has no users",
            id="n8n's own token",
        ),
        pytest.param(
            box("N", "formTrigger", parameters={"path": "a", "authentication": "n8nUserAuth"}),
            "missing",
            "Millrace has no users",
            id="n8n's own login",
        ),
        pytest.param(box("N", "stickyNote", parameters={"content": "x"}), "ok", None, id="a note"),
    ],
)  # fmt: skip
def test_a_node_is_reported(node: dict[str, object], status: str, text: str | None) -> None:
    found, notes = of_node(reported(foreign(hook(), node)), "N")

    assert found == status, notes
    assert text is None or any(text in note for note in notes), notes


def test_every_broken_expression_is_named_with_its_place() -> None:
    parameters = {"a": "={{ 1 + }}", "b": [{"c": "={{ (2 }}"}], "d": "={{ 3 }}"}

    report = reported(foreign(hook(), box("N", "noOp", parameters=parameters)))

    [found] = [each for each in report.nodes if each.node == "N"]
    assert {note.field for note in found.notes if note.missing} >= {"a", "b.0.c"}
    assert "d" not in {note.field for note in found.notes if note.missing}


def test_credentials_are_found_by_name_or_reported() -> None:
    ask = box("Ask", "httpRequest", typeVersion=4, credentials={"httpBasicAuth": {"id": "1", "name": "Shop"}})
    again = {**ask, "name": "Again"}
    other = box("Other", "httpRequest", typeVersion=4, credentials={"acmeApi": {"id": "2", "name": "Acme"}})

    report = reported(foreign(hook(), ask, again, other), Shop="c1")

    assert [(each.type, each.name, each.found, each.known, each.nodes) for each in report.credentials] == [
        ("httpBasicAuth", "Shop", "c1", True, ["Ask", "Again"]),
        ("acmeApi", "Acme", None, False, ["Other"]),
    ]
    assert of_node(report, "Ask")[0] == "ok"
    assert of_node(report, "Other") == ("missing", ['credentials of type "acmeApi" are not known here'])
    missing = reported(foreign(hook(), ask))
    assert of_node(missing, "Ask") == ("missing", ['there is no credential "Shop" of type "httpBasicAuth"'])


def test_triggers_say_their_address_here() -> None:
    report = reported(foreign(hook()))

    assert report.urls == ["POST https://here/w/orders"]
    assert of_node(report, "Hook") == ("differs", ["answers at POST https://here/w/orders here"])


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        pytest.param([], "a workflow is a JSON object", id="no object"),
        pytest.param({"nodes": "x"}, "invalid workflow", id="no nodes"),
        pytest.param(graph(hook(), edges="Hook>Gone"), "no such node", id="a connection to nowhere"),
    ],
)
def test_what_cannot_be_imported_is_reported_all_the_same(raw: Any, says: str) -> None:
    report = reported(raw)

    assert report.refused is not None
    assert says in report.refused.message
    assert report.status == "missing"


@pytest.mark.parametrize(
    ("value", "count"),
    [
        pytest.param(graph(hook()), 1, id="one"),
        pytest.param([graph(hook()), graph(hook())], 2, id="a list"),
        pytest.param({"workflows": [graph(hook())]}, 1, id="under workflows"),
        pytest.param({"data": [graph(hook())] * 3, "nextCursor": None}, 3, id="a page of an API"),
        pytest.param("x", 1, id="something else"),
    ],
)
def test_a_file_may_hold_several(value: Any, count: int) -> None:
    assert len(split_export(value)) == count


def test_a_report_survives_json() -> None:
    report = reported(foreign(hook(), box("N", "noSuchNode"), settings={"errorWorkflow": "x"}))

    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report
    assert len(report.notes) == 1
