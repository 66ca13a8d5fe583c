"""Git: work on a repository of the host, and with its remote.

Flow: any node → **git** → any node.  Only inside the folders that the operator opened.
"""

from collections.abc import Mapping
from typing import Any, Literal

from nodes.files.binary import each
from nodes.sdk import Credentials, Example, Field, Item, Items, NodeError, NodeParams, Parameters, Run, node, using
from nodes.sdk.outside import Repositories
from nodes.sdk.registry import Repeat

Operation = Literal[
    "add", "addConfig", "clone", "commit", "fetch", "listConfig", "log", "pull", "push", "pushTags", "reflog",
    "status", "switchBranch", "tag", "userSetup",
]  # fmt: skip
READS = ("listConfig", "log", "reflog", "status", "fetch", "userSetup")
LISTS = ("log", "reflog")


class GitOptions(NodeParams):
    """Rarely needed choices; which of them count depends on the operation."""

    mode: Literal["set", "append"] = Field("set", description="Set a setting, or add to it (addConfig).")
    branch: str = Field("", description="Branch to switch to before (commit, push).")
    paths_to_add: str = Field("", description="Paths to add before, with commas between (commit).")
    file: str = Field("", description="Only commits that changed this file (log).")
    target_repository: str = Field("", description="Repository to push to, instead of the remote (push).")
    reference: str = Field("", description="Branch or reference, the current branch unless said (reflog).")
    create_branch: bool = Field(True, description="Make the branch where there is none (switchBranch).")
    start_point: str = Field("", description="Where the new branch begins (switchBranch).")
    force: bool = Field(False, description="Throw changes away (switchBranch).")
    set_upstream: bool = Field(False, description="Follow a branch of the remote (switchBranch).")
    remote_name: str = Field("origin", description="Remote to follow (switchBranch).")


class Git(NodeParams):
    """Which repository, and what to do."""

    authentication: Literal["none", "gitPassword"] = Field("none", description="How to log in at the remote.")
    operation: Operation = Field("log", description="What to do.")
    repository_path: str = Field("", description="Folder of the repository.")
    source_repository: str = Field("", description="Address or folder to clone.")
    paths_to_add: str = Field("", description="Paths to add, with commas between.")
    key: str = Field("", description="Setting, such as `user.email`.")
    value: str = Field("", description="Value of the setting.")
    message: str = Field("", description="Message of the commit.")
    return_all: bool = Field(False, description="List everything.")
    limit: int = Field(100, ge=1, le=100, description="List at most so many.")
    branch_name: str = Field("", description="Branch.")
    name: str = Field("", description="Name of the tag.")
    options: GitOptions = GitOptions()

    def told(self) -> dict[str, Any]:
        """Give what an operation has to know."""
        more = self.options.model_dump(by_alias=True)
        kept = {key: value for key, value in self.model_dump(by_alias=True, exclude={"options"}).items() if value}
        kept["limit"] = None if self.return_all else self.limit
        return {**more, **kept}


def _repeat(raw: Mapping[str, Any], _: float) -> Repeat:
    return "safe" if raw.get("operation", "log") in READS else "unsafe"


@using("gitPassword")
@node(
    "git",
    group="data",
    title="Git",
    runs="effect",
    repeat=_repeat,
    versions=(1, 1.1),
    examples=[
        Example(title="commits", params={"operation": "commit", "repositoryPath": "/data/site", "message": "update"},
                then=[{"success": True}]),
        Example(title="needs a repository", params={"operation": "status"}, fails="name the folder of a repository"),
    ],
)  # fmt: skip
async def git(
    parameters: Parameters[Git], items: Items, run: Run, repositories: Repositories, credentials: Credentials
) -> Items:
    """Work with a Git repository."""

    async def one(index: int, _: Item) -> Items:
        params = parameters(index)
        if not params.repository_path.strip():
            raise NodeError("name the folder of a repository", field="repositoryPath")
        login = await credentials.get("gitPassword") if params.authentication == "gitPassword" else None
        told = await repositories.run(params.operation, params.repository_path, params.told(), login)
        return [Item(json=found, paired=index) for found in told]

    return await each(items, run, one)
