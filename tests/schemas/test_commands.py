"""How aggregates are named, and how a workflow is shown."""

import msgspec
import pytest

from schemas.commands import (
    ActivateWorkflow,
    Command,
    CreateWorkflow,
    DeactivateWorkflow,
    DeleteWorkflow,
    UpdateWorkflow,
    VersionSnapshot,
    WorkflowSnapshot,
    present,
    snapshot_key,
)
from schemas.errors import ErrorInfo

SNAPSHOT = WorkflowSnapshot("w1", "Orders", 3, "v2", 10, 20, active=True, published="v1", tags=["x"])
VERSION = VersionSnapshot(
    "v2", "w1", {"nodes": [], "name": "Old", "id": "7"}, 10, problems=[ErrorInfo("odd", node="A")]
)


@pytest.mark.parametrize(
    ("snapshot", "key"),
    [
        pytest.param(SNAPSHOT, "workflow/w1", id="workflow"),
        pytest.param(VERSION, "version/w1/v2", id="version"),
    ],
)
def test_keys(snapshot, key):
    assert snapshot_key(snapshot) == key


def test_a_workflow_is_shown_without_its_json_in_lists():
    assert present(SNAPSHOT) == {
        "id": "w1",
        "name": "Orders",
        "active": True,
        "revision": 3,
        "versionId": "v2",
        "publishedVersionId": "v1",
        "createdAt": 10,
        "updatedAt": 20,
        "tags": ["x"],
    }


def test_a_workflow_is_shown_with_its_json_under_its_own_name():
    shown = present(SNAPSHOT, VERSION)

    assert shown["workflow"] == {"nodes": [], "name": "Orders", "id": "w1", "active": True}
    assert shown["problems"] == [{"message": "odd", "node": "A"}]
    assert VERSION.body["name"] == "Old"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(CreateWorkflow("w", {"nodes": []}), id="create"),
        pytest.param(UpdateWorkflow("w", {"nodes": []}, 2), id="update"),
        pytest.param(DeleteWorkflow("w"), id="delete"),
        pytest.param(ActivateWorkflow("w", 1), id="activate"),
        pytest.param(DeactivateWorkflow("w"), id="deactivate"),
    ],
)
def test_commands_survive_the_log(change):
    command = Command("c1", change, at=5, boot="b", partition=1, request=2)

    assert msgspec.json.decode(msgspec.json.encode(command), type=Command) == command
