"""Read binary file: a file of the host as a binary part of each item.

Flow: any node → **readBinaryFile** → any node.  Only inside the folders that the operator opened.
"""

from nodes.files import binary
from nodes.files.reading import read_part
from nodes.sdk import Example, Field, Files, Item, Items, NodeParams, Parameters, Run, node


class ReadBinaryFile(NodeParams):
    """Which file, and where to put it."""

    file_path: str = Field("", description="Path of the file.")
    data_property_name: str = Field("data", description="Name of the binary part.")


@node(
    "readBinaryFile",
    group="files",
    title="Read Binary File",
    runs="effect",
    examples=[
        Example(
            title="keeps the item's fields",
            params={"filePath": "=/data/{{ $json.name }}.txt"},
            given=[{"name": "a"}],
            files={"/data/a.txt": "hello"},
            then=[{"name": "a"}],
        ),
        Example(
            title="a file that is not there fails", params={"filePath": "/data/b.txt"}, fails='no file "/data/b.txt"'
        ),
    ],
)
async def read_binary_file(parameters: Parameters[ReadBinaryFile], items: Items, run: Run, files: Files) -> Items:
    """Read a file from the host for each item."""

    async def one(index: int, item: Item) -> Items:
        params = parameters(index)
        part = await read_part(files, params.file_path)
        return [Item(json=item.json, binary={**(item.binary or {}), params.data_property_name: part}, paired=index)]

    return await binary.each(items, run, one)
