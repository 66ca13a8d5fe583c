"""What a workflow's own trigger tells of: going live, changing, and the process that begins."""

from typing import Any

import pytest

from nodes.sdk import Run, Since
from nodes.triggers.own_events import happened

RUN = Run(node="N", type="n8nTrigger", version=1, inputs=[], now=1_700_000_000_000, workflow={"id": "w"})
EVERY = ("update", "init", "activate")
KNOWN: dict[str, Any] = {"version": "v1", "at": 1000}


@pytest.mark.parametrize(
    ("since", "wanted", "event"),
    [
        pytest.param(Since(None, "v1", True), EVERY, "Workflow activated", id="goes live"),
        pytest.param(Since(KNOWN, "v1", True), EVERY, "Workflow activated", id="goes live again"),
        pytest.param(Since(KNOWN, "v2", False), EVERY, "Workflow updated", id="changes while it is live"),
        pytest.param(Since(KNOWN, "v1", False, 2000), EVERY, "Instance started", id="a new process"),
        pytest.param(Since(KNOWN, "v1", False, 500), EVERY, None, id="an older process takes it over"),
        pytest.param(Since(KNOWN, "v2", False), ("init",), None, id="what is not wanted"),
    ],
)
def test_events(since: Since, wanted: tuple[str, ...], event: str | None) -> None:
    found = happened(wanted, since, RUN)

    assert [item.json["event"] for item in found.items] == ([] if event is None else [event])
    assert found.since == {"version": since.version, "at": RUN.now}
