"""SSH: run a command on another host, or move a file to or from it.

Flow: any node → **ssh** → any node.  An effect that must not be repeated; off unless the operator allows it.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Literal

from nodes.files import binary
from nodes.sdk import (
    Blobs,
    Credentials,
    Example,
    Field,
    Item,
    Items,
    NodeError,
    NodeParams,
    Parameters,
    Run,
    node,
    using,
)
from nodes.sdk.outside import Login, RemoteShells
from nodes.sdk.registry import Repeat

LOGIN = {"sshPassword": {"host": "host.example.com", "username": "ada", "password": "correct horse"}}


class SshOptions(NodeParams):
    """Rarely needed choices."""

    file_name: str = Field("", description="Name to tell, or to write, instead of the file's own.")


class Ssh(NodeParams):
    """Where, and what to do."""

    authentication: Literal["password", "privateKey"] = Field("password", description="How to log in.")
    resource: Literal["command", "file"] = Field("command", description="Run a command, or move a file.")
    operation: Literal["execute", "upload", "download"] | None = Field(
        None, description="`execute` for commands; `upload` (unless said) or `download` for files."
    )
    command: str = Field("", description="Command, as the host's shell takes it.")
    cwd: str = Field("/", description="Folder in which to run it.")
    path: str = Field("", description="Folder to write to (upload), or the file to read (download).")
    binary_property_name: binary.PartName = Field("data", description="Name of the binary part.")
    options: SshOptions = SshOptions()


def _repeat(raw: Mapping[str, Any], _: float) -> Repeat:
    return "safe" if raw.get("resource") == "file" else "unsafe"


@using("sshPassword", "sshPrivateKey")
@node(
    "ssh",
    group="data",
    title="SSH",
    runs="effect",
    repeat=_repeat,
    examples=[
        Example(
            title="gives what the command writes",
            params={"command": "uname", "cwd": "/home/ada"},
            credentials=LOGIN,
            commands={"uname": "Linux\n"},
            then=[{"code": 0, "signal": None, "stdout": "Linux", "stderr": ""}],
        ),
        Example(
            title="reads a file",
            params={"resource": "file", "operation": "download", "path": "/etc/motd"},
            credentials=LOGIN,
            remote={"/etc/motd": "Hi"},
            given=[{"n": 1}],
            then=[{"n": 1}],
        ),
        Example(
            title="a file must be there",
            params={"resource": "file", "operation": "download", "path": "/etc/none"},
            credentials=LOGIN,
            fails='"/etc/none"',
        ),
    ],
)
async def ssh(
    parameters: Parameters[Ssh], items: Items, run: Run, shells: RemoteShells, credentials: Credentials, blobs: Blobs
) -> Items:
    """Run commands and move files over SSH."""

    async def one(index: int, item: Item) -> Items:
        params = parameters(index)
        login = await credentials.get("sshPassword" if params.authentication == "password" else "sshPrivateKey")
        if params.resource == "file":
            move = _download if params.operation == "download" else _upload
            return [await move(params, index, item, shells, login, blobs)]
        if not params.command.strip():
            raise NodeError("there is no command to run", field="command", hint='such as "date"')
        result = await shells.run(login, params.command, params.cwd)
        told = {"code": result.code, "signal": None, "stdout": result.stdout.strip(), "stderr": result.stderr.strip()}
        return [Item(json=told, paired=index)]

    return await binary.each(items, run, one)


async def _download(params: Ssh, index: int, item: Item, shells: RemoteShells, login: Login, blobs: Blobs) -> Item:
    name = params.binary_property_name
    if not isinstance(name, str) or not params.path:
        raise NodeError("name the file to read and the binary part that it becomes", field="path")
    async with shells.files(login) as files:
        data = await files.read(params.path)
    part = binary.make(data, name=params.options.file_name or PurePosixPath(params.path).name)
    return Item(json=item.json, binary={**(item.binary or {}), name: part}, paired=index)


async def _upload(params: Ssh, index: int, item: Item, shells: RemoteShells, login: Login, blobs: Blobs) -> Item:
    part = binary.part(item, params.binary_property_name)
    name = params.options.file_name or str(part.get("fileName") or "")
    if not name or "\0" in name:
        raise NodeError("the file has no name", field="options.fileName", hint="give it one")
    async with shells.files(login) as files:
        await files.write(
            str(PurePosixPath(params.path or ".") / PurePosixPath(name).name), await binary.content(part, blobs)
        )
    return Item(json={"success": True}, paired=index)
