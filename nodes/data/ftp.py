"""FTP: list, read, write, move and remove files of a server, by FTP or SFTP.

Flow: any node → **ftp** → any node.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Literal

from nodes.expressions.moments import iso_text, utc
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
from nodes.sdk.outside import FileServers, RemoteFile, RemoteFiles
from nodes.sdk.registry import Repeat

LOGIN = {"ftp": {"host": "files.example.com", "username": "ada", "password": "correct horse"}}


class FtpOptions(NodeParams):
    """Rarely needed choices; which of them count depends on the operation."""

    folder: bool = Field(False, description="The path is a folder (delete).")
    recursive: bool = Field(False, description="Remove what is in the folder too (delete).")
    create_directories: bool = Field(False, description="Make the folders of the new path (rename).")
    enable_concurrent_reads: bool = Field(False, description="Kept for n8n: a file is read in one stream.")
    max_concurrent_reads: int = Field(5, description="Kept for n8n.")
    chunk_size: int = Field(64, description="Kept for n8n.")
    timeout: int = Field(10_000, ge=1, description="Milliseconds until a silent server is given up.")


class Ftp(NodeParams):
    """Where, and what to do."""

    protocol: Literal["ftp", "sftp"] = Field("ftp", description="How to talk with the server.")
    operation: Literal["delete", "download", "list", "rename", "upload"] = Field("download", description="What to do.")
    path: str = Field("", description="Path of the file or folder.")
    old_path: str = Field("", description="Path before (rename).")
    new_path: str = Field("", description="Path afterwards (rename).")
    recursive: bool = Field(False, description="List the folders in it too (list).")
    binary_data: bool = Field(True, description="Write a binary part, else a text (upload).")
    binary_property_name: binary.PartName = Field("data", description="Name of the binary part.")
    file_content: str = Field("", description="Text to write (upload).")
    options: FtpOptions = FtpOptions()


def _repeat(raw: Mapping[str, Any], _: float) -> Repeat:
    return "unsafe" if raw.get("operation") in ("delete", "rename") else "safe"


@using("ftp", "sftp")
@node(
    "ftp",
    group="data",
    title="FTP",
    runs="effect",
    repeat=_repeat,
    versions=(1, 1.1),
    examples=[
        Example(
            title="lists a folder",
            params={"operation": "list", "path": "/in"},
            credentials=LOGIN,
            remote={"/in/a.txt": "hello", "/in/deep/b.txt": ""},
            then=[{"type": "-", "name": "a.txt", "size": 5, "path": "/in/a.txt"}],
        ),
        Example(
            title="moves a file",
            params={"operation": "rename", "oldPath": "/in/a.txt", "newPath": "/done/a.txt"},
            credentials=LOGIN,
            remote={"/in/a.txt": "hello"},
            then=[{"success": True}],
        ),
        Example(
            title="a file must be there",
            params={"path": "/none"},
            credentials=LOGIN,
            fails='the server refused "/none"',
        ),
    ],
)
async def ftp(
    parameters: Parameters[Ftp], items: Items, run: Run, servers: FileServers, credentials: Credentials, blobs: Blobs
) -> Items:
    """Work with the files of an FTP or SFTP server."""
    if not items:
        return []
    first = parameters(0)
    login = await credentials.get(first.protocol)
    async with servers.connect(first.protocol, login, first.options.timeout / 1000) as files:

        async def one(index: int, item: Item) -> Items:
            return await _carry_out(parameters(index), index, item, files, blobs)

        return await binary.each(items, run, one)


async def _carry_out(params: Ftp, index: int, item: Item, files: RemoteFiles, blobs: Blobs) -> Items:
    options = params.options
    match params.operation:
        case "list":
            found = await files.entries(params.path or "/", recursive=params.recursive)
            return [Item(json=_told(each), paired=index) for each in found]
        case "delete":
            path = _named(params.path, "path")
            await files.delete(path, folder=options.folder, recursive=options.recursive)
        case "rename":
            old, new = _named(params.old_path, "oldPath"), _named(params.new_path, "newPath")
            await files.rename(old, new, make_folders=options.create_directories)
        case "upload":
            data = params.file_content.encode()
            if params.binary_data:
                data = await binary.read(item, params.binary_property_name, blobs)
            await files.write(_named(params.path, "path"), data)
            return [Item(json=item.json, binary=item.binary, paired=index)]
        case "download":
            return [await _download(params, index, item, files)]
    return [Item(json={"success": True}, paired=index)]


async def _download(params: Ftp, index: int, item: Item, files: RemoteFiles) -> Item:
    path, name = _named(params.path, "path"), params.binary_property_name
    if not isinstance(name, str):
        raise NodeError("name the binary part that the file becomes", field="binaryPropertyName")
    part = binary.make(await files.read(path), name=PurePosixPath(path).name)
    return Item(json=item.json, binary={**(item.binary or {}), name: part}, paired=index)


def _named(path: str, field: str) -> str:
    if not path.strip() or any(sign in path for sign in "\0\r\n"):
        raise NodeError("name a file or folder of the server", field=field, hint="give its path")
    return path


def _told(entry: RemoteFile) -> dict[str, Any]:
    times = {"modifyTime": entry.modified, "accessTime": entry.accessed}
    more = {"rights": entry.rights, "owner": entry.owner, "group": entry.group}
    return {
        "type": entry.kind,
        "name": entry.name,
        "size": entry.size,
        "path": entry.path,
        **{name: iso_text(utc(at), 0) for name, at in times.items() if at is not None},
        **{name: value for name, value in more.items() if value not in (None, "")},
    }
