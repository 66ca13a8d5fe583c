"""In doubt: a whole Millrace dies around a call that must not be repeated; somebody settles it, and it goes on.

Flow: webhook → POST, killed → `GET /api/v1/in-doubt` → settle → **here**.
"""

import time
from pathlib import Path
from typing import Any

import pytest

from ops.bench.installation import Installation, call
from ops.bench.workflows import chain
from schemas.errors import NotFoundError
from tests.ops.ledgers import Ledger, listening

pytestmark = [pytest.mark.process, pytest.mark.timeout(120)]


def calling(ledger: Ledger) -> dict[str, Any]:
    body = "={{ JSON.stringify({n: $json.body?.n ?? $json.said}) }}"
    post = {"method": "POST", "url": ledger.url, "sendBody": True, "specifyBody": "json", "jsonBody": body}
    start = {"httpMethod": "POST", "path": "call", "responseMode": "onReceived", "options": {}}
    return chain(
        "calling",
        [
            ("Start", "webhook", 2, start),
            ("Once", "httpRequest", 4.2, post),
            ("Then", "set", 3.4, {"assignments": {"assignments": []}, "includeOtherFields": True, "options": {}}),
        ],
    )


def test_calls_around_which_the_process_dies_are_listed_and_settled(tmp_path: Path) -> None:
    with listening() as ledger:
        settings = {"MILLRACE_HTTP_ALLOW": "127.0.0.1"}
        millrace = Installation(tmp_path / "data", **settings, MILLRACE_FAILPOINT="effect.started:1:kill")
        with millrace:
            workflow = millrace.add(calling(ledger))
            killed = [killed_by(millrace, 1)]
            millrace.environment["MILLRACE_FAILPOINT"] = "effect.ended:1:kill"
            millrace.start()
            killed.append(killed_by(millrace, 2))
            millrace.environment["MILLRACE_FAILPOINT"] = ""
            millrace.start()

            doubts = in_doubt(millrace, workflow, 2)
            settle(millrace, doubts[0], happened=True, value={"said": 2})
            settle(millrace, doubts[1], happened=False)
            in_doubt(millrace, workflow, 0)
            while (found := millrace.count(workflow)) != {"success": 2}:
                time.sleep(0.1)
            with pytest.raises(NotFoundError):
                settle(millrace, doubts[0], happened=False)

    assert killed == [-9, -9]
    assert [(doubt["node"], doubt["run"], doubt["attempt"]) for doubt in doubts] == [("Once", 0, 0)] * 2
    assert sorted(request["n"] for request in ledger.requests) == [1, 2]
    assert found == {"success": 2}


def killed_by(millrace: Installation, number: int) -> int:
    call(f"{millrace.address}/w/call", {"n": number})
    assert millrace.process is not None
    return millrace.process.wait(60)


def in_doubt(millrace: Installation, workflow: str, count: int) -> list[dict[str, Any]]:
    """Wait until so many are listed; the newest comes first."""
    while len(found := millrace.client.get("/api/v1/in-doubt", workflow=workflow)["data"]) != count:
        time.sleep(0.1)
    return list(found)


def settle(millrace: Installation, doubt: dict[str, Any], **found: Any) -> None:
    millrace.client.call("POST", f"/api/v1/in-doubt/{doubt['id']}/settle", found)
