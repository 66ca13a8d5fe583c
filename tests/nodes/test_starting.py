"""Where a workflow starts, and what its triggers listen to."""

from typing import Any

import pytest

from nodes.checking import check
from nodes.sdk import Registry, discover
from nodes.starting import listened, start_node
from schemas.trigger import Schedule
from schemas.workflow import parse_workflow
from tests.nodes.graphs import box, graph, hook, toy_registry


@pytest.fixture(scope="module")
def registry() -> Registry:
    return toy_registry()


STARTS = [
    pytest.param([box("A")], "A", id="a lone node, whatever it is"),
    pytest.param([box("A", disabled=True)], None, id="a lone node that is disabled"),
    pytest.param([box("N", "n8n-nodes-base.stickyNote"), box("A")], "A", id="a note does not count"),
    pytest.param([box("N", "n8n-nodes-base.stickyNote")], None, id="a note alone"),
    pytest.param([box("A"), box("B")], None, id="no trigger"),
    pytest.param([], None, id="no nodes"),
    pytest.param([box("M", "manualTrigger"), box("T", "tick")], "M", id="the first trigger"),
    pytest.param([box("T", "tick"), box("M", "manualTrigger")], "T", id="the first trigger, the other way round"),
    pytest.param(
        [box("T", "tick", disabled=True), box("M", "manualTrigger")], "M", id="a disabled trigger is passed over"
    ),
    pytest.param([box("W", "webhook"), box("M", "manualTrigger")], "M", id="a webhook waits for the others"),
    pytest.param([box("A"), box("W", "webhook")], "W", id="a webhook at last"),
    pytest.param([box("E", "executeWorkflowTrigger"), box("T", "tick")], "T", id="a callee gives way to a trigger"),
    pytest.param([box("R", "errorTrigger"), box("E", "executeWorkflowTrigger")], "E", id="the order of the last ones"),
    pytest.param([box("A"), box("S", "n8n-nodes-base.start")], "S", id="the start node of old"),
    pytest.param(
        [box("G", "n8n-nodes-base.gmailTrigger"), box("M", "manualTrigger")], "M", id="what can run goes first"
    ),
    pytest.param(
        [box("A"), box("G", "n8n-nodes-base.gmailTrigger")], "G", id="an unknown trigger where there is no other"
    ),
    pytest.param(
        [box("C", "@n8n/n8n-nodes-langchain.manualChatTrigger"), box("M", "manualTrigger")],
        "M",
        id="manual chat is skipped",
    ),
]


@pytest.mark.parametrize(("nodes", "name"), STARTS)
def test_start_node(nodes, name, registry):
    found = start_node(parse_workflow(graph(*nodes)), registry)

    assert (found.name if found else None) == name


def test_an_unknown_start_goes_where_it_can_fail(registry):
    checked = check(graph(box("A"), box("G", "n8n-nodes-base.gmailTrigger")), registry, strict=False)

    assert (checked.start_node, checked.start_type) == ("G", "noOp")


@pytest.mark.parametrize(
    ("parameters", "more", "path"),
    [
        pytest.param({"path": "/a//b/"}, {}, "a/b", id="slashes"),
        pytest.param({"path": "a/:id"}, {}, "a/:id", id="a parameter"),
        pytest.param({"path": ""}, {"webhookId": "w-1", "id": "i-1"}, "w-1", id="its webhook id"),
        pytest.param({"path": ""}, {"id": "i-1"}, "i-1", id="its id"),
    ],
)
def test_paths_are_normal(parameters, more, path, registry):
    checked = check(graph(hook(parameters=parameters, **more)), registry, strict=True)

    assert [(route.node, route.method, route.path) for route in checked.routes] == [("Hook", "POST", path)]


def test_a_disabled_trigger_listens_to_nothing(registry):
    checked = check(graph(hook(disabled=True), box("T", "tick", disabled=True)), registry, strict=True)

    assert (checked.routes, checked.schedules) == ([], [])


@pytest.mark.parametrize(
    ("settings", "zone"),
    [
        pytest.param({}, "Asia/Tokyo", id="the installation's"),
        pytest.param({"timezone": "DEFAULT"}, "Asia/Tokyo", id="n8n's word for it"),
        pytest.param({"timezone": "Europe/Berlin"}, "Europe/Berlin", id="the workflow's"),
    ],
)
def test_schedules_have_the_workflows_zone(settings, zone, registry):
    checked = check(graph(box("T", "tick"), settings=settings), registry, strict=True, zone="Asia/Tokyo")

    assert checked.schedules == [Schedule(node="T", type="tick", cron="0 * * * *", zone=zone)]


def test_routes_keep_what_the_trigger_says(registry):
    raw = graph(hook(parameters={"path": "x", "responseMode": "lastNode", "httpMethod": "GET"}))

    [route] = check(raw, registry, strict=True).routes

    assert (route.mode, route.method, route.type) == ("lastNode", "GET", "webhook")


@pytest.mark.parametrize(
    ("more", "mode"),
    [
        pytest.param({}, "onReceived", id="nothing to wait for"),
        pytest.param({"type": "form"}, "lastNode", id="a form node"),
        pytest.param({"type": "form", "disabled": True}, "onReceived", id="a form node that is disabled"),
    ],
)
def test_whoever_sends_a_form_waits_for_a_form_node(more: dict[str, Any], mode: str) -> None:
    nodes = [{"name": "F", "type": "formTrigger", "typeVersion": 2.5, "parameters": {"options": {"path": "a"}}}]
    nodes += [{"name": "E", "parameters": {}, **more}] if more else []
    workflow = parse_workflow({"nodes": nodes, "connections": {}})

    found = listened(workflow, discover(), "UTC")

    assert [(route.method, route.mode) for route in found.routes] == [("GET", mode), ("POST", mode)]


@pytest.mark.parametrize(
    ("policy", "setting", "misfire"),
    [
        pytest.param("skip", "skip", "skip", id="neither"),
        pytest.param("coalesce", "skip", "once", id="the trigger says once"),
        pytest.param("skip", "all", "all", id="the workflow says all"),
        pytest.param("coalesce_owner", "all", "once", id="the trigger counts more"),
    ],
)
def test_what_becomes_of_missed_times(policy: str, setting: str, misfire: str) -> None:
    trigger = {"name": "S", "type": "scheduleTrigger", "typeVersion": 1.3, "parameters": {"misfirePolicy": policy}}
    workflow = parse_workflow({"nodes": [trigger], "connections": {}, "settings": {"misfire": setting}})

    [schedule] = listened(workflow, discover(), "UTC").schedules

    assert schedule.misfire == misfire
