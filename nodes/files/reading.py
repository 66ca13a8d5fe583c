"""Reading files from the host: a path or a pattern made into binary parts.

Flow: path → Files → **reading** → readBinaryFile, readBinaryFiles, readWriteFile.
"""

from pathlib import PurePosixPath

from nodes.files import binary
from nodes.files.binary import Part
from nodes.sdk import Files, NodeError


async def read_part(files: Files, path: str) -> Part:
    """Read one file as a binary part that knows its name and folder."""
    if not path.strip():
        raise NodeError("name a file", hint="give its path")
    pure = PurePosixPath(path)
    return binary.make(await files.read(path), name=pure.name, directory=str(pure.parent))


def literal(pattern: str) -> str:
    """Take the brackets of a pattern for themselves."""
    return "".join(f"\\{letter}" if letter in "[]{}" else letter for letter in pattern)
