"""The git node on real repositories: its operations, and that nothing of a repository is run or left."""

from pathlib import Path
from typing import Any

import pytest
from dulwich import porcelain

from agents.files import ConfinedFiles
from agents.repositories import ConfinedRepositories
from nodes.data.addresses import AddressGuard
from nodes.data.git import git
from nodes.sdk import Item
from nodes.sdk.harness import Harness, outputs
from schemas.errors import MillraceError

DONE = [{"success": True}]


class Desk:
    """A working copy of a repository, in an open folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.origin = root / "origin.git"
        self.copy = root / "copy"
        porcelain.init(self.origin, bare=True).close()
        with porcelain.init(root / "seed") as seed:
            (root / "seed" / "a.txt").write_text("a")
            porcelain.add(seed, [str(root / "seed" / "a.txt")])
            porcelain.commit(seed, message=b"first", author=b"Ada <ada@example.com>", committer=b"Ada <a@b.c>")
            porcelain.push(seed, str(self.origin), "master")

    async def ask(self, operation: str, where: str = "copy", **params: Any) -> list[dict[str, Any]]:
        harness = Harness(git)
        harness.outside.repositories = ConfinedRepositories(ConfinedFiles([self.root]), AddressGuard())
        params = {"operation": operation, "repositoryPath": str(self.root / where), **params}
        [made] = outputs(await harness.run(params, [[Item(json={})]]))
        return [item.json for item in made]


@pytest.fixture
async def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    assert await made.ask("clone", sourceRepository=str(made.origin)) == DONE
    for key, value in (("user.name", "Bob"), ("user.email", "bob@example.com")):
        await made.ask("addConfig", key=key, value=value)
    return made


async def test_work_is_committed_and_pushed_and_others_pull_it(desk: Desk) -> None:
    await desk.ask("clone", "other", sourceRepository=str(desk.origin))
    (desk.copy / "b.txt").write_text("b")

    [before] = await desk.ask("status")
    await desk.ask("add", pathsToAdd="b.txt")
    [staged] = await desk.ask("status")
    await desk.ask("commit", message="second\n\nmore")
    await desk.ask("push")
    await desk.ask("pull", "other")
    log = await desk.ask("log", "other", limit=1)

    assert (before["not_added"], before["clean"], before["current"]) == (["b.txt"], False, "master")
    assert staged["created"] == ["b.txt"]
    assert (desk.root / "other" / "b.txt").read_text() == "b"
    assert [(one["message"], one["body"], one["author_name"]) for one in log] == [("second", "more", "Bob")]


async def test_branches_tags_and_settings(desk: Desk) -> None:
    await desk.ask("switchBranch", branchName="next")
    (desk.copy / "a.txt").write_text("changed")
    [changed] = await desk.ask("status")
    await desk.ask("commit", message="third", options={"pathsToAdd": "a.txt"})
    await desk.ask("tag", name="v1")
    await desk.ask("pushTags")
    await desk.ask("fetch")
    [settings] = await desk.ask("listConfig")
    moves = await desk.ask("reflog")

    assert (changed["current"], changed["modified"]) == ("next", ["a.txt"])
    assert (settings["user.name"], settings["remote.origin.url"]) == ("Bob", str(desk.origin))
    assert porcelain.tag_list(str(desk.origin)) == [b"v1"]
    assert [(one["ref"], one["message"]) for one in moves][:1] == [("next@{0}", "commit: third")]


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        pytest.param("clone", {"sourceRepository": "ssh://host/x"}, id="a remote over ssh"),
        pytest.param("clone", {"sourceRepository": "ext::sh -c id"}, id="a remote that is a command"),
        pytest.param("clone", {"sourceRepository": "/etc"}, id="a remote that is not open"),
        pytest.param("clone", {"sourceRepository": "http://127.0.0.1:1/x.git"}, id="a remote that is not public"),
        pytest.param("addConfig", {"key": "core.sshCommand", "value": "id"}, id="a setting that is a command"),
        pytest.param("addConfig", {"key": "remote.origin.url", "value": "ext::id"}, id="a remote's address"),
        pytest.param("add", {"pathsToAdd": "../seed/a.txt"}, id="a file of elsewhere"),
        pytest.param("switchBranch", {"branchName": "-f"}, id="an option as a branch"),
        pytest.param("switchBranch", {"branchName": "x", "options": {"createBranch": False}}, id="no such branch"),
        pytest.param("log", {"repositoryPath": "/etc"}, id="a folder that is not open"),
        pytest.param("status", {"where": "origin-none"}, id="no repository"),
    ],
)
async def test_refusals(desk: Desk, operation: str, params: dict[str, Any]) -> None:
    where = "new" if operation == "clone" else params.pop("where", "copy")

    with pytest.raises(MillraceError):
        await desk.ask(operation, where, **params)


async def test_what_a_repository_would_run_is_not_run(desk: Desk) -> None:
    mark = desk.root / "ran"
    hook = desk.copy / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {mark}\n")
    hook.chmod(0o755)
    with (desk.copy / ".git" / "config").open("a") as file:
        file.write(f'[filter "x"]\n\tclean = touch {mark}\n\tsmudge = touch {mark}\n\tprocess = touch {mark}\n')
        file.write(f"[core]\n\tfsmonitor = touch {mark}\n\tsshCommand = touch {mark}\n[commit]\n\tgpgsign = true\n")
    (desk.copy / ".gitattributes").write_text("*.txt filter=x\n")
    (desk.copy / "c.txt").write_text("c")

    await desk.ask("status")
    await desk.ask("commit", message="m", options={"pathsToAdd": "."})
    await desk.ask("switchBranch", branchName="b")

    assert not mark.exists()
