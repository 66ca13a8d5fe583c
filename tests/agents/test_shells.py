"""Commands on this host and on others: what they give, what stops them, and that they are off unless allowed."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from agents import shells
from agents.shells import LocalCommands, RealShells
from nodes.data.execute_command import execute_command
from nodes.data.ssh import ssh
from nodes.sdk import Item
from nodes.sdk.harness import FakeCredentials, Harness, outputs
from schemas.errors import MillraceError, NodeError, UserError
from tests.agents.test_file_servers import Passwords

ENVIRONMENT = {"PATH": os.environ["PATH"]}


def local(*, allowed: bool = True) -> Harness:
    harness = Harness(execute_command)
    harness.outside.commands = LocalCommands(allowed=allowed, environment=ENVIRONMENT)  # type: ignore[assignment]
    return harness


async def run(harness: Harness, params: dict[str, Any], items: int = 1) -> list[dict[str, Any]]:
    [made] = outputs(await harness.run(params, [[Item(json={"n": n}) for n in range(items)]]))
    return [item.json for item in made]


async def test_a_command_runs_once_or_for_each_item_and_sees_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILLRACE_TOKEN", "hidden")
    command = "={{ 'echo ' + $json.n + ' $MILLRACE_TOKEN' }}"

    once = await run(local(), {"command": command}, 2)
    each = await run(local(), {"command": command, "executeOnce": False}, 2)

    assert [one["stdout"] for one in once] == ["0"]
    assert [one["stdout"] for one in each] == ["0", "1"]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        pytest.param("echo out; echo err >&2; exit 3", "failed with code 3", id="a failure"),
        pytest.param("head -c 200000 /dev/zero", "wrote more than", id="endless output"),
        pytest.param("  ", "no command", id="nothing"),
    ],
)
async def test_failures(command: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shells, "LARGEST_OUTPUT", 100_000)

    with pytest.raises(NodeError) as bad:
        await run(local(), {"command": command})

    assert said in bad.value.message


async def test_commands_are_off_unless_allowed() -> None:
    with pytest.raises(UserError) as bad:
        await run(local(allowed=False), {"command": "true"})

    assert "MILLRACE_ALLOW_COMMANDS" in (bad.value.hint or "")


async def test_what_a_command_started_dies_with_it_when_it_is_given_up(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    task = asyncio.create_task(run(local(), {"command": f"sleep 60 & echo $! > {mark}; wait"}))
    while not mark.exists() or not mark.read_text().strip():  # noqa: ASYNC110
        await asyncio.sleep(0.01)

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    child = Path(f"/proc/{mark.read_text().strip()}/stat")
    async with asyncio.timeout(20):
        while lives(child):  # noqa: ASYNC110 nobody tells
            await asyncio.sleep(0.01)


def lives(stat: Path) -> bool:
    """Say whether a process runs; it may go while one looks."""
    try:
        return stat.read_text().split()[2] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def serve(process: asyncssh.SSHServerProcess[str]) -> None:
    """Run what is asked for in a real shell."""
    shell = await asyncio.create_subprocess_shell(
        process.command or "", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    stdout, stderr = await shell.communicate()
    process.stdout.write(stdout.decode())
    process.stderr.write(stderr.decode())
    process.exit(shell.returncode or 0)


class Keys(Passwords):
    """Lets in whoever has the key, too."""

    def __init__(self, key: asyncssh.SSHKey) -> None:
        self.key = key

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return key.public_data == self.key.public_data


@pytest.fixture
async def logins(tmp_path: Path) -> AsyncIterator[dict[str, Any]]:
    key = asyncssh.generate_private_key("ssh-ed25519")
    acceptor = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=lambda: Keys(key),
        server_host_keys=[key],
        process_factory=serve,
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(tmp_path).encode()),
    )
    there = {"host": "127.0.0.1", "port": acceptor.get_port(), "username": "ada"}
    locked = key.export_private_key("openssh", passphrase="deep").decode()
    yield {
        "sshPassword": {**there, "password": "secret"},
        "sshPrivateKey": {**there, "privateKey": locked, "passphrase": "deep"},
    }
    acceptor.close()
    await acceptor.wait_closed()


def remote(logins: dict[str, Any], *, allowed: bool = True) -> Harness:
    harness = Harness(ssh, credentials=FakeCredentials(logins))
    harness.outside.server = RealShells(allowed=allowed)  # type: ignore[assignment]
    return harness


@pytest.mark.parametrize("authentication", ["password", "privateKey"])
async def test_a_command_runs_elsewhere(logins: dict[str, Any], authentication: str, tmp_path: Path) -> None:
    params = {"authentication": authentication, "command": "pwd; echo no >&2; exit 3", "cwd": str(tmp_path)}

    [told] = await run(remote(logins), params)

    assert told == {"code": 3, "signal": None, "stdout": str(tmp_path), "stderr": "no"}


async def test_files_go_there_and_back(logins: dict[str, Any], tmp_path: Path) -> None:
    part = {"data": "aGVsbG8=", "mimeType": "text/plain", "fileName": "../a.txt"}
    upload = {"resource": "file", "operation": "upload", "path": "/new"}
    download = {"resource": "file", "operation": "download", "path": "/new/a.txt", "options": {"fileName": "b.txt"}}

    await remote(logins).run(upload, [[Item(json={}, binary={"data": part})]])
    [[made]] = outputs(await remote(logins).run(download))

    assert (tmp_path / "new" / "a.txt").read_bytes() == b"hello"
    assert made.binary is not None
    assert (made.binary["data"]["data"], made.binary["data"]["fileName"]) == ("aGVsbG8=", "b.txt")


@pytest.mark.parametrize(
    ("change", "allowed", "said"),
    [
        pytest.param({"password": "x"}, True, "refused the login", id="wrong password"),
        pytest.param({"port": 1}, True, "no ssh server", id="no server"),
        pytest.param({}, False, "switched off", id="not allowed"),
    ],
)
async def test_refusals(logins: dict[str, Any], change: dict[str, Any], allowed: bool, said: str) -> None:
    logins["sshPassword"] |= change

    with pytest.raises(MillraceError) as bad:
        await run(remote(logins, allowed=allowed), {"command": "true"})

    assert said in bad.value.message


async def test_a_key_that_is_none_is_an_error(logins: dict[str, Any]) -> None:
    logins["sshPrivateKey"]["privateKey"] = "nonsense"

    with pytest.raises(NodeError) as bad:
        await run(remote(logins), {"authentication": "privateKey", "command": "true"})

    assert "private key" in bad.value.message
