"""Write binary file: a binary part of each item as a file of the host.

Flow: any node → **writeBinaryFile** → any node.  Only inside the folders that the operator opened.
"""

from collections.abc import Mapping
from typing import Any

from nodes.files import binary
from nodes.sdk import Blobs, Example, Field, Files, Item, Items, NodeParams, Parameters, Run, node
from nodes.sdk.registry import Repeat

HELLO = {"data": {"data": "aGVsbG8=", "mimeType": "text/plain"}}


class WriteOptions(NodeParams):
    """Rarely needed choices."""

    append: bool = Field(False, description="Add to the end of a file that is there.")


class WriteBinaryFile(NodeParams):
    """Which part, and where to."""

    file_name: str = Field("", description="Path of the file.")
    data_property_name: binary.PartName = Field("data", description="Name of the binary part.")
    options: WriteOptions = WriteOptions()


def _repeat(raw: Mapping[str, Any], _: float) -> Repeat:
    options = raw.get("options")
    return "unsafe" if isinstance(options, Mapping) and options.get("append") else "safe"


@node(
    "writeBinaryFile",
    group="files",
    title="Write Binary File",
    runs="effect",
    repeat=_repeat,
    examples=[
        Example(
            title="tells the file's name",
            params={"fileName": "/data/out.txt"},
            given=[{"n": 1}],
            binary=HELLO,
            then=[{"n": 1, "fileName": "/data/out.txt"}],
        ),
        Example(title="there must be something to write", params={"fileName": "/a"}, fails='no binary data "data"'),
    ],
)
async def write_binary_file(
    parameters: Parameters[WriteBinaryFile], items: Items, run: Run, files: Files, blobs: Blobs
) -> Items:
    """Write a binary part of each item to a file of the host."""

    async def one(index: int, item: Item) -> Items:
        params = parameters(index)
        data = await binary.read(item, params.data_property_name, blobs)
        await files.write(params.file_name, data, append=params.options.append)
        return [Item(json={**item.json, "fileName": params.file_name}, binary=item.binary, paired=index)]

    return await binary.each(items, run, one)
