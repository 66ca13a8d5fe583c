"""Commands: requests to change the catalog, and the snapshots that answer them.

Flow: gateway → **commands** topic (partition 0) → catalog agent → `catalog` snapshots → every view.
"""

from typing import Any

import msgspec

from schemas.errors import ErrorInfo
from schemas.layout import Layout
from schemas.rollout import Rollout
from schemas.trigger import Route, Schedule, Source, Subscription
from schemas.vault import VaultChange, VaultSnapshot, vault_key
from schemas.workflow import tag_names


class CreateWorkflow(msgspec.Struct, tag="workflow.create", tag_field="command"):
    """Make a workflow; ``id`` is chosen by the sender, so that a repetition makes no second one.

    ``layout`` is how the text of an imported one was written.
    """

    id: str
    workflow: dict[str, Any]
    layout: Layout | None = None


class UpdateWorkflow(msgspec.Struct, tag="workflow.update", tag_field="command"):
    """Replace a workflow's draft; what its triggers start stays as it was published.

    ``expected`` is the revision that the sender saw (If-Match), None for whatever is there.
    """

    id: str
    workflow: dict[str, Any]
    expected: int | None = None
    layout: Layout | None = None


class TagWorkflow(msgspec.Struct, tag="workflow.tag", tag_field="command"):
    """Give a workflow tags, in place of those that it has."""

    id: str
    tags: list[str]
    expected: int | None = None


class DeleteWorkflow(msgspec.Struct, tag="workflow.delete", tag_field="command"):
    """Remove a workflow; its executions keep the version they run on."""

    id: str
    expected: int | None = None


class ActivateWorkflow(msgspec.Struct, tag="workflow.activate", tag_field="command"):
    """Publish the draft and start its triggers."""

    id: str
    expected: int | None = None


class DeactivateWorkflow(msgspec.Struct, tag="workflow.deactivate", tag_field="command"):
    """Stop a workflow's triggers."""

    id: str
    expected: int | None = None


class PublishWorkflow(msgspec.Struct, tag="workflow.publish", tag_field="command"):
    """Start a version (None: the draft) from the workflow's triggers from now on; ``message`` says why."""

    id: str
    version: str | None = None
    expected: int | None = None
    message: str | None = None


class RollBackWorkflow(msgspec.Struct, tag="workflow.rollback", tag_field="command"):
    """Publish a version again; None is the one that was published before the present one."""

    id: str
    version: str | None = None
    expected: int | None = None


class SetRollout(msgspec.Struct, tag="workflow.rollout", tag_field="command"):
    """Try a version beside the published one."""

    id: str
    rollout: Rollout
    expected: int | None = None


class EndRollout(msgspec.Struct, tag="workflow.rollout.end", tag_field="command"):
    """End the rollout of a version (None: whichever it is), and say why."""

    id: str
    version: str | None = None
    reason: str | None = None
    expected: int | None = None


WorkflowChange = (
    CreateWorkflow
    | UpdateWorkflow
    | TagWorkflow
    | DeleteWorkflow
    | ActivateWorkflow
    | DeactivateWorkflow
    | PublishWorkflow
    | RollBackWorkflow
    | SetRollout
    | EndRollout
)
Change = WorkflowChange | VaultChange


class Author(msgspec.Struct, omit_defaults=True):
    """Who changed something, as far as that is known: by which client, and what people call themselves there."""

    client: str
    name: str | None = None


class Command(msgspec.Struct, omit_defaults=True):
    """A change with its own id, and who waits for the answer (boot id, partition of replies, request)."""

    id: str
    change: Change
    at: int
    boot: str | None = None
    partition: int = 0
    request: int = 0
    by: Author | None = None


class Answer(msgspec.Struct, omit_defaults=True):
    """What came of a command; ``offset`` is the catalog offset at which it can be read.

    ``body`` is the aggregate as the API shows it (``present``), or an ErrorInfo as data plus ``status``, where not ok.
    """

    ok: bool
    body: Any = None
    offset: int = -1


