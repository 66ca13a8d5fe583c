"""Tests of the files that nodes may touch: nothing outside of the folders, by no trick.

Flow: folders + paths → ConfinedFiles → **here**.
"""

import os
from pathlib import Path

import pytest

from agents.files import ConfinedFiles
from schemas.errors import NodeError, UserError


@pytest.fixture
def ground(tmp_path: Path) -> Path:
    inside = tmp_path / "open"
    (inside / "deep" / "er").mkdir(parents=True)
    (tmp_path / "open-too").mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "open-too" / "near.txt").write_text("near")
    for name in ("a.txt", "b.txt", "c.csv", "x[1].txt", ".hidden.txt", "deep/d.txt", "deep/er/e.txt"):
        (inside / name).write_text(name)
    (inside / "out.txt").symlink_to(tmp_path / "secret.txt")
    (inside / "up").symlink_to(tmp_path)
    (inside / "in.txt").symlink_to(inside / "a.txt")
    os.mkfifo(inside / "pipe")
    return inside


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("../secret.txt", id="a path that climbs"),
        pytest.param("deep/../../secret.txt", id="a path that climbs later"),
        pytest.param("/etc/passwd", id="an absolute path"),
        pytest.param("../open-too/near.txt", id="a folder whose name begins alike"),
        pytest.param("out.txt", id="a link to a file outside"),
        pytest.param("up/secret.txt", id="a link to a folder outside"),
        pytest.param("up/open-too/near.txt", id="a path through a link"),
    ],
)
async def test_what_is_outside_is_refused(ground: Path, path: str) -> None:
    files = ConfinedFiles([ground])

    with pytest.raises(NodeError, match="outside of the folders"):
        await files.read(path)
    with pytest.raises(NodeError, match="outside of the folders"):
        await files.write(path, b"x")

    assert (ground.parent / "secret.txt").read_text() == "secret"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("nothing.txt", "could not be found", id="no file"),
        pytest.param("a.txt/b", "could not be found", id="a file as a folder"),
        pytest.param("deep", "is a folder|not a regular file", id="a folder"),
        pytest.param(".", "is a folder", id="the folder itself"),
        pytest.param("pipe", "not a regular file", id="a pipe"),
        pytest.param("", "name a file", id="no name"),
        pytest.param("a\0b", "name a file", id="a zero byte"),
        pytest.param("n" * 300, "too long|could not be found", id="a name too long"),
    ],
)
async def test_what_cannot_be_read_is_told(ground: Path, path: str, text: str) -> None:
    with pytest.raises(NodeError, match=text):
        await ConfinedFiles([ground]).read(path)


async def test_without_folders_everything_is_refused(ground: Path) -> None:
    files = ConfinedFiles()

    with pytest.raises(UserError, match="no folder is open") as refused:
        await files.read(str(ground / "a.txt"))
    with pytest.raises(UserError, match="no folder is open"):
        await files.find("*")

    assert "MILLRACE_FILES" in str(refused.value.hint)


async def test_reads_writes_and_appends(ground: Path) -> None:
    files = ConfinedFiles([ground.parent / "open-too", ground])

    await files.write(str(ground / "new.txt"), b"one")
    await files.write(str(ground / "new.txt"), b"two", append=True)
    await files.write("first.txt", b"relative")

    assert await files.read(str(ground / "new.txt")) == b"onetwo"
    assert (ground.parent / "open-too" / "first.txt").read_bytes() == b"relative"


async def test_writing_makes_no_folder(ground: Path) -> None:
    with pytest.raises(NodeError, match="could not be found"):
        await ConfinedFiles([ground]).write("new/file.txt", b"")


async def test_a_link_that_stays_inside_is_followed(ground: Path) -> None:
    assert await ConfinedFiles([ground]).read("in.txt") == b"a.txt"


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        pytest.param("a.txt", ["a.txt"], id="a plain path"),
        pytest.param("none.txt", [], id="a path to nothing"),
        pytest.param("*.csv", ["c.csv"], id="one star"),
        pytest.param("?.txt", ["a.txt", "b.txt"], id="one letter"),
        pytest.param("[ac].*", ["a.txt", "c.csv"], id="some letters"),
        pytest.param("[!a].txt", ["b.txt"], id="not some letters"),
        pytest.param("{a,c}.{txt,csv}", ["a.txt", "c.csv"], id="alternatives"),
        pytest.param("**/*d*.txt", ["deep/d.txt"], id="any folder"),
        pytest.param("deep/**", ["deep/d.txt", "deep/er/e.txt"], id="everything below"),
        pytest.param("*/*/*.txt", ["deep/er/e.txt"], id="two folders"),
        pytest.param("x\\[1\\].txt", ["x[1].txt"], id="brackets taken as they are"),
        pytest.param("*a*a*a*a*a*a*a*a*a*a*b", [], id="many stars end soon"),
    ],
)
async def test_finds(ground: Path, pattern: str, names: list[str]) -> None:
    found = await ConfinedFiles([ground]).find(str(ground / pattern))

    assert found == [str(ground / name) for name in names]


async def test_find_gives_nothing_outside(ground: Path) -> None:
    files = ConfinedFiles([ground])

    assert "out.txt" not in {Path(path).name for path in await files.find(str(ground / "*"))}
    with pytest.raises(NodeError, match="outside of the folders"):
        await files.find(str(ground.parent / "*"))


async def test_braces_cannot_explode(ground: Path) -> None:
    with pytest.raises(NodeError, match="too many alternatives"):
        await ConfinedFiles([ground]).find(str(ground / ("{a,b}" * 12)))
