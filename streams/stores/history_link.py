"""The link to the history's process: starts it, talks to it, starts it again when it dies.

Flow: History → **link** ↔ history process.
What was sent and not acknowledged is sent again to the next process; inserts are repeatable.
"""

import asyncio
import contextlib
import logging
import os
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from schemas.errors import OperationalError, UserError
from streams.stores.history_wire import (
    Answer,
    Ask,
    Close,
    Configure,
    Failed,
    Kind,
    Ready,
    Response,
    Write,
    Written,
    pack,
    read_response,
)
from streams.stores.protocol import Refused

logger = logging.getLogger(__name__)

BACKOFF_SECONDS = (0.05, 0.2, 1.0, 5.0)
DEATHS_MAX = 3
CLOSE_SECONDS = 10.0
_ROOT = Path(__file__).parents[2]
_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from streams.stores.history_process import main; "
_PROGRAM += "main(int(sys.argv[2]), int(sys.argv[3]))"


class _Deadly(Exception):
    """Processes died while they had a write."""


class _Writing:
    """A write under way; after so many processes died while they had it (``lives``), it is given up."""

    def __init__(self, message: Write, lives: int) -> None:
        self.message = message
        self.size = sum(map(len, message.records))
        self.lives = lives
        self.done: asyncio.Future[list[Refused]] = asyncio.get_running_loop().create_future()


