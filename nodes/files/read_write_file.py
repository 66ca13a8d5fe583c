"""Read/write files from disk: files of the host as items, and binary parts as files.

Flow: any node → **readWriteFile** → any node.  Only inside the folders that the operator opened.
"""

from collections.abc import Mapping
from typing import Any, Literal

from nodes.files import binary
from nodes.files.reading import literal, read_part
from nodes.sdk import Blobs, Example, Field, Files, Item, Items, NodeParams, Parameters, Run, node
from nodes.sdk.registry import Repeat

TOLD = ("mimeType", "fileType", "fileName", "fileExtension", "fileSize")


class ReadWriteOptions(NodeParams):
    """What to call what was read, and how to write."""

    append: bool = Field(False, description="Add to the end of a file that is there (write).")
    data_property_name: str = Field("data", description="Name of the binary part (read).")
    file_extension: str = Field("", description="Extension to tell instead of the file's own (read).")
    file_name: str = Field("", description="Name to tell instead of the file's own (read).")
    mime_type: str = Field("", description="MIME type to tell instead of the one found (read).")
    literal_brackets: bool = Field(False, description="Take `[` `]` `{` `}` in the path as they are (read).")


class ReadWriteFile(NodeParams):
    """What to do, and with which file."""

    operation: Literal["read", "write"] = Field("read", description="Read files, or write one for each item.")
    file_selector: str = Field("", description="A path, or a pattern with `*`, `**`, `?` and `[abc]` (read).")
    file_name: str = Field("", description="Path of the file (write).")
    data_property_name: binary.PartName = Field("data", description="Name of the binary part (write).")
    options: ReadWriteOptions = ReadWriteOptions()


def _repeat(raw: Mapping[str, Any], _: float) -> Repeat:
    options = raw.get("options")
    return "unsafe" if isinstance(options, Mapping) and options.get("append") else "safe"


@node(
    "readWriteFile",
    group="files",
    title="Read/Write Files from Disk",
    runs="effect",
    repeat=_repeat,
    versions=(1, 1.1),
    examples=[
        Example(
            title="what is known of each file",
            params={"fileSelector": "/data/*.txt"},
            files={"/data/a.txt": "hello"},
            then=[
                {
                    "mimeType": "text/plain",
                    "fileType": "text",
                    "fileName": "a.txt",
                    "fileExtension": "txt",
                    "fileSize": "5 B",
                }
            ],
        ),
        Example(
            title="writes a part of the item",
            params={"operation": "write", "fileName": "/data/out.txt"},
            given=[{"n": 1}],
            binary={"data": {"data": "aGVsbG8=", "mimeType": "text/plain"}},
            then=[{"n": 1, "fileName": "/data/out.txt"}],
        ),
        Example(
            title="there must be something to write",
            params={"operation": "write", "fileName": "/data/out.txt"},
            fails='no binary data "data"',
        ),
    ],
)
async def read_write_file(
    parameters: Parameters[ReadWriteFile], items: Items, run: Run, files: Files, blobs: Blobs
) -> Items:
    """Read files from the host, or write binary parts to it."""

    async def one(index: int, item: Item) -> Items:
        params = parameters(index)
        if params.operation == "read":
            return await _read(params, index, files)
        data = await binary.read(item, params.data_property_name, blobs)
        await files.write(params.file_name, data, append=params.options.append)
        return [Item(json={**item.json, "fileName": params.file_name}, binary=item.binary, paired=index)]

    return await binary.each(items, run, one)


async def _read(params: ReadWriteFile, index: int, files: Files) -> Items:
    options = params.options
    given = {"fileExtension": options.file_extension, "fileName": options.file_name, "mimeType": options.mime_type}
    pattern = literal(params.file_selector) if options.literal_brackets else params.file_selector
    made: Items = []
    for path in await files.find(pattern):
        part = await read_part(files, path) | {key: value for key, value in given.items() if value}
        json = {key: part[key] for key in TOLD if key in part}
        made.append(Item(json=json, binary={options.data_property_name or "data": part}, paired=index))
    return made
