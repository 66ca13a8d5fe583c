"""Tests of archives: what goes in comes out, and what would not fit or would climb out is refused.

Flow: bytes → archives, compression → **here**.
"""

import base64
import gzip
import io
import tarfile
import zipfile
from typing import Any

import pytest

from nodes.files import archives
from nodes.files.compression import compression
from nodes.sdk import Item
from nodes.sdk.harness import FakeBlobs, Harness, outputs
from schemas.errors import NodeError

FILES = [("a.txt", b"hello"), ("deep/b.bin", bytes(range(256)))]


def zip_of(*files: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def tar_of(name: str, data: bytes, kind: bytes = tarfile.REGTYPE) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.size, info.type, info.linkname = len(data), kind, "/etc/passwd"
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def test_zip_and_tar_give_back_what_went_in() -> None:
    assert list(archives.unzipped(archives.zipped(FILES))) == FILES
    assert list(archives.untarred(archives.tarred(FILES))) == FILES
    assert list(archives.untarred(archives.gzipped(archives.tarred(FILES)))) == FILES


def test_the_same_input_gives_the_same_bytes() -> None:
    assert archives.zipped(FILES) == archives.zipped(FILES)
    assert archives.gzipped(b"a") == archives.gzipped(b"a")


def test_names_that_occur_twice_are_numbered() -> None:
    packed = archives.zipped([("a.txt", b"1"), ("a.txt", b"2")])

    assert list(archives.unzipped(packed)) == [("a.txt", b"1"), ("a (2).txt", b"2")]


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "a/../../b", "..\\a", "C:\\a"])
@pytest.mark.parametrize("pack", [zip_of, lambda file: tar_of(*file)], ids=["zip", "tar"])
def test_what_points_out_is_refused(name: str, pack: Any) -> None:
    packed = pack((name, b"x"))
    unpack = archives.unzipped if packed.startswith(b"PK") else archives.untarred

    with pytest.raises(NodeError, match="points out of it"):
        list(unpack(packed))


def test_links_in_a_tar_are_passed_over() -> None:
    assert list(archives.untarred(tar_of("a", b"", tarfile.SYMTYPE))) == []


def test_bombs_are_refused() -> None:
    zeros = bytes(64 * 1024 * 1024)

    with pytest.raises(NodeError, match="times its size"):
        list(archives.unzipped(zip_of(("a", zeros))))
    with pytest.raises(NodeError, match="times its size"):
        archives.gunzipped(gzip.compress(zeros))
    with pytest.raises(NodeError, match="more than 134 MB"):
        archives.gunzipped(gzip.compress(zeros, 0) * 3)


def test_gzip_of_several_members_is_one_file() -> None:
    assert archives.gunzipped(gzip.compress(b"a") + gzip.compress(b"b") + bytes(5)) == b"ab"


def test_gzip_that_ends_early_is_refused() -> None:
    with pytest.raises(NodeError, match="ends too early"):
        archives.gunzipped(gzip.compress(bytes(range(256)) * 9)[:-9])


def test_too_many_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_FILES", 2)

    with pytest.raises(NodeError, match="more than 2 files"):
        list(archives.unzipped(zip_of(("a", b"1"), ("b", b"2"), ("c", b"3"))))


@pytest.mark.parametrize("broken", [b"PK\x03\x04rubbish", b"\x1f\x8brubbish", zip_of(("a", b"x" * 999))[:-30]])
async def test_broken_archives_are_refused(broken: bytes) -> None:
    with pytest.raises(NodeError, match="is not a valid"):
        await run({}, {"data": part(broken, "a")})


def test_a_file_that_lies_about_its_size_is_refused() -> None:
    lying = bytearray(zip_of(("a", b"x" * 5000)))
    at = lying.rindex(b"PK\x01\x02")
    lying[at + 24 : at + 28] = (10).to_bytes(4, "little")

    with pytest.raises(NodeError, match="not a valid zip"):
        list(archives.unzipped(bytes(lying)))


def part(data: bytes, name: str) -> dict[str, Any]:
    return {"data": base64.b64encode(data).decode(), "mimeType": "x/y", "fileName": name}


async def run(params: dict[str, Any], binary: dict[str, Any], version: float = 1.1, **more: Any) -> list[Item]:
    return outputs(
        await Harness(compression, **more).run(params, [[Item(json={"n": 1}, binary=binary)]], version=version)
    )[0]


@pytest.mark.parametrize("format_", ["zip", "tar", "targz"])
async def test_packs_and_unpacks(format_: str) -> None:
    given = {"x": part(b"one", "a.txt"), "y": part(b"two", "b.csv")}
    params = {"operation": "compress", "binaryPropertyName": "x, y", "outputFormat": format_, "fileName": "all"}

    packed = await run(params, given)
    again = await run({"outputPrefix": "file_"}, packed[0].binary or {})

    assert list(packed[0].binary or {}) == ["data"]
    assert {key: (one["data"], one["fileName"], one["mimeType"]) for key, one in (again[0].binary or {}).items()} == {
        "file_0": ("b25l", "a.txt", "text/plain"),
        "file_1": ("dHdv", "b.csv", "text/csv"),
    }
    assert again[0].json == {"n": 1}
    assert again[0].paired == 0


@pytest.mark.parametrize(
    ("version", "params", "names"),
    [
        pytest.param(1, {"outputPrefix": "z"}, {"z0": "a.gzip"}, id="version 1 numbers"),
        pytest.param(1.1, {"fileName": "my.gz", "binaryPropertyOutput": "out"}, {"out": "my.txt.gz"}, id="1.1 names"),
        pytest.param(1.1, {"fileName": "b/my"}, {"data": "my.txt.gz"}, id="no folder"),
        pytest.param(1.1, {}, {"data": "a.txt.gz"}, id="no name"),
    ],
)
async def test_gzip(version: float, params: dict[str, Any], names: dict[str, str]) -> None:
    made = await run(
        {"operation": "compress", "outputFormat": "gzip", **params}, {"data": part(b"x", "a.txt")}, version
    )

    assert {key: one["fileName"] for key, one in (made[0].binary or {}).items()} == names
    name = next(iter(names))
    again = await run({"binaryPropertyName": name}, made[0].binary or {})
    assert (again[0].binary or {})["file_0"]["data"] == "eA=="
    assert (again[0].binary or {})["file_0"]["fileName"] == next(iter(names.values()))[: -len("gz")].split(".")[
        0
    ] + ".txt"


async def test_a_name_that_was_given_tells_what_it_is() -> None:
    params = {"operation": "compress", "outputFormat": "zip", "fileName": "b/my.txt"}

    [made] = await run(params, {"data": part(b"x", "a.txt")})

    assert (made.binary or {})["data"] | {"fileName": "my.txt", "mimeType": "text/plain"} == (made.binary or {})["data"]


async def test_data_in_the_blob_store_is_read() -> None:
    blobs = FakeBlobs()
    blob = await blobs.put(archives.zipped(FILES))

    made = await run({}, {"data": {"id": blob, "mimeType": "application/zip"}}, blobs=blobs)

    assert set(made[0].binary or {}) == {"file_0", "file_1"}
