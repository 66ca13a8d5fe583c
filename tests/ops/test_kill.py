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

    # What leaves its call runs code, which takes longer than accepting: a smaller backlog ends sooner.
    with load(f"{millrace.address}/w/killed", pause_seconds=0.05 if make is immediate else 0.0) as calls:
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
    """Count the distinct ends of each execution, once the history has all that are wanted, or gets no more of them."""
    query = (
        "SELECT execution, uniqExact(payload) FROM execution_events "
        f"WHERE workflow = '{workflow}' AND event = 'execution.finished' GROUP BY execution"
    )
    found: collections.Counter[str] = collections.Counter()
    idle = 0
    while idle < 100:
        before = len(found)
        answer = millrace.client.call("POST", "/api/v1/sql", {"query": query, "limit": 100000})
        found = collections.Counter({row[0]: int(row[1]) for row in answer["rows"]})
        if wanted <= found.keys():
            break
        idle = idle + 1 if len(found) == before else 0
        threading.Event().wait(0.2)
    return found
