"""Read binary files: every file that a pattern names, an item each.

Flow: any node → **readBinaryFiles** → any node.  Runs once, for the first item's pattern.
"""

from nodes.files.reading import read_part
from nodes.sdk import Example, Field, Files, Item, Items, NodeParams, Parameters, Run, node
from nodes.sdk.ports import error_item
from schemas.errors import MillraceError


class ReadBinaryFiles(NodeParams):
    """Which files, and where to put them."""

    file_selector: str = Field("", description="A path, or a pattern with `*`, `**`, `?` and `[abc]`.")
    data_property_name: str = Field("data", description="Name of the binary part.")


@node(
    "readBinaryFiles",
    group="files",
    title="Read Binary Files",
    runs="effect",
    examples=[
        Example(
            title="an item for each file",
            params={"fileSelector": "/data/*.txt"},
            files={"/data/a.txt": "a", "/data/b.txt": "b", "/data/c.csv": "c"},
            then=[{}, {}],
        ),
        Example(title="nothing that matches is nothing", params={"fileSelector": "/data/*.txt"}, then=[]),
        Example(
            title="a part needs a name that is text",
            params={"fileSelector": "/data/*", "dataPropertyName": [1]},
            fails='"dataPropertyName"',
        ),
    ],
)
async def read_binary_files(parameters: Parameters[ReadBinaryFiles], items: Items, run: Run, files: Files) -> Items:
    """Read all files that a path or pattern names."""
    if not items:
        return []
    params = parameters(0)
    made: Items = []
    try:
        for path in await files.find(params.file_selector):
            part = await read_part(files, path)
            made.append(Item(json={}, binary={params.data_property_name: part}, paired=0))
    except MillraceError as bad:
        if not run.continue_on_fail:
            raise
        made.append(error_item(bad, 0))
    return made