class Link:
    """One process of the history, kept alive."""

    def __init__(self, settings: Configure, pending_bytes: int, program: str = _PROGRAM) -> None:
        self.problem: str | None = "history is starting"
        self._settings = settings
        self._program = program
        self._room = pending_bytes
        self._pending_bytes = pending_bytes
        self._freed = asyncio.Condition()
        self._numbers = 0
        self._writes: dict[int, _Writing] = {}
        self._asks: dict[int, asyncio.Future[bytes]] = {}
        self._ready = asyncio.Event()
        self._closing = False
        self._process: Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process, where one runs."""
        return self._process.pid if self._process is not None else None

    async def start(self) -> None:
        """Start the process; it warms up by itself."""
        self._task = asyncio.create_task(self._supervise(), name="history-link")

    async def close(self) -> None:
        """Wait a while for what is under way, then stop the process."""
        waiting = [writing.done for writing in self._writes.values()]
        if waiting and self._task is not None:
            await asyncio.wait(waiting, timeout=CLOSE_SECONDS)
        self._closing = True
        self._send(Close())
        if self._task is not None:
            if not self._ready.is_set():
                self._kill()
            done, _ = await asyncio.wait([self._task], timeout=CLOSE_SECONDS)
            if not done:
                self._kill()
                self._task.cancel()
                await asyncio.wait([self._task])
        self._fail_all("history is closed")

    async def write(self, kind: Kind, records: Sequence[bytes]) -> list[Refused]:
        """Insert records; wait for room, then for the acknowledgement.

        A record of which several processes died is refused; to find it, what shared a write with it is split.
        """
        try:
            return await self._write(kind, records, DEATHS_MAX)
        except _Deadly:
            return await self._split(kind, records)

    async def _split(self, kind: Kind, records: Sequence[bytes]) -> list[Refused]:
        if len(records) == 1:
            logger.error("record refused: the history process died of it", extra={"bytes": len(records[0])})
            return [Refused(0, f"the history process died {DEATHS_MAX} times while it inserted this")]
        middle = len(records) // 2
        refused: list[Refused] = []
        for start, part in ((0, records[:middle]), (middle, records[middle:])):
            try:
                found = await self._write(kind, part, DEATHS_MAX if len(part) == 1 else 1)
            except _Deadly:
                found = await self._split(kind, part)
            refused += [Refused(start + each.position, each.reason) for each in found]
        return refused

    async def _write(self, kind: Kind, records: Sequence[bytes], lives: int) -> list[Refused]:
        if self._closing:
            raise OperationalError("history is closed")
        self._numbers += 1
        writing = _Writing(Write(self._numbers, kind, list(records)), lives)
        async with self._freed:
            await self._freed.wait_for(lambda: self._room > 0)
            self._room -= writing.size
        self._writes[writing.message.id] = writing
        if self._ready.is_set():
            self._send(writing.message)
        try:
            return await writing.done
        finally:
            self._writes.pop(writing.message.id, None)
            async with self._freed:
                self._room = min(self._room + writing.size, self._pending_bytes)
                self._freed.notify_all()

    async def ask(self, sql: str, parameters: dict[str, Any], max_rows: int, guarded: bool, seconds: float) -> bytes:
        """Run a query; raise UserError where it is at fault, OperationalError where no answer came."""
        try:
            async with asyncio.timeout(seconds):
                await self._ready.wait()
                self._numbers += 1
                number = self._numbers
                answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
                self._asks[number] = answer
                try:
                    self._send(Ask(number, sql, parameters, max_rows, guarded))
                    return await answer
                finally:
                    self._asks.pop(number, None)
        except TimeoutError:
            raise OperationalError(self.problem or "history did not answer in time") from None

    def _send(self, message: Configure | Write | Ask | Close) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(pack(message))

    # Supervision

    async def _supervise(self) -> None:
        failures = 0
        while not self._closing:
            served = await self._serve()
            failures = 0 if served else failures + 1
            if not self._closing:
                await asyncio.sleep(BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)])

    async def _serve(self) -> bool:
        """Run one process to its end; say whether it ever was ready."""
        ours, theirs = socket.socketpair()
        served = False
        try:
            reader, self._writer = await asyncio.open_unix_connection(sock=ours)
            try:
                self._process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-c", self._program, str(_ROOT), str(theirs.fileno()), str(os.getpid())),
                    pass_fds=(theirs.fileno(),),
                    stdin=DEVNULL,
                    stdout=DEVNULL,
                )
            finally:
                theirs.close()
            self._send(self._settings)
            while True:
                message = await read_response(reader)
                served = served or isinstance(message, Ready)
                self._receive(message)
        except (asyncio.IncompleteReadError, OSError, msgspec.MsgspecError) as gone:
            if not self._closing:
                logger.warning("history process ended", extra={"ready": served, "reason": str(gone)})
        finally:
            await self._part(served)
        return served

    async def _part(self, served: bool) -> None:
        self._ready.clear()
        if served or self.problem is None:
            self.problem = "history is starting again"
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self._process is not None:
            if not self._closing:
                self._kill()
            await self._process.wait()
            self._process = None
        for answer in self._asks.values():
            if not answer.done():
                answer.set_exception(OperationalError("history was started again during the query"))
        for writing in self._writes.values():
            writing.lives -= served and not self._closing
            if writing.lives <= 0 and not writing.done.done():
                writing.done.set_exception(_Deadly())

    def _receive(self, message: Response) -> None:
        match message:
            case Ready():
                self.problem = None
                self._ready.set()
                for writing in self._writes.values():
                    self._send(writing.message)
            case Answer():
                if (answer := self._asks.get(message.id)) and not answer.done():
                    answer.set_result(message.body)
            case Written():
                if (written := self._writes.get(message.id)) and not written.done.done():
                    written.done.set_result([Refused(*refused) for refused in message.refused])
            case Failed():
                self._failed(message)

    def _failed(self, message: Failed) -> None:
        kind = UserError if message.user else OperationalError
        error = kind(message.message, hint=message.hint)
        if message.id < 0:
            if self.problem != message.message:
                logger.error("history cannot start", extra={"reason": message.message, "hint": message.hint})
            self.problem = message.message
            return
        writing = self._writes.get(message.id)
        future: asyncio.Future[Any] | None = writing.done if writing is not None else self._asks.get(message.id)
        if future is not None and not future.done():
            future.set_exception(error)

    def _fail_all(self, reason: str) -> None:
        waiting: list[asyncio.Future[Any]] = [writing.done for writing in self._writes.values()]
        for future in [*waiting, *self._asks.values()]:
            if not future.done():
                future.set_exception(OperationalError(reason))

    def _kill(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
