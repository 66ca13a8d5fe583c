"""Kill -9 at load, start again, count: every accepted event ends in exactly one finished execution.

Flow: load → process, killed → **here** → history.
"""

import collections
import signal
import threading

import pytest

from ops.bench.workflows import answering
from tests.ops.callers import immediate, load

pytestmark = [pytest.mark.process, pytest.mark.timeout(180)]

KILLS = 3


@pytest.mark.parametrize("make", [pytest.param(answering, id="answered"), pytest.param(immediate, id="accepted")])
def test_every_accepted_event_ends_in_exactly_one_finished_execution(install, make):
    millrace = install()
    millrace.start()
    workflow = millrace.add(make("killed"))

    with load(f"{millrace.address}/w/killed") as calls:
        for _ in range(KILLS):
            threading.Event().wait(0.8)
            millrace.stop(signal.SIGKILL)
            millrace.start()
        threading.Event().wait(0.5)

    accepted = set(calls.accepted)
    finished = ended(millrace, workflow, accepted)
    assert len(accepted) == len(calls.accepted) > 0
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
