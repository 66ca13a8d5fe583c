"""Versions tried out in a real Millrace: canaries, shadows without effects, and what is taken back by itself.

Flow: webhook callers → process → ledger; `/api/v1/workflows/…/rollout` → **here**.
"""

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import pytest

from ops.bench.installation import Installation, call
from ops.bench.workflows import chain
from tests.ops.ledgers import Ledger, listening

pytestmark = [pytest.mark.process, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One whose HTTP nodes may reach this machine."""
    with Installation(tmp_path_factory.mktemp("rollouts") / "data", MILLRACE_HTTP_ALLOW="127.0.0.1") as made:
        yield made


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """The world outside."""
    with listening() as made:
        yield made


def flow(path: str, ledger: Ledger, version: str) -> dict:
    """Ask the ledger, then say the version, the request's key and something by chance."""
    webhook = {"httpMethod": "POST", "path": path, "responseMode": "lastNode", "options": {}}
    fields = [
        {"id": "v", "name": "version", "type": "string", "value": version},
        {"id": "k", "name": "key", "type": "string", "value": "={{ $('Webhook').item.json.body.key }}"},
        {"id": "c", "name": "chance", "type": "number", "value": "={{ Math.random() }}"},
    ]
    nodes = [
        ("Webhook", "webhook", 2, webhook),
        ("Ask", "httpRequest", 4.2, {"method": "POST", "url": ledger.url, "options": {}}),
        ("Say", "set", 3.4, {"assignments": {"assignments": fields}, "includeOtherFields": True, "options": {}}),
    ]
    return chain(path, nodes)


def tried(running: Installation, ledger: Ledger, path: str, body: dict, **rollout: Any) -> tuple[str, str, str]:
    """Publish a workflow, save another body of it and try that; give workflow and both versions."""
    workflow = running.add(flow(path, ledger, "old"))
    saved = running.client.call("PUT", f"/api/v1/workflows/{workflow}", body)
    running.client.call("PUT", f"/api/v1/workflows/{workflow}/rollout", {"version": saved["versionId"], **rollout})
    time.sleep(2.5)  # a worker looks for trials every second
    return workflow, saved["publishedVersionId"], saved["versionId"]


def state(running: Installation, workflow: str) -> dict:
    return running.client.get(f"/api/v1/workflows/{workflow}/rollout")


def until(running: Installation, workflow: str, condition: Any) -> dict:
    while not condition(found := state(running, workflow)):
        time.sleep(0.1)
    return found


def test_a_canary_by_key(running, ledger):
    workflow, old, new = tried(
        running, ledger, "canary", flow("canary", ledger, "new"), kind="canary", percent=50, key="body.key"
    )
    keys = [f"k{number}" for number in range(12)]

    answers = [call(f"{running.address}/w/canary", {"key": key}) for key in keys * 3]
    told = until(running, workflow, lambda found: found["published"]["executions"] + found["tried"]["executions"] == 36)

    by_key = {key: {answer["version"] for answer in answers if answer["key"] == key} for key in keys}
    assert all(len(versions) == 1 for versions in by_key.values())
    assert {answer["version"] for answer in answers} == {"old", "new"}
    count = sum(answer["version"] == "new" for answer in answers)
    assert (told["tried"]["version"], told["tried"]["executions"]) == (new, count)
    assert (told["published"]["version"], told["published"]["executions"]) == (old, 36 - count)


def test_a_shadow_that_does_the_same_makes_no_effect_and_no_difference(running, ledger):
    body = flow("shadow", ledger, "old")
    body["nodes"][2]["notes"] = "drawn otherwise, and the same to all"
    workflow, _, _ = tried(running, ledger, "shadow", body, kind="shadow")

    for number in range(10):
        call(f"{running.address}/w/shadow", {"key": str(number)})
    told = until(running, workflow, lambda found: found["compared"] == 10)

    assert (told["differing"], told["differences"]) == (0, [])
    assert told["tried"]["succeeded"] == 10
    assert len(ledger.requests) == 10


def test_a_shadow_that_differs_is_seen_and_taken_back(running, ledger):
    body = flow("differs", ledger, "new")
    when = {"minimum": 5, "differing": 0.5}
    workflow, _, _ = tried(running, ledger, "differs", body, kind="shadow", rollbackWhen=when)

    for number in range(5):
        call(f"{running.address}/w/differs", {"key": str(number)})
    told = until(running, workflow, lambda found: found["endedAt"] is not None and found["differences"])

    assert told["reason"] == "taken back: 5 of 5 shadows gave something else"
    assert {one["node"] for shadow in told["differences"] for one in shadow["differences"]} == {"Say"}
    assert len(ledger.requests) == 5


def test_a_canary_that_fails_is_taken_back(running, ledger):
    body = flow("fails", ledger, "new")
    body["nodes"][2] = {
        **body["nodes"][2],
        "type": "n8n-nodes-base.stopAndError",
        "typeVersion": 1,
        "parameters": {"errorMessage": "no"},
    }
    when = {"minimum": 3, "errorRate": 0.2}
    workflow, _, _ = tried(running, ledger, "fails", body, kind="canary", percent=100, rollbackWhen=when)

    for number in range(3):
        with contextlib.suppress(OSError):
            call(f"{running.address}/w/fails", {"key": str(number)})
    told = until(running, workflow, lambda found: found["endedAt"] is not None)
    after = call(f"{running.address}/w/fails", {"key": "again"})

    assert "3 of 3 executions failed" in told["reason"]
    assert after["version"] == "old"


def test_a_rollout_ends_by_hand(running, ledger):
    workflow, _, _ = tried(running, ledger, "ends", flow("ends", ledger, "new"), kind="canary")
    before = call(f"{running.address}/w/ends", {})

    running.client.call("DELETE", f"/api/v1/workflows/{workflow}/rollout")
    after = call(f"{running.address}/w/ends", {})

    assert (before["version"], after["version"]) == ("new", "old")
    assert state(running, workflow)["reason"] == "ended by hand"
