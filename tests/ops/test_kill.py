"""Kill -9 at load, start again, count: every accepted event ends in exactly one finished execution.

Flow: load → process, killed → **here** → history.
"""

import collections
import json
import signal
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from ops.bench.workflows import BODY, answering, chain

pytestmark = [pytest.mark.process, pytest.mark.timeout(180)]

KILLS = 3
CALLERS = 8


def immediate(path):
    """Accepted at once, finished later, through an edge that leaves its call."""
    return chain(
        "accepted",
        [
            (
                "Webhook",
                "webhook",
                2,
                {"httpMethod": "POST", "path": path, "responseMode": "onReceived", "options": {}},
            ),
            ("Double", "code", 2, {"jsCode": "return [{json: {n: $input.first().json.body.qty * 2}}]"}),
            ("Say", "set", 3.4, {"assignments": {"assignments": []}, "includeOtherFields": True, "options": {}}),
        ],
    )


class Load:
    """Keeps calling until it is told to stop; remembers the execution of each answer."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stop = threading.Event()
        self.accepted: list[str] = []

    def call_until_stopped(self) -> None:
        while not self._stop.is_set():
            request = urllib.request.Request(self._url, json.dumps(BODY).encode(), {"content-type": "application/json"})
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:
                    answer.read()
                    self.accepted.append(answer.headers["Millrace-Execution"])
            except (OSError, urllib.error.URLError):
                self._stop.wait(0.02)

    def stop(self) -> None:
        self._stop.set()


@pytest.mark.parametrize("make", [pytest.param(answering, id="answered"), pytest.param(immediate, id="accepted")])
def test_every_accepted_event_ends_in_exactly_one_finished_execution(install, make):
    millrace = install()
    millrace.start()
    workflow = millrace.add(make("killed"))
    load = Load(f"{millrace.address}/w/killed")

    with ThreadPoolExecutor(CALLERS) as pool:
        for _ in range(CALLERS):
            pool.submit(load.call_until_stopped)
        for _ in range(KILLS):
            threading.Event().wait(0.8)
            millrace.stop(signal.SIGKILL)
            millrace.start()
        threading.Event().wait(0.5)
        load.stop()

    accepted = set(load.accepted)
    finished = ended(millrace, workflow, accepted)
    assert len(accepted) == len(load.accepted) > 0
    assert accepted - finished.keys() == set(), "accepted, but never finished"
    assert set(finished.values()) == {1}, "finished more than once"
    assert {"running", "waiting"} & millrace.count(workflow).keys() == set(), "begun, but never finished"


def ended(millrace, workflow, wanted):
    """Count the distinct ends of each execution, once the history has all that are wanted, or after a while."""
    query = (
        "SELECT execution, uniqExact(payload) FROM execution_events "
        f"WHERE workflow = '{workflow}' AND event = 'execution.finished' GROUP BY execution"
    )
    for _ in range(150):
        answer = millrace.client.call("POST", "/api/v1/sql", {"query": query, "limit": 100000})
        found = collections.Counter({row[0]: int(row[1]) for row in answer["rows"]})
        if wanted <= found.keys():
            break
        threading.Event().wait(0.2)
    return found
