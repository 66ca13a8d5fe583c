"""Compression: binary parts packed into an archive, or archives unpacked.

Flow: any node → **compression** → any node.  Archives that would expand too far, or out of their folder, fail.
"""

from typing import Literal

from nodes.files import archives, binary
from nodes.sdk import Blobs, Example, Field, Item, Items, NodeError, NodeParams, Parameters, Run, node
from nodes.transform import paths

Format = Literal["gzip", "tar", "targz", "zip"]
MIME_TYPES = {
    "zip": "application/zip",
    "gzip": "application/gzip",
    "tar": "application/x-tar",
    "targz": "application/gzip",
}
ENDINGS = {"zip": ".zip", "gzip": ".gz", "tar": ".tar", "targz": ".tar.gz"}
Named = list[tuple[str, bytes]]


class Compression(NodeParams):
    """What to pack or unpack."""

    operation: Literal["compress", "decompress"] = Field("decompress", description="Pack or unpack.")
    binary_property_name: str = Field("data", description="Binary parts to read, with commas between.")
    output_format: Format | Literal[""] = Field("", description="Format to pack into; zip from version 1.1 on.")
    file_name: str = Field("", description="Name of the archive.")
    binary_property_output: str = Field("data", description="Name of the archive's binary part.")
    output_prefix: str = Field("", description="Beginning of the names of parts that are numbered.")


HELLO = {"data": {"data": "aGVsbG8=", "mimeType": "text/plain", "fileName": "a.txt"}}


@node(
    "compression",
    group="files",
    title="Compression",
    runs="compute",
    versions=(1, 1.1),
    examples=[
        Example(
            title="packs binary parts",
            params={"operation": "compress", "fileName": "all.zip"},
            given=[{"n": 1}],
            binary=HELLO,
            then=[{"n": 1}],
        ),
        Example(title="what is no archive fails", binary=HELLO, fails='"a.txt" is not an archive of a known format'),
    ],
)
async def compression(parameters: Parameters[Compression], items: Items, run: Run, blobs: Blobs) -> Items:
    """Pack binary parts into an archive, or unpack one."""

    async def one(index: int, item: Item) -> Items:
        params = parameters(index)
        names = paths.names(params.binary_property_name)
        if not names:
            raise NodeError("name a binary part", field="binaryPropertyName")
        given = [(binary.part(item, name), await binary.read(item, name, blobs)) for name in names]
        work = _compressed if params.operation == "compress" else _decompressed
        parts = await binary.aside(work, params, given, run.version)
        return [Item(json=item.json, binary=parts or None, paired=index)]

    return await binary.each(items, run, one)


def _compressed(params: Compression, given: list[tuple[binary.Part, bytes]], version: float) -> dict[str, binary.Part]:
    format_ = params.output_format or ("zip" if version > 1 else "")
    if not format_:
        raise NodeError("choose an output format", field="outputFormat")
    files = [(_name(part, at), data) for at, (part, data) in enumerate(given)]
    if format_ == "gzip" and version == 1:
        prefix = params.output_prefix or "data"
        named = [(name.partition(".")[0], archives.gzipped(data)) for name, data in files]
        return {f"{prefix}{at}": _part(format_, data, f"{name}.gzip") for at, (name, data) in enumerate(named)}
    if format_ == "gzip":
        if len(files) > 1:
            raise NodeError("gzip packs one file", field="binaryPropertyName", hint="choose zip or tar for several")
        name, data = files[0]
        inner = str(given[0][0].get("fileExtension") or name.partition(".")[2])
        name = params.file_name.removesuffix(".gz") or name.partition(".")[0]
        made = _part(format_, archives.gzipped(data), f"{name}.{inner}.gz" if inner else f"{name}.gz")
        return {params.binary_property_output: made}
    if format_ == "zip":
        archive = archives.zipped(files)
    else:
        archive = archives.tarred(files)
        archive = archives.gzipped(archive) if format_ == "targz" else archive
    name = params.file_name or f"archive{ENDINGS[format_]}"
    return {params.binary_property_output: _part(format_, archive, name)}


def _part(format_: str, data: bytes, name: str) -> binary.Part:
    return binary.make(data, mime=binary.told_by(name) or MIME_TYPES[format_], name=_last(name))


def _name(part: binary.Part, at: int) -> str:
    extension = part.get("fileExtension")
    name = part.get("fileName") or (f"file_{at}.{extension}" if extension else f"file_{at}")
    return _last(str(name)) or f"file_{at}"


def _last(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def _decompressed(params: Compression, given: list[tuple[binary.Part, bytes]], _: float) -> dict[str, binary.Part]:
    made: dict[str, binary.Part] = {}
    prefix, total = params.output_prefix or "file_", 0
    for part, data in given:
        for name, inner in _unpacked(part, data):
            total += len(inner)
            if total > binary.LARGEST:
                raise NodeError(f"the archives would expand to more than {binary.size(binary.LARGEST)}")
            made[f"{prefix}{len(made)}"] = binary.make(inner, name=name.rpartition("/")[2])
    return made


def _unpacked(part: binary.Part, data: bytes) -> Named:
    name = str(part.get("fileName") or "")
    lower = name.lower()
    extension = str(part.get("fileExtension") or "").lower()
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return list(archives.unzipped(data))
    if data.startswith(b"\x1f\x8b"):
        plain = archives.gunzipped(data)
        if lower.endswith((".tar.gz", ".tgz")) or extension in ("tgz", "tar.gz") or _tar(plain):
            return list(archives.untarred(plain))
        return [(_inner(name, plain), plain)]
    if lower.endswith(".tar") or extension == "tar" or _tar(data):
        return list(archives.untarred(data))
    raise NodeError(
        f'"{name or extension or "the file"}" is not an archive of a known format', hint="zip, gzip, tar and tar.gz are"
    )


def _tar(data: bytes) -> bool:
    return data[257:262] == b"ustar"


def _inner(name: str, plain: bytes) -> str:
    """Name what gzip packed: `a.txt.gz` is `a.txt`; without that, its first bytes tell what it is."""
    first, *rest = name.split(".")
    extension = rest[-2] if len(rest) > 1 else str(binary.make(plain).get("fileExtension") or "txt")
    return f"{first}.{extension}" if first else ""
