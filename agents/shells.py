"""Shells: commands on this host and on others, only where the operator allows them.

Flow: executeCommand, ssh → **shells** → a process here, or a host's SSH server.
"""

import asyncio
import contextlib
import os
import shlex
import signal
from collections.abc import AsyncIterator

import asyncssh

from agents.file_servers import sftp_files
from agents.ssh_connections import connected, text
from nodes.sdk.outside import CommandResult, Login, RemoteFiles
from schemas.errors import NodeError, OperationalError, UserError

LARGEST_OUTPUT = 16 * 1024 * 1024
CONNECT_SECONDS = 20.0
CLOSE_SECONDS = 2.0
BLOCK = 64 * 1024


class LocalCommands:
    """Runs commands in a shell of this host's user; ``environment`` is what they see of the process's own."""

    def __init__(self, *, allowed: bool, environment: dict[str, str]) -> None:
        self._allowed = allowed
        self._environment = environment

    async def run(self, command: str) -> CommandResult:
        """Run a command; what it started is killed with it where it is given up."""
        if not self._allowed:
            raise UserError("commands are switched off", hint="the operator allows them by MILLRACE_ALLOW_COMMANDS")
        if "\0" in command:
            raise NodeError("a command has no NUL in it", field="command")
        process = await asyncio.create_subprocess_shell(
            command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._environment,
            start_new_session=True,
        )
        reading = [asyncio.create_task(_bounded(stream)) for stream in (process.stdout, process.stderr)]
        try:
            stdout, stderr = await asyncio.gather(*reading)
            code = await process.wait()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await asyncio.wait([*reading, asyncio.create_task(process.wait())], timeout=CLOSE_SECONDS)
        return CommandResult(code, stdout, stderr)


class RealShells:
    """Runs commands on other hosts over SSH."""

    def __init__(self, *, allowed: bool) -> None:
        self._allowed = allowed

    async def run(self, login: Login, command: str, cwd: str) -> CommandResult:
        """Run a command in a folder."""
        self._check()
        async with connected(login, CONNECT_SECONDS) as connection:
            try:
                async with connection.create_process(f"cd {shlex.quote(cwd)} && {command}", encoding=None) as process:
                    stdout, stderr = await asyncio.gather(_bounded(process.stdout), _bounded(process.stderr))
                    ended = await process.wait()
            except (asyncssh.Error, OSError) as bad:
                raise OperationalError(f"the SSH server broke off: {bad}".lower()) from None
        code = ended.exit_status
        return CommandResult(-1 if code is None else code, text(stdout), text(stderr))

    @contextlib.asynccontextmanager
    async def files(self, login: Login) -> AsyncIterator[RemoteFiles]:
        """Be connected to the files of a host."""
        self._check()
        async with connected(login, CONNECT_SECONDS) as connection, sftp_files(connection) as files:
            yield files

    def _check(self) -> None:
        if not self._allowed:
            raise UserError("SSH is switched off", hint="the operator allows it by MILLRACE_ALLOW_SSH")


async def _bounded(stream: "asyncio.StreamReader | asyncssh.SSHReader[bytes] | None") -> str:
    data = bytearray()
    while stream is not None and (block := await stream.read(BLOCK)):
        data += block
        if len(data) > LARGEST_OUTPUT:
            raise NodeError(f"the command wrote more than {LARGEST_OUTPUT // 1024 // 1024} MB")
    return data.decode(errors="replace")
