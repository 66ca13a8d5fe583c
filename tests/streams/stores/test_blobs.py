"""Blobs in a folder: what the law does not say.

Flow: streams.stores.blobs → **test**.
"""

import stat
from pathlib import Path

import pytest

from schemas.errors import OperationalError, UserError
from streams.stores.blobs import open_blobs


async def test_files_are_fanned_out_private_and_kept_once(tmp_path: Path) -> None:
    folder = tmp_path / "a b"
    blobs = open_blobs(folder.as_uri())

    blob = await blobs.put(b"secret")
    await blobs.put(b"secret")

    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files == [folder / blob[:2] / blob]
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(files[0].parent.stat().st_mode) == 0o700


async def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("a file where the folder should be")
    blobs = open_blobs((tmp_path / "blobs").as_uri())

    with pytest.raises(OperationalError, match="could not store a blob"):
        await blobs.put(b"data")
    assert _names(tmp_path) == ["blobs"]


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("blobs", id="no scheme"),
        pytest.param("ftp://host/x", id="unknown scheme"),
        pytest.param("file://host/x", id="file on another host"),
    ],
)
def test_refuses_other_addresses(url: str) -> None:
    with pytest.raises(UserError, match="blobs cannot be kept"):
        open_blobs(url)


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]