class Answered(msgspec.Struct):
    """A command already decided, kept in the snapshot so that its repetition gets the same answer.

    The answer is kept without the workflow's JSON, which its version has.
    """

    command: str
    answer: Answer


class Publication(msgspec.Struct, omit_defaults=True):
    """One time that a version was published (epoch ms), what was said about it, and by whom it was."""

    version: str
    at: int
    message: str | None = None
    by: Author | None = None


class WorkflowSnapshot(msgspec.Struct, tag="workflow", tag_field="aggregate", omit_defaults=True):
    """The latest state of one workflow. ``published`` is the version that triggers start, where active.

    ``publications`` has the last ones, oldest first. A deleted workflow stays as a mark, so that a repeated command is
    still known.
    """

    id: str
    name: str
    revision: int
    draft: str
    created_at: int
    updated_at: int
    active: bool = False
    published: str | None = None
    deleted: bool = False
    tags: list[str] = []
    answered: list[Answered] = []
    publications: list[Publication] = []
    rollout: Rollout | None = None


class VersionSnapshot(msgspec.Struct, tag="version", tag_field="aggregate", omit_defaults=True):
    """One immutable version of a workflow: ``id`` is its content hash, ``body`` n8n's JSON as it came in.

    ``start_node`` and ``start_type`` say where a manual start begins (None where nothing can start).
    ``problems`` lists what differs or is missing and did not prevent saving.
    """

    id: str
    workflow: str
    body: dict[str, Any]
    created_at: int
    start_node: str | None = None
    start_type: str | None = None
    routes: list[Route] = []
    schedules: list[Schedule] = []
    subscriptions: list[Subscription] = []
    sources: list[Source] = []
    problems: list[ErrorInfo] = []
    layout: Layout | None = None
    by: Author | None = None

    @property
    def triggers(self) -> dict[str, str]:
        """Give the types of the nodes that start it, by their names."""
        starts: list[Route | Schedule | Subscription | Source]
        starts = [*self.routes, *self.schedules, *self.subscriptions, *self.sources]
        return {start.node: start.type for start in starts}


Snapshot = WorkflowSnapshot | VersionSnapshot | VaultSnapshot


def snapshot_key(snapshot: Snapshot) -> str:
    """Name an aggregate in topic and table `catalog`."""
    if isinstance(snapshot, WorkflowSnapshot):
        return f"workflow/{snapshot.id}"
    if isinstance(snapshot, VaultSnapshot):
        return vault_key(snapshot)
    return f"version/{snapshot.workflow}/{snapshot.id}"


def present(snapshot: WorkflowSnapshot, version: VersionSnapshot | None = None) -> dict[str, Any]:
    """Give a workflow as the API shows it, with its n8n JSON and problems where ``version`` is given."""
    shown: dict[str, Any] = {
        "id": snapshot.id,
        "name": snapshot.name,
        "active": snapshot.active,
        "revision": snapshot.revision,
        "versionId": snapshot.draft,
        "publishedVersionId": snapshot.published,
        "createdAt": snapshot.created_at,
        "updatedAt": snapshot.updated_at,
        "tags": list(snapshot.tags),
    }
    return shown if version is None else shown | present_version(shown, version)


def present_version(shown: dict[str, Any], version: VersionSnapshot) -> dict[str, Any]:
    """Give what a version adds to a presented workflow: its JSON under the workflow's own id and name, its problems.

    Tags that were changed since stand in that JSON as well, so that saving it again does not undo them.
    """
    own = {key: shown[key] for key in ("id", "name", "active")}
    if tag_names(version.body) not in (None, shown["tags"]):
        own["tags"] = [{"name": tag} for tag in shown["tags"]]
    return {
        "workflow": version.body | own,
        "problems": msgspec.to_builtins(version.problems),
    }
