"""Waiting executions of a whole Millrace: resumed at their address, and called workflows from the catalog.

Flow: webhook → wait, call → HTTP → **here**.
"""

import json
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from ops.bench.installation import Installation, call
from ops.bench.workflows import chain

pytestmark = pytest.mark.process


def fields(**values: Any) -> dict[str, Any]:
    made = [{"id": name, "name": name, "value": value, "type": "string"} for name, value in values.items()]
    return {"mode": "manual", "assignments": {"assignments": made}, "options": {}}


def approving(path: str, **wait: Any) -> dict[str, Any]:
    return chain(
        "approving",
        [
            ("Start", "webhook", 2, {"httpMethod": "POST", "path": path, "options": {}}),
            ("Tell", "set", 3.4, fields(address="={{ $execution.resumeUrl }}")),
            ("Wait", "wait", 1.1, {"resume": "webhook", "httpMethod": "POST", "responseMode": "lastNode", **wait}),
            ("Answer", "set", 3.4, fields(said="={{ $json.body.answer }}", to="={{ $('Start').item.json.body.who }}")),
        ],
    )


def told(millrace: Installation, workflow: str) -> str:
    """Wait until the execution has told its address; give that."""
    query = f"SELECT outputs FROM node_runs WHERE workflow = '{workflow}' AND node = 'Tell'"
    while not (rows := millrace.client.call("POST", "/api/v1/sql", {"query": query})["rows"]):
        time.sleep(0.1)
    outputs = json.loads(rows[0][0]) if isinstance(rows[0][0], str) else rows[0][0]
    return str(outputs[0][0]["json"]["address"])


def test_an_execution_sleeps_through_a_kill_and_goes_on_where_it_was(tmp_path: Path) -> None:
    with Installation(tmp_path / "data") as millrace:
        workflow = millrace.add(approving("approve"))
        call(f"{millrace.address}/w/approve", {"who": "Ada"})
        address = told(millrace, workflow)
        millrace.stop(9)
        millrace.start()

        answer = call(address, {"answer": "yes"})
        with pytest.raises(urllib.error.HTTPError) as again:
            call(address, {"answer": "no"})
        with pytest.raises(urllib.error.HTTPError) as forged:
            call(address[:-1] + ("A" if address[-1] != "A" else "B"), {"answer": "no"})
        while (found := millrace.count(workflow)) == {"running": 1}:
            time.sleep(0.1)

    assert answer == {"said": "yes", "to": "Ada"}
    with again.value as refused, forged.value as unknown:
        assert (refused.code, unknown.code) == (404, 404)
        assert "nothing waits" in refused.read().decode()
    assert found == {"success": 1}


def test_a_workflow_calls_another_by_its_id(running: Installation) -> None:
    called = chain(
        "called",
        [
            ("When", "executeWorkflowTrigger", 1.1, {"inputSource": "passthrough"}),
            ("Greet", "set", 3.4, fields(text="=Hello, {{ $json.body.name }}!")),
        ],
    )
    target = running.add(called, activate=False)
    running.add(
        chain(
            "caller",
            [
                (
                    "Start",
                    "webhook",
                    2,
                    {"httpMethod": "POST", "path": "caller", "responseMode": "lastNode", "options": {}},
                ),
                ("Call", "executeWorkflow", 1.2, {"workflowId": {"value": target, "mode": "id"}}),
            ],
        )
    )

    assert call(f"{running.address}/w/caller", {"name": "Ada"}) == {"text": "Hello, Ada!"}
