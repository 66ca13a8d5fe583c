"""Archives: zip, tar and gzip read within bounds, and written.

Flow: bytes → **archives** → (name, bytes) of each file, or NodeError for what would not fit, or would leave its folder.
XLSX and ODS files are zips too.
"""

import gzip
import io
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from nodes.files import binary
from nodes.sdk import NodeError

MOST_FILES = 10_000
LARGEST_RATIO = 200
LARGEST_XML = 64 * 1024 * 1024
SMALL = 16 * 1024 * 1024
"""Up to this expanded size, the ratio does not matter."""
CHUNK = 1024 * 1024
NOISE = "__MACOSX/"
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others expand a small part to any size before it can be counted
STAMP = (1980, 1, 1, 0, 0, 0)  # the same input gives the same bytes
_DOCTYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


def unzipped(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Give the files of a zip; folders, empty files and what macOS adds are passed over."""
    with binary.refusing("zip archive"), opened(data) as archive:
        for info in archive.infolist():
            if info.is_dir() or info.filename.startswith(NOISE):
                continue
            with archive.open(info) as file:
                inner = file.read(info.file_size + 1)  # all at once it would be expanded before its size is looked at
            if inner:
                yield safe(info.filename), inner


def opened(data: bytes, largest: int = binary.LARGEST) -> zipfile.ZipFile:
    """Open a zip whose declared sizes are within bounds; a file in it never gives more than was declared."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    infos = archive.infolist()
    total = sum(info.file_size for info in infos)
    _check(len(infos), total, len(data), largest)
    for info in infos:
        if info.flag_bits & 1:
            raise NodeError(f'"{info.filename}" is encrypted', hint="unpack it elsewhere; passwords are not supported")
        if info.compress_type not in METHODS:
            raise NodeError(
                f'"{info.filename}" is packed by a rare method', hint="pack it again by the usual one, deflate"
            )
    return archive


def xml_inside(data: bytes) -> zipfile.ZipFile:
    """Open a zip of XML documents (XLSX, ODS); raise NodeError where one declares a document type or entities."""
    archive = opened(data, LARGEST_XML)
    for info in archive.infolist():  # all of them: what is read as a sheet may have any name
        _refuse_doctype(archive, info)
    return archive


def gunzipped(data: bytes) -> bytes:
    """Expand gzip, of one or several members."""
    with binary.refusing("gzip file"):
        return _gunzipped(data)


def untarred(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Give the regular files of a tar, packed by gzip or not; links and devices are passed over."""
    plain = gunzipped(data) if data.startswith(b"\x1f\x8b") else data
    with binary.refusing("tar archive"), tarfile.open(fileobj=io.BytesIO(plain), mode="r:") as archive:
        total = 0
        for count, member in enumerate(archive, 1):
            total += member.size  # of sparse files too, which the archive does not hold in full
            _check(count, total, len(data), ratio=False)
            file = archive.extractfile(member) if member.isreg() else None
            if file is not None and member.size:
                yield safe(member.name), file.read()


def zipped(files: Sequence[tuple[str, bytes]], stored: Sequence[str] = ()) -> bytes:
    """Write a zip; the files that are to be ``stored`` are not compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in unique(files):
            info = zipfile.ZipInfo(name, STAMP)
            info.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return out.getvalue()


def tarred(files: Sequence[tuple[str, bytes]]) -> bytes:
    """Write a tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in unique(files):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def gzipped(data: bytes) -> bytes:
    """Write gzip."""
    return gzip.compress(data, mtime=0)


def safe(name: str) -> str:
    """Give a file's name in an archive; raise NodeError where it points out of it."""
    plain = name.replace("\\", "/")
    if plain.startswith("/") or ".." in PurePosixPath(plain).parts or re.match(r"[A-Za-z]:", plain) or "\0" in plain:
        raise NodeError(f'the archive holds "{name}", which points out of it', hint="do not trust where it comes from")
    return plain


def unique(files: Sequence[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Number the names that occur more than once: `a.txt`, `a (2).txt`."""
    taken: set[str] = set()
    for name, data in files:
        pure, count, own = PurePosixPath(name), 1, name
        while own in taken:
            count += 1
            own = str(pure.with_name(f"{pure.stem} ({count}){pure.suffix}"))
        taken.add(own)
        yield own, data


def _gunzipped(data: bytes) -> bytes:
    made, total, members = [], 0, 1
    reader = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    for at in range(0, len(data), CHUNK):
        rest = data[at : at + CHUNK]
        while rest:
            if reader.eof:
                rest = rest.lstrip(b"\0")
                reader = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16) if rest else reader
                members += bool(rest)
                continue
            chunk = reader.decompress(rest, CHUNK)
            rest = reader.unused_data if reader.eof else reader.unconsumed_tail
            total += len(chunk)
            _check(members, total, len(data))
            made.append(chunk)
    if not reader.eof:
        raise NodeError("the gzip file ends too early")
    return b"".join(made)


def _check(count: int, total: int, packed: int, largest: int = binary.LARGEST, *, ratio: bool = True) -> None:
    if count > MOST_FILES:
        raise NodeError(f"an archive of more than {MOST_FILES} files is too large")
    if total > largest:
        raise NodeError(f"the archive would expand to more than {binary.size(largest)}")
    if ratio and total > SMALL and total > packed * LARGEST_RATIO:
        raise NodeError(
            f"the archive would expand to more than {LARGEST_RATIO} times its size", hint="it may be a bomb"
        )


def _refuse_doctype(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    tail = b""
    with archive.open(info) as file:
        while chunk := file.read(CHUNK):
            # UTF-16 hides nothing: its zero bytes are left out
            if _DOCTYPE.search((tail + chunk).replace(b"\0", b"")):
                raise NodeError("XML with a document type or entities is refused", hint="save the file again elsewhere")
            tail = chunk[-32:]
