"""Repositories: Git below the folders that the operator opened, and nothing of a repository is ever run.

Flow: git → **repositories** → working tree, remote repository.
Of a repository's settings only those count that name people, remotes and branches: hooks, filters, helpers and other
programs that a repository may name are passed over. Remotes are HTTP(S) addresses, or folders that are open too.
"""

import asyncio
import io
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dulwich import porcelain
from dulwich.config import Config, ConfigDict, ConfigFile, StackedConfig
from dulwich.errors import GitProtocolError, HangupException, NotGitRepository
from dulwich.refs import Ref
from dulwich.repo import Repo

from agents.files import ConfinedFiles
from nodes.data.addresses import AddressGuard
from nodes.sdk.outside import Login
from schemas.errors import MillraceError, NodeError, OperationalError

Options = Mapping[str, Any]
Told = list[dict[str, Any]]
DONE: Told = [{"success": True}]
HARMLESS = {b"core": (b"repositoryformatversion", b"filemode", b"bare", b"logallrefupdates", b"ignorecase")}
WHOLE = (b"user", b"remote", b"branch")


class ConfinedRepositories:
    """Works on repositories; each call opens and closes its own."""

    def __init__(self, files: ConfinedFiles, guard: AddressGuard) -> None:
        self._files = files
        self._guard = guard

    async def run(self, operation: str, path: str, options: Options, login: Login | None) -> Told:
        """Carry an operation out; raise NodeError where Git refuses, OperationalError where no remote answers."""
        return await asyncio.to_thread(self._run, operation, path, options, login)

    def _run(self, operation: str, path: str, options: Options, login: Login | None) -> Told:
        signed = {"username": login.get("username"), "password": login.get("password")} if login else {}
        place = self._files.inside(path)
        try:
            if operation == "clone":
                return self._clone(place, options, signed)
            with _Repository(str(place)) as repository:
                return _OPERATIONS[operation](self, repository, options, signed)
        except MillraceError:
            raise
        except NotGitRepository:
            raise NodeError(f'"{path}" is no Git repository', field="repositoryPath", hint="clone one first") from None
        except (HangupException, GitProtocolError, OSError) as bad:
            raise OperationalError(f"the repository does not answer: {bad or type(bad).__name__}".lower()) from None
        except Exception as bad:
            raise NodeError(f"git {operation} failed: {str(bad) or type(bad).__name__}".lower()[:500]) from bad

    def remote(self, location: str) -> str:
        """Check where a remote repository is."""
        parts = urlsplit(location)
        if parts.scheme in ("http", "https") and parts.hostname:
            found = socket.getaddrinfo(parts.hostname, parts.port, type=socket.SOCK_STREAM)
            self._guard.admit(parts.hostname, [str(each[4][0]) for each in found])
            return location
        if parts.scheme in ("", "file") and "::" not in location and not location.startswith("-"):
            return str(self._files.inside(parts.path or location))
        raise NodeError(
            f'"{location}" is no remote that can be used', hint="an https:// address, or a folder that is open to nodes"
        )

    def named_remote(self, repository: Repo, name: str = "origin") -> str:
        """Give a remote by its name, when its address has been checked."""
        try:
            address = repository.get_config().get((b"remote", name.encode()), b"url").decode()
        except KeyError:
            raise NodeError(f'the repository has no remote "{name}"', hint="add one: remote.origin.url") from None
        self.remote(address)
        return name

    def _clone(self, place: Path, options: Options, signed: dict[str, Any]) -> Told:
        source = self.remote(str(options.get("sourceRepository") or ""))
        porcelain.clone(source, str(place), errstream=io.BytesIO(), **signed).close()
        return DONE


class _Repository(Repo):
    """A repository whose settings and hooks run nothing."""

    def __init__(self, root: str) -> None:
        super().__init__(root)
        self.hooks.clear()

    def get_config_stack(self) -> StackedConfig:
        """Give those settings that can do no harm."""
        safe = ConfigFile()
        _copy(self.get_config(), safe)
        return StackedConfig([safe])


