"""Publishing under load: a real Millrace, many versions, requests all the while.

Flow: webhook callers, publisher → process ← HTTP; what was answered ← **here** → counted.
"""

import threading
import time

import pytest

from ops.bench.installation import call
from ops.bench.workflows import chain

pytestmark = [pytest.mark.process, pytest.mark.timeout(120)]
PUBLISHED = 100
CALLERS = 4


def numbered(number: int) -> dict:
    """Make a workflow whose two ends say their version's number, with an edge that leaves its call between them."""
    webhook = {"httpMethod": "POST", "path": "numbered", "responseMode": "lastNode", "options": {}}
    field = {"id": "a", "type": "number", "value": number}
    first = {"assignments": {"assignments": [{**field, "name": "first"}]}, "options": {}}
    last = {"assignments": {"assignments": [{**field, "name": "last"}]}, "includeOtherFields": True, "options": {}}
    nodes = [
        ("Webhook", "webhook", 2, webhook),
        ("First", "set", 3.4, first),
        ("Apart", "code", 2, {"jsCode": "return $input.all()"}),
        ("Last", "set", 3.4, last),
    ]
    return chain("numbered", nodes)


def test_a_hundred_publications_drop_and_mix_nothing(running):
    workflow = running.add(numbered(0))
    answers, over = [], threading.Event()

    def calling() -> None:
        while not over.is_set():
            answers.append(call(f"{running.address}/w/numbered", {}))

    callers = [threading.Thread(target=calling) for _ in range(CALLERS)]
    for caller in callers:
        caller.start()
    for number in range(1, PUBLISHED + 1):
        running.client.call("PUT", f"/api/v1/workflows/{workflow}", numbered(number))
        running.client.call("POST", f"/api/v1/workflows/{workflow}/publish", {})
    over.set()
    for caller in callers:
        caller.join()
    answers.append(call(f"{running.address}/w/numbered", {}))
    while running.count(workflow) != {"success": len(answers)}:
        time.sleep(0.05)

    assert all(answer["first"] == answer["last"] for answer in answers)
    assert answers[-1] == {"first": PUBLISHED, "last": PUBLISHED}
    assert len({answer["first"] for answer in answers}) > PUBLISHED // 10
    assert len(list(running.client.pages(f"/api/v1/workflows/{workflow}/versions", 500))) == PUBLISHED + 1
