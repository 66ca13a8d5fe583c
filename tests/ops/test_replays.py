"""Replays, forks and re-drives in a real Millrace, with a ledger outside that counts what reaches it.

Flow: webhook → process → ledger; `/api/v1/executions/…` → process → **here**.
"""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from ops.bench.installation import Installation, call
from ops.bench.workflows import chain
from schemas.errors import ConflictError, NotFoundError, UserError
from tests.ops.ledgers import Ledger, listening

pytestmark = [pytest.mark.process, pytest.mark.timeout(120)]
PATH = "/api/v1/executions"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One whose HTTP nodes may reach this machine."""
    with Installation(tmp_path_factory.mktemp("replays") / "data", MILLRACE_HTTP_ALLOW="127.0.0.1") as made:
        yield made


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """The world outside."""
    with listening() as made:
        yield made


def put(name: str, value: str, kind: str = "string") -> tuple:
    fields = [{"id": name, "name": name.lower(), "type": kind, "value": value}]
    return (name, "set", 3.4, {"assignments": {"assignments": fields}, "includeOtherFields": True, "options": {}})


def flow(path: str, ledger: Ledger, last: str = "={{ $json.number }}") -> dict:
    """Everything that could come out differently: time, chance, ids, a sandbox, keys, and the world."""
    webhook = {"httpMethod": "POST", "path": path, "responseMode": "lastNode", "options": {}}
    code = "return $input.all().map(i => ({json: {...i.json, r: Math.random(), d: Date.now(), n: $now.toMillis()}}))"
    post = {
        "method": "POST",
        "url": ledger.url,
        "sendBody": True,
        "specifyBody": "json",
        "jsonBody": "={{ JSON.stringify({n: $json.n}) }}",
        "options": {},
    }
    nodes = [
        ("Webhook", "webhook", 2, webhook),
        put("Now", "={{ $now.toISO() }}"),
        put("Chance", "={{ Math.random() }}", "number"),
        put("Id", "={{ $execution.id }}"),
        ("Code", "code", 2, {"jsCode": code}),
        ("Post", "httpRequest", 4.2, post),
        ("Key", "crypto", 1, {"action": "generate", "encodingType": "uuid", "dataPropertyName": "key"}),
        put("Last", last, "number"),
    ]
    return chain(path, nodes)


def executions(running, workflow: str) -> list[dict]:
    return running.client.get(PATH, workflow=workflow)["data"]


def settled(running, execution: str) -> dict:
    """Wait for the end of an execution in the history."""
    while True:
        try:
            found = running.client.get(f"{PATH}/{execution}")
        except NotFoundError:
            found = {"status": "unknown"}
        if found["status"] in ("success", "error") and len(found["nodeRuns"]) == found["runs"]:
            return found
        time.sleep(0.05)


def first_items(found: dict) -> dict[str, Any]:
    return {run["node"]: run["outputs"][0][0]["json"] for run in found["nodeRuns"] if run["outputs"]}


def served(running, ledger: Ledger, path: str, count: int = 1, **more: Any) -> tuple[str, list[dict]]:
    workflow = running.add(flow(path, ledger, **more))
    for number in range(count):
        call(f"{running.address}/w/{path}", {"number": number})
    running.settled(workflow, count)
    return workflow, executions(running, workflow)


def test_executions_replay_the_same_with_the_world_gone(running, ledger):
    _, ran = served(running, ledger, "replayed", 5)
    before = len(ledger.requests)

    told = [running.client.call("POST", f"{PATH}/{one['id']}/replay") for one in ran]

    assert [(one["same"], one["differences"], one["runs"]) for one in told] == [(True, [], 8)] * 5
    assert len(ledger.requests) == before == 5


def test_chance_differs_between_executions(running, ledger):
    _, ran = served(running, ledger, "chances", 2)

    items = [first_items(settled(running, one["id"])) for one in ran]

    assert items[0]["Chance"]["chance"] != items[1]["Chance"]["chance"]
    assert items[0]["Code"]["r"] != items[1]["Code"]["r"]


def test_a_failure_replays_as_the_failure(running, ledger):
    workflow = running.add(flow("failing", ledger))
    ledger.broken = True
    with pytest.raises(OSError, match="500"):
        call(f"{running.address}/w/failing", {})
    running.settled(workflow, 1)
    [one] = executions(running, workflow)
    ledger.broken = False

    told = running.client.call("POST", f"{PATH}/{one['id']}/replay")

    assert (told["same"], told["differences"]) == (True, [])
    assert settled(running, told["execution"])["status"] == "error"


def test_a_fork_makes_no_effect_unless_armed(running, ledger):
    _, [one] = served(running, ledger, "forked")

    answers = [
        running.client.call("POST", f"{PATH}/{one['id']}/fork", {"node": "Id", "items": [{"edited": 1}], **more})
        for more in ({}, {"armed": False}, {"armed": True})
    ]
    forks = [first_items(settled(running, answer["execution"])) for answer in answers]

    assert len(ledger.requests) == 2
    assert [fork["Post"]["number"] for fork in forks] == [1, 1, 2]
    assert all(fork["Code"]["edited"] == 1 for fork in forks)


def test_a_suppressed_effect_without_a_record_gives_a_marked_item(running, ledger):
    workflow = running.add(flow("marked", ledger))
    ledger.broken = True
    with pytest.raises(OSError, match="500"):
        call(f"{running.address}/w/marked", {})
    running.settled(workflow, 1)
    [one] = executions(running, workflow)
    made = len(ledger.requests)

    fork = running.client.call("POST", f"{PATH}/{one['id']}/fork", {"node": "Post"})
    found = settled(running, fork["execution"])

    assert first_items(found)["Post"]["suppressed"] == "Post"
    assert len(ledger.requests) == made


def test_a_fork_on_another_version(running, ledger):
    workflow, [one] = served(running, ledger, "versioned")
    saved = running.client.call(
        "PUT", f"/api/v1/workflows/{workflow}", flow("versioned", ledger, last="={{ $json.number + 100 }}")
    )

    fork = running.client.call("POST", f"{PATH}/{one['id']}/fork", {"node": "Webhook", "version": saved["versionId"]})
    found = settled(running, fork["execution"])

    assert (found["version"], found["mode"]) == (saved["versionId"], "fork")
    assert first_items(found)["Last"]["last"] == 101
    assert len(ledger.requests) == 1


def test_failed_executions_are_driven_again_once_from_where_they_failed(running, ledger):
    workflow = running.add(flow("driven", ledger))
    ledger.broken = True
    for _ in range(3):
        with pytest.raises(OSError, match="500"):
            call(f"{running.address}/w/driven", {})
    running.settled(workflow, 3)
    ledger.broken, before = False, len(ledger.requests)
    asked = {"filter": {"workflow": workflow}}

    told = running.client.call("POST", f"{PATH}/redrive", asked)
    ends = [settled(running, execution) for execution in told["executions"]]
    again = running.client.call("POST", f"{PATH}/redrive", asked)

    assert (told["redriven"], told["skipped"]) == (3, 0)
    assert [end["status"] for end in ends] == ["success"] * 3
    assert len(ledger.requests) - before == 3
    assert (again["redriven"], again["skipped"], again["executions"]) == (0, 3, [])


def posting(name: str, trigger: str, ledger: Ledger) -> dict:
    post = {"method": "POST", "url": ledger.url, "options": {}}
    return chain(name, [("Start", trigger, 1, {}), ("Post", "httpRequest", 4.2, post)])


def test_what_a_replay_or_fork_would_call_is_not_called(running, ledger):
    called = running.client.call("POST", "/api/v1/workflows", posting("called", "executeWorkflowTrigger", ledger))["id"]
    webhook = {"httpMethod": "POST", "path": "calling", "responseMode": "lastNode", "options": {}}
    parameters = {"workflowId": {"__rl": True, "mode": "id", "value": called}, "options": {}}
    workflow = running.add(
        chain("calling", [("Webhook", "webhook", 2, webhook), ("Call", "executeWorkflow", 1.2, parameters)])
    )
    answer = call(f"{running.address}/w/calling", {})
    running.settled(workflow, 1)
    [one] = executions(running, workflow)

    told = running.client.call("POST", f"{PATH}/{one['id']}/replay")
    fork = running.client.call("POST", f"{PATH}/{one['id']}/fork", {"node": "Call"})
    found = settled(running, fork["execution"])

    assert answer == {"number": 1}
    assert (told["same"], first_items(found)["Call"]) == (True, {"number": 1})
    assert len(ledger.requests) == 1


def test_the_failure_of_a_replay_or_fork_alarms_nobody(running, ledger):
    alarmed = running.add(posting("alarmed", "errorTrigger", ledger), activate=False)
    webhook = {"httpMethod": "POST", "path": "alarming", "responseMode": "onReceived", "options": {}}
    drawn = chain("alarming", [("Webhook", "webhook", 2, webhook), ("Stop", "stopAndError", 1, {"errorMessage": "no"})])
    workflow = running.add({**drawn, "settings": {**drawn.get("settings", {}), "errorWorkflow": alarmed}})
    call(f"{running.address}/w/alarming", {})
    running.settled(workflow, 1)
    running.settled(alarmed, 1)
    [one] = executions(running, workflow)

    running.client.call("POST", f"{PATH}/{one['id']}/replay")
    fork = running.client.call("POST", f"{PATH}/{one['id']}/fork", {"node": "Stop"})

    assert settled(running, fork["execution"])["status"] == "error"
    assert sum(running.settled(alarmed, 2, wait_seconds=1).values()) == 1
    assert len(ledger.requests) == 1


@pytest.mark.parametrize(
    ("verb", "body", "kind"),
    [
        pytest.param("fork", {"node": "Nobody"}, UserError, id="a node that is not there"),
        pytest.param("fork", {"node": "Id", "version": "none"}, NotFoundError, id="a version that is not there"),
        pytest.param("fork", {}, UserError, id="no node"),
    ],
)
def test_refused(running, ledger, verb, body, kind):
    _, [one] = served(running, ledger, f"refused-{kind.__name__}-{len(body)}-{body.get('version')}")

    with pytest.raises(kind):
        running.client.call("POST", f"{PATH}/{one['id']}/{verb}", body)


def test_what_is_not_in_the_history_cannot_be_replayed(running):
    with pytest.raises((NotFoundError, ConflictError)):
        running.client.call("POST", f"{PATH}/00000000-0000-7000-8000-000000000000/replay")