def _copy(found: Config, safe: ConfigDict) -> None:
    for section in found.sections():
        for name, value in found.items(section):
            if section[0] in WHOLE or name.lower() in HARMLESS.get(section[0], ()):
                safe.add(section, name, value)


def _add(_: ConfinedRepositories, repository: Repo, options: Options, __: Options) -> Told:
    _stage(repository, str(options.get("pathsToAdd") or ""))
    return DONE


def _stage(repository: Repo, text: str) -> None:
    root = Path(repository.path).resolve()
    paths = [part.strip() for part in text.split(",") if part.strip()]
    for path in paths:
        if not (root / path).resolve().is_relative_to(root):
            raise NodeError(f'"{path}" is outside of the repository', field="pathsToAdd")
    porcelain.add(repository, paths=[str(root / path) for path in paths] if "." not in paths else [str(root)])


def _commit(_: ConfinedRepositories, repository: Repo, options: Options, __: Options) -> Told:
    if branch := str(options.get("branch") or ""):
        _switch_to(repository, branch, create=False)
    if paths := str(options.get("pathsToAdd") or ""):
        _stage(repository, paths)
    porcelain.commit(repository, message=str(options.get("message") or ""), no_verify=True, sign=False)
    return DONE


def _fetch(house: ConfinedRepositories, repository: Repo, _: Options, signed: Options) -> Told:
    name = house.named_remote(repository)
    porcelain.fetch(repository, name, outstream=io.StringIO(), errstream=io.BytesIO(), **signed)
    return DONE


def _pull(house: ConfinedRepositories, repository: Repo, _: Options, signed: Options) -> Told:
    name = house.named_remote(repository)
    porcelain.pull(repository, name, outstream=io.BytesIO(), errstream=io.BytesIO(), **signed)
    return DONE


def _push(house: ConfinedRepositories, repository: Repo, options: Options, signed: Options) -> Told:
    if branch := str(options.get("branch") or ""):
        _switch_to(repository, branch, create=False)
    target = str(options.get("targetRepository") or "")
    where = house.remote(target) if target else house.named_remote(repository)
    branch = porcelain.active_branch(repository).decode()
    porcelain.push(repository, where, branch, outstream=io.BytesIO(), errstream=io.BytesIO(), **signed)
    return DONE


def _push_tags(house: ConfinedRepositories, repository: Repo, _: Options, signed: Options) -> Told:
    name = house.named_remote(repository)
    tags = [f"refs/tags/{tag.decode()}" for tag in porcelain.tag_list(repository)]
    if tags:
        porcelain.push(repository, name, tags, outstream=io.BytesIO(), errstream=io.BytesIO(), **signed)
    return DONE


def _log(_: ConfinedRepositories, repository: Repo, options: Options, __: Options) -> Told:
    paths = [str(options["file"]).encode()] if options.get("file") else None
    walker = repository.get_walker(max_entries=options.get("limit"), paths=paths)
    return [_entry(each.commit) for each in walker]


def _entry(commit: Any) -> dict[str, Any]:
    message = commit.message.decode("utf-8", "replace").rstrip("\n")
    subject, _, body = message.partition("\n")
    name, _, address = commit.author.decode("utf-8", "replace").rpartition(" <")
    return {
        "hash": commit.id.decode(),
        "date": datetime.fromtimestamp(commit.commit_time, UTC).isoformat(),
        "message": subject,
        "body": body.strip("\n"),
        "author_name": name,
        "author_email": address.rstrip(">"),
    }


def _reflog(_: ConfinedRepositories, repository: Repo, options: Options, __: Options) -> Told:
    name = str(options.get("reference") or "") or porcelain.active_branch(repository).decode()
    ref = name if name.startswith("refs/") or name == "HEAD" else f"refs/heads/{name}"
    entries = list(porcelain.reflog(repository, Ref(ref.encode())))
    limit = options.get("limit")
    return [
        {"hash": each.new_sha.decode(), "ref": f"{name}@{{{at}}}", "message": each.message.decode("utf-8", "replace")}
        for at, each in enumerate(reversed(entries))
    ][:limit]


