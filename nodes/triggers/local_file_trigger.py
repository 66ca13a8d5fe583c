"""Local file trigger: a change of a file or a folder of the host starts an execution.

Flow: host's file system → **localFileTrigger** → any node.  Only inside the folders that the operator opened.
"""

import fnmatch
from collections.abc import AsyncIterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Literal

from nodes.sdk import Example, Field, Heard, Item, Items, NodeError, NodeParams, trigger
from nodes.sdk.outside import FileChange, FileWatch
from schemas.trigger import Source

Event = Literal["add", "change", "unlink", "addDir", "unlinkDir"]


class LocalFileOptions(NodeParams):
    """Rarely needed choices."""

    await_write_finish: bool = Field(False, description="Wait until a file grows no more.")
    follow_symlinks: bool = Field(True, description="Watch what links lead to.")
    ignored: str = Field("", description="Paths to pass over: a pattern, or a text that they contain.")
    ignore_mode: Literal["match", "contain"] = Field("match", description="What `ignored` is.")
    ignore_initial: bool = Field(True, description="Off: what is there at the beginning counts as added.")
    depth: int = Field(-1, ge=-1, description="How many folders below count; -1 for all.")
    use_polling: bool = Field(False, description="Look again and again, for file systems that tell nothing.")


class LocalFileTrigger(NodeParams):
    """What to watch."""

    trigger_on: Literal["file", "folder"] = Field("file", description="One file's changes, or a folder's.")
    path: str = Field("", description="Path of the file or folder.")
    events: list[Event] = Field([], description="What in a folder starts an execution.")
    options: LocalFileOptions = LocalFileOptions()


def starts(raw: Mapping[str, Any], version: float, node: str) -> list[Source]:
    """Ask to be listened to."""
    return [Source(node, "localFileTrigger")]


async def listen(params: LocalFileTrigger, watch: FileWatch) -> AsyncIterator[Heard]:
    """Give what happens at the path."""
    options, path = params.options, _path(params)
    changes = watch.changes(
        path,
        depth=None if options.depth < 0 else options.depth,
        links=options.follow_symlinks,
        polling=options.use_polling,
        settled=options.await_write_finish,
        initial=not options.ignore_initial,
    )
    async for change in changes:
        if _counts(params, change):
            yield Heard([Item(json={"event": change.event, "path": change.path})], None)


@trigger(
    "localFileTrigger",
    kind="stream",
    title="Local File Trigger",
    runs="effect",
    starts=starts,
    listen=listen,
    examples=[
        Example(
            title="started by hand it stands for a change",
            params={"path": "/data/in.csv"},
            given=[],
            then=[{"event": "change", "path": "/data/in.csv"}],
        ),
        Example(title="needs a path", params={"triggerOn": "folder"}, given=[], fails="name a file or a folder"),
    ],
)
async def local_file_trigger(params: LocalFileTrigger) -> Items:
    """Start when files of the host change."""
    event = "change" if params.trigger_on == "file" else next(iter(params.events), "add")
    return [Item(json={"event": event, "path": _path(params)})]


def _path(params: LocalFileTrigger) -> str:
    if not params.path.strip():
        raise NodeError("name a file or a folder to watch", field="path", hint="give its path")
    return params.path


def _counts(params: LocalFileTrigger, change: FileChange) -> bool:
    if params.trigger_on == "file":
        return change.event in ("change", "add")
    ignored = params.options.ignored
    if ignored and params.options.ignore_mode == "contain":
        return change.event in params.events and ignored not in change.path
    if ignored:
        pure = PurePosixPath(change.path)
        passed = fnmatch.fnmatchcase(change.path, ignored.replace("**/", "*")) or fnmatch.fnmatchcase(
            pure.name, ignored
        )
        return change.event in params.events and not passed
    return change.event in params.events
