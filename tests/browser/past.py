"""A past for the pages that show it: workflows that ran, some of them in vain.

Flow: test → **past** → webhooks → history.
"""

from typing import Any

from ops.bench.installation import Installation, call
from ops.bench.workflows import BODY, answering, chain

FAILURE = "the warehouse does not answer"


def failing(path: str) -> dict[str, Any]:
    """Make a workflow whose second node always fails."""
    hook = {"path": path, "httpMethod": "POST", "responseMode": "onReceived", "options": {}}
    code = {"mode": "runOnceForAllItems", "jsCode": f"throw new Error('{FAILURE}')"}
    return chain(f"failing: {path}", [("Hook", "webhook", 2, hook), ("Stock", "code", 2, code)])


def lived(server: Installation, path: str, *, good: int = 6, bad: int = 3) -> tuple[str, str]:
    """Run two workflows so many times and wait until the history has it; give the ids of both."""
    ids = []
    for name, workflow, times in ((path, answering(path), good), (f"{path}-bad", failing(f"{path}-bad"), bad)):
        ids.append(server.add(workflow | {"name": f"{path}: {workflow['name']}"}))
        for _ in range(times):
            call(f"{server.address}/w/{name}", BODY)
    assert sum(server.settled(ids[0], good).values()) == good
    assert sum(server.settled(ids[1], bad).values()) == bad
    return ids[0], ids[1]
