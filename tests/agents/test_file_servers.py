"""The ftp node on a real FTP and a real SFTP server: the same answers from both."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aioftp
import asyncssh
import pytest

from agents import file_servers
from agents.file_servers import RealFileServers
from nodes.data.ftp import ftp
from nodes.sdk import Item
from nodes.sdk.harness import FakeCredentials, Harness, outputs
from schemas.errors import MillraceError, NodeError, OperationalError

TEXT = {"data": "aGVsbG8=", "mimeType": "text/plain"}


class Passwords(asyncssh.SSHServer):
    """Lets Ada in."""

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("ada", "secret")


class Remote:
    """A server of the files of a folder, and the node that is connected to it."""

    def __init__(self, protocol: str, port: int, folder: Path) -> None:
        self.folder = folder
        self.protocol = protocol
        self.login = {"host": "127.0.0.1", "port": port, "username": "ada", "password": "secret"}

    async def ask(self, operation: str, **params: Any) -> list[Item]:
        harness = Harness(ftp, credentials=FakeCredentials({self.protocol: self.login}))
        harness.outside.server = RealFileServers()  # type: ignore[assignment]
        raw = {"protocol": self.protocol, "operation": operation, **params}
        [made] = outputs(await harness.run(raw, [[Item(json={"n": 1}, binary={"data": TEXT})]]))
        return made

    def path(self, name: str) -> str:
        return f"/{name}"


@pytest.fixture(params=["ftp", "sftp"])
async def remote(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Remote]:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("hello")
    if request.param == "ftp":
        user = aioftp.User("ada", "secret", base_path=tmp_path, permissions=[aioftp.Permission("/")])
        server = aioftp.Server([user])
        await server.start("127.0.0.1", 0)
        yield Remote("ftp", server.server_port, tmp_path)
        await server.close()
        return
    key = asyncssh.generate_private_key("ssh-ed25519")
    acceptor = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=Passwords,
        server_host_keys=[key],
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(tmp_path).encode()),
    )
    yield Remote("sftp", acceptor.get_port(), tmp_path)
    acceptor.close()
    await acceptor.wait_closed()


async def test_files_go_there_and_back(remote: Remote) -> None:
    await remote.ask("upload", path="/new/deep/b.bin")
    await remote.ask("upload", path="/new/c.txt", binaryData=False, fileContent="grüße")
    [read] = await remote.ask("download", path="/new/deep/b.bin")

    assert (remote.folder / "new" / "deep" / "b.bin").read_bytes() == b"hello"
    assert (remote.folder / "new" / "c.txt").read_text() == "grüße"
    assert read.json == {"n": 1}
    assert read.binary is not None
    assert (read.binary["data"]["data"], read.binary["data"]["fileName"]) == ("aGVsbG8=", "b.bin")


async def test_folders_are_listed(remote: Remote) -> None:
    flat = await remote.ask("list", path="/")
    deep = await remote.ask("list", path="/", recursive=True)

    [folder] = [item.json for item in flat]
    file = next(item.json for item in deep if item.json["name"] == "a.txt")
    assert (folder["type"], folder["name"], folder["path"]) == ("d", "in", "/in")
    assert (file["type"], file["path"], file["size"]) == ("-", "/in/a.txt", 5)
    assert file["modifyTime"].endswith("Z")


async def test_files_are_moved_and_removed(remote: Remote) -> None:
    await remote.ask("rename", oldPath="/in/a.txt", newPath="/done/x/a.txt", options={"createDirectories": True})
    moved = (remote.folder / "done" / "x" / "a.txt").exists()
    await remote.ask("delete", path="/done/x/a.txt")
    await remote.ask("delete", path="/done", options={"folder": True, "recursive": True})
    await remote.ask("delete", path="/in", options={"folder": True})

    assert moved
    assert list(remote.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("login", "operation", "params", "error"),
    [
        pytest.param({"password": "x"}, "list", {}, NodeError, id="wrong password"),
        pytest.param({"port": 1}, "list", {}, OperationalError, id="no server"),
        pytest.param({}, "download", {"path": "/none"}, NodeError, id="no such file"),
        pytest.param({}, "delete", {"path": "/in", "options": {"folder": False}}, NodeError, id="a folder as a file"),
        pytest.param({}, "rename", {"oldPath": "/none", "newPath": "/b"}, NodeError, id="nothing to move"),
        pytest.param({}, "delete", {"path": "/a\r\nDELE b"}, NodeError, id="a command in a path"),
    ],
)
async def test_refusals(
    remote: Remote, login: dict[str, Any], operation: str, params: dict[str, Any], error: type[MillraceError]
) -> None:
    remote.login |= login

    with pytest.raises(error):
        await remote.ask(operation, **params)


async def test_a_file_that_is_too_large_is_an_error(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_servers, "LARGEST", 4)

    with pytest.raises(NodeError) as bad:
        await remote.ask("download", path="/in/a.txt")

    assert "more than" in bad.value.message
