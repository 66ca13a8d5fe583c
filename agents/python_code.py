"""Python code: a user's Python, each run in an interpreter of its own under bubblewrap.

Flow: code node → **python code** → a waiting interpreter without network and files → what the code returned.
One interpreter always waits, so that a run does not begin with its start; none is used twice, so that nothing of one
execution is there for the next.
"""

import asyncio
import contextlib
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from nodes.expressions.scope import Scope
from schemas.errors import NodeError, OperationalError, UserError

BWRAP = "bwrap"
SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/localtime")
WALL_SECONDS = 30.0
GRACE_SECONDS = 1.0
MEMORY = 512 * 1024 * 1024
LIMITS = {"RLIMIT_AS": MEMORY, "RLIMIT_FSIZE": 0, "RLIMIT_NOFILE": 64, "RLIMIT_CORE": 0}
LARGEST_ANSWER = 64 * 1024 * 1024
BLOCK = 256 * 1024
_RUNNER = Path(__file__).with_name("python_runner.py")
_MISSING = "install bubblewrap on the host (Debian: apt install bubblewrap), or write the code in JavaScript"


class Row(msgspec.Struct):
    """What one run of the code gave, or what it raised and where."""

    value: Any = None
    error: str | None = None
    line: int | None = None


class Answer(Row):
    """The same, or one of each item."""

    rows: list[Row] | None = None


class PythonCode:
    """Runs Python under bubblewrap; ``seconds`` bounds a run, on the clock and in processor time."""

    def __init__(self, seconds: float = WALL_SECONDS, program: str | None = None) -> None:
        self._seconds = seconds
        self._program = program or shutil.which(BWRAP)
        self._waiting: asyncio.Task[asyncio.subprocess.Process] | None = None

    async def run(self, code: str, scope: Scope, *, per_item: bool) -> Any:
        """Run code once, or once per item: then a list of results, with a NodeError where one failed."""
        if self._program is None:
            raise UserError("python code cannot run here: bubblewrap is not installed", field="language", hint=_MISSING)
        limits = LIMITS | {"RLIMIT_CPU": int(self._seconds) + 1}
        request = {"code": code, "items": scope.placed, "each": per_item, "limits": limits}
        answer = await self._ask(msgspec.json.encode(request) + b"\n")
        if answer.rows is not None:
            return [row.value if row.error is None else _failure(row) for row in answer.rows]
        if answer.error is not None:
            raise _failure(answer)
        return answer.value

    async def close(self) -> None:
        """End the interpreter that waits."""
        if self._waiting is not None:
            await _end(await self._waiting)
            self._waiting = None

    async def _ask(self, request: bytes) -> Answer:
        clock = asyncio.get_running_loop().time
        process = await self._take()
        until = clock() + self._seconds
        text = await self._run(process, request)
        if text is None and clock() > until + GRACE_SECONDS:
            text = await self._run(await self._take(), request)  # told late: this process stood still, not the code
        if text is None:
            raise UserError(
                f"the code ran for more than {self._seconds:g} seconds and was stopped", hint="do less in one run"
            )
        if not text:
            raise UserError("the code ended its interpreter", hint="it hit a limit of time or memory")
        try:
            return msgspec.json.decode(bytes(text), type=Answer)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise UserError(
                "the code gave no readable result", hint="leave its interpreter's files as they are"
            ) from None

    async def _run(self, process: asyncio.subprocess.Process, request: bytes) -> bytearray | None:
        """Give what an interpreter wrote before it ended, None where it did not end in time."""
        try:
            async with asyncio.timeout(self._seconds):
                assert process.stdin is not None  # noqa: S101 it was made with one
                assert process.stdout is not None  # noqa: S101
                with contextlib.suppress(ConnectionError):
                    process.stdin.write(request)
                    await process.stdin.drain()
                text = bytearray()
                while block := await process.stdout.read(BLOCK):
                    text += block
                    if len(text) > LARGEST_ANSWER:
                        raise NodeError("the code returned more than 64 MB")
                return text
        except TimeoutError:
            return None
        finally:
            await _end(process)

    async def _take(self) -> asyncio.subprocess.Process:
        """Give the interpreter that waits, and have another one wait."""
        waiting = self._waiting or asyncio.create_task(self._start())
        self._waiting = None
        process = await waiting
        if process.returncode is not None:
            raise OperationalError("python code cannot run here: bubblewrap failed", hint=_MISSING)
        self._waiting = self._waiting or asyncio.create_task(self._start())
        return process

    async def _start(self) -> asyncio.subprocess.Process:
        assert self._program is not None  # noqa: S101 run() has looked
        return await asyncio.create_subprocess_exec(
            self._program,
            *_walls(),
            _interpreter(),
            "-I",
            "-S",
            "-c",
            _RUNNER.read_text(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},  # bubblewrap is the first process inside, and its environment could be read there
        )


def _walls() -> Sequence[str]:
    """Say what the interpreter sees: itself and the system's libraries, read only."""
    seen = dict.fromkeys((*SYSTEM, sys.base_prefix, str(Path(sys.base_prefix).resolve())))
    binds = [part for path in seen for part in ("--ro-bind-try", path, path)]
    return [
        "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv", *binds,
        "--proc", "/proc", "--dev", "/dev", "--chdir", "/", "--remount-ro", "/", "--",
    ]  # fmt: skip


def _interpreter() -> str:
    """Find the interpreter itself: an environment of its own is not seen inside."""
    return str(Path(sys.executable).resolve())


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    if process.stdin is not None:
        process.stdin.close()
    while process.stdout is not None and await process.stdout.read(BLOCK):
        pass
    await process.wait()


def _failure(row: Row) -> NodeError:
    line = row.line
    return NodeError(f"{row.error}{f' [line {line}]' if line else ''}", detail={"line": line} if line else None)
