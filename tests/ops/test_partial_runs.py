"""Partial runs through the API of a real Millrace: what is taken over comes from the history.

Flow: `POST /api/v1/executions` → process → history → **here**.
"""

import time

import pytest

from ops.bench.workflows import chain
from schemas.errors import NotFoundError, UserError

pytestmark = [pytest.mark.process, pytest.mark.timeout(120)]
PATH = "/api/v1/executions"


def flow(last: str = "={{ $json.n + 1 }}") -> dict:
    def put(name: str, value: str) -> tuple:
        fields = [{"id": name, "name": name, "type": "number", "value": value}]
        return (
            name.title(),
            "set",
            3.4,
            {"assignments": {"assignments": fields}, "includeOtherFields": True, "options": {}},
        )

    start = ("Start", "manualTrigger", 1, {})
    return chain("parts", [start, put("n", "=1"), put("m", "={{ $json.n * 10 + Math.floor(1) }}"), put("last", last)])


@pytest.fixture(scope="module")
def workflow(running):
    return running.client.call("POST", "/api/v1/workflows", flow())["id"]


def seen(running, execution: str) -> bool:
    try:
        found = running.client.get(f"{PATH}/{execution}")
        return found["status"] == "success" and len(found["nodeRuns"]) == found["runs"]
    except NotFoundError:
        return False


def waited(running, **body) -> dict:
    ended = running.client.call("POST", PATH, {**body, "wait": True})
    assert ended["status"] == "success", ended
    while not seen(running, ended["execution"]):
        time.sleep(0.05)
    found = running.client.get(f"{PATH}/{ended['execution']}")
    nodes = {run["node"]: run["outputs"][0][0]["json"] for run in found["nodeRuns"]}
    return {"id": ended["execution"], "mode": found["mode"], "nodes": nodes}


def test_to_a_node(running, workflow):
    part = waited(running, workflow=workflow, destination="M")

    assert list(part["nodes"]) == ["Start", "N", "M"]
    assert (part["nodes"]["M"], part["mode"]) == ({"n": 1, "m": 11}, "manual")


def test_what_is_clean_is_taken_over_and_what_the_client_says_is_not(running, workflow):
    pinned = {"N": [{"n": 5}]}
    whole = waited(running, workflow=workflow, pinned=pinned)
    reuse = {"execution": whole["id"]}

    clean = waited(running, workflow=workflow, destination="Last", reuse=reuse)
    dirty = waited(running, workflow=workflow, destination="Last", reuse={**reuse, "dirty": ["N"]})

    assert whole["nodes"]["Last"] == {"n": 5, "m": 51, "last": 6}
    assert clean["nodes"] == whole["nodes"]
    assert dirty["nodes"]["Last"] == {"n": 1, "m": 11, "last": 2}


def test_an_unsaved_draft_runs_and_no_version_of_it_is_kept(running, workflow):
    whole = waited(running, workflow=workflow)
    before = running.client.get(f"/api/v1/workflows/{workflow}/versions")

    tried = waited(
        running,
        workflow=workflow,
        workflowBody=flow("={{ $json.n + 100 }}"),
        node="Last",
        destination="Last",
        reuse={"execution": whole["id"]},
    )

    assert tried["nodes"]["Last"] == {"n": 1, "m": 11, "last": 101}
    assert running.client.get(f"/api/v1/workflows/{workflow}/versions") == before


def test_a_node_that_changed_since_is_dirty(running, workflow):
    whole = waited(running, workflow=workflow, pinned={"N": [{"n": 7}]})
    body = flow()
    body["nodes"][2]["parameters"]["assignments"]["assignments"][0]["value"] = "={{ $json.n }}"

    tried = waited(running, workflow=workflow, workflowBody=body, destination="Last", reuse={"execution": whole["id"]})

    assert tried["nodes"]["Last"] == {"n": 7, "m": 7, "last": 8}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"destination": "X"}, "node", id="a node that is not there"),
        pytest.param({"pinned": {"X": []}}, "node", id="pinned data of a node that is not there"),
        pytest.param({"workflowBody": {"nodes": 3}}, "nodes", id="an unsaved draft that is no workflow"),
        pytest.param({"workflowBody": {"nodes": []}, "version": "v"}, "version", id="a draft and a version"),
    ],
)
def test_refused(running, workflow, body, field):
    with pytest.raises(UserError) as refused:
        running.client.call("POST", PATH, {"workflow": workflow, **body})

    assert refused.value.field == field


def test_an_execution_that_is_not_known(running, workflow):
    body = {"workflow": workflow, "destination": "M", "reuse": {"execution": "nothing"}}

    with pytest.raises(NotFoundError):
        running.client.call("POST", PATH, body)