def _status(_: ConfinedRepositories, repository: Repo, __: Options, ___: Options) -> Told:
    found = porcelain.status(repository, untracked_files="all")
    staged = {kind: [_text(path) for path in paths] for kind, paths in found.staged.items()}
    changed = [_text(path) for path in found.unstaged]
    untracked = [_text(path) for path in found.untracked]
    try:
        current = porcelain.active_branch(repository).decode()
    except (KeyError, ValueError, IndexError):
        current = None
    deleted = [path for path in changed if not (Path(repository.path) / path).exists()]
    return [
        {
            "not_added": untracked,
            "created": staged["add"],
            "deleted": sorted({*staged["delete"], *deleted}),
            "modified": sorted({*staged["modify"], *changed} - {*deleted}),
            "staged": sorted(path for paths in staged.values() for path in paths),
            "current": current,
            "detached": current is None,
            "clean": not (changed or untracked or any(staged.values())),
        }
    ]


def _switch(_: ConfinedRepositories, repository: Repo, options: Options, __: Options) -> Told:
    name = str(options.get("branchName") or "")
    start = str(options.get("startPoint") or "") or None
    create, force = bool(options.get("createBranch", True)), bool(options.get("force"))
    _switch_to(repository, name, create=create, start=start, force=force)
    if options.get("setUpstream"):
        config = repository.get_config()
        config.set((b"branch", name.encode()), b"remote", str(options.get("remoteName") or "origin").encode())
        config.set((b"branch", name.encode()), b"merge", f"refs/heads/{name}".encode())
        config.write_to_path()
    return DONE


def _switch_to(repository: Repo, name: str, *, create: bool, start: str | None = None, force: bool = False) -> None:
    if not name or name.startswith("-"):
        raise NodeError("name a branch", field="branchName")
    if create and name.encode() not in porcelain.branch_list(repository):
        porcelain.branch_create(repository, name, start)
    porcelain.checkout(repository, name, force=force)


def _tag(_: ConfinedRepositories, repository: Repo, options: Options, __: Options) -> Told:
    porcelain.tag_create(repository, str(options.get("name") or ""))
    return DONE


def _add_config(house: ConfinedRepositories, repository: Repo, options: Options, _: Options) -> Told:
    parts = str(options.get("key") or "").split(".")
    if len(parts) < 2 or parts[0].encode() not in WHOLE:
        raise NodeError(
            "only settings of users, remotes and branches can be set", field="key", hint="such as user.email"
        )
    value = str(options.get("value") or "")
    if parts[0] == "remote" and parts[-1] == "url":
        house.remote(value)
    section = (parts[0].encode(),) if len(parts) == 2 else (parts[0].encode(), ".".join(parts[1:-1]).encode())
    config = repository.get_config()
    (config.add if options.get("mode") == "append" else config.set)(section, parts[-1].encode(), value.encode())
    config.write_to_path()
    return DONE


def _list_config(_: ConfinedRepositories, repository: Repo, __: Options, ___: Options) -> Told:
    config = repository.get_config()
    found = {
        ".".join([*(part.decode() for part in section), name.decode()]): value.decode("utf-8", "replace")
        for section in config.sections()
        for name, value in config.items(section)
    }
    return [{"_file": ".git/config", **found}]


def _text(path: Any) -> str:
    return path.decode("utf-8", "replace") if isinstance(path, bytes) else str(path)


_OPERATIONS: dict[str, Callable[[ConfinedRepositories, Repo, Options, dict[str, Any]], Told]] = {
    "add": _add, "addConfig": _add_config, "commit": _commit, "fetch": _fetch, "listConfig": _list_config, "log": _log,
    "pull": _pull, "push": _push, "pushTags": _push_tags, "reflog": _reflog, "status": _status,
    "switchBranch": _switch, "tag": _tag, "userSetup": _list_config,
}  # fmt: skip
