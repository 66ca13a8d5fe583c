"""The history's own process: decodes events, inserts them in batches, answers queries.

Flow: history (parent) ↔ socket ↔ **history process** → engine (ClickHouse).
It lives outside the hot loop because inserts and queries take tens of milliseconds, and because an embedded
ClickHouse has one owner. It dies with its parent; what was not acknowledged is sent again.
"""

import contextlib
import ctypes
import logging
import os
import queue
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

from schemas.errors import MillraceError, UserError
from schemas.events import Event, EventFrame
from schemas.task import DeadLetter
from streams.codecs import Undecodable, decode
from streams.stores.engine_memory import drop_code
from streams.stores.history_engine import Engine
from streams.stores.history_rows import Keep, Rows, event_rows, letter_rows
from streams.stores.history_wire import Answer, Ask, Close, Configure, Failed, Ready, Write, Written, pack, read_request

logger = logging.getLogger(__name__)

IDLE_SECONDS = 5.0
FORGET_SECONDS = 60.0
BATCH_BYTES = 16 << 20
_PR_SET_PDEATHSIG = 1

# ClickHouse's codes for a world that may get better: memory, disk, too many parts, network, timeouts.
_PASSING = frozenset({159, 202, 209, 210, 241, 242, 243, 252, 319, 425, 439, 999})

_GREEDY = frozenset({159, 241, 307, 396})
"""Time, memory, rows or bytes: of a person's query, the query's fault."""


class Child:
    """One thread reads the socket and hands on to three: writes, our queries, people's queries."""

    def __init__(self, connection: socket.socket, settings: Configure) -> None:
        self._connection = connection
        self._sending = threading.Lock()
        self._keep = Keep(settings.keep)
        self._engine = Engine(settings)
        self._writes: queue.SimpleQueue[Write | None] = queue.SimpleQueue()
        self._reads: queue.SimpleQueue[Ask | None] = queue.SimpleQueue()
        self._guarded: queue.SimpleQueue[Ask | None] = queue.SimpleQueue()
        self._used = threading.Event()
        self._used.set()

    def run(self) -> None:
        """Serve until told to stop; end at once where the parent is gone."""
        work: tuple[tuple[Callable[[], None], str], ...] = (
            (self._write_all, "history-write"),
            (lambda: self._answer_all(self._reads), "history-read"),
            (lambda: self._answer_all(self._guarded), "history-sql"),
        )
        threads = [threading.Thread(target=target, name=name, daemon=True) for target, name in work]
        for thread in threads:
            thread.start()
        self._send(Ready(self._engine.version))
        while not isinstance(request := read_request(self._connection), Close):
            match request:
                case Write():
                    self._writes.put(request)
                case Ask():
                    (self._guarded if request.guarded else self._reads).put(request)
                case _:
                    os._exit(0)
        for requests, thread in ((self._writes, threads[0]), (self._reads, threads[1])):
            requests.put(None)
            thread.join()
        self._engine.close()

    def _send(self, message: Ready | Written | Answer | Failed) -> None:
        data = pack(message)
        with self._sending:
            try:
                self._connection.sendall(data)
            except OSError:
                os._exit(0)  # nobody listens any more

    # Writes

    def _write_all(self) -> None:
        while True:
            try:
                first = self._writes.get(timeout=self._patience())
            except queue.Empty:
                self._rest()
                continue
            if first is None:
                self._forget()
                return
            self._used.set()
            if batch := self._gather(first):
                self._insert(batch)

    def _patience(self) -> float | None:
        if self._used.is_set():
            return IDLE_SECONDS
        return FORGET_SECONDS if self._keep.stale else None

    def _gather(self, first: Write) -> list[Write]:
        batch, size = [first], sum(map(len, first.records))
        while size < BATCH_BYTES:
            try:
                request = self._writes.get_nowait()
            except queue.Empty:
                break
            if request is None:
                self._writes.put(None)
                break
            batch.append(request)
            size += sum(map(len, request.records))
        return [request for request in batch if request.id >= 0]

    def _insert(self, batch: list[Write]) -> None:
        decoded = [_decoded(request) for request in batch]
        try:
            self._store([entry for values, _ in decoded for _, entry in values])
        except Exception as bad:
            if _passing(bad):
                logger.warning("history insert failed, will be tried again", exc_info=bad)
                for request in batch:
                    self._send(Failed(request.id, _trimmed(bad)))
                return
            for values, refused in decoded:
                refused += self._singly(values)
        for request, (_, refused) in zip(batch, decoded, strict=True):
            self._send(Written(request.id, sorted(refused)))

    def _singly(self, values: Sequence[tuple[int, EventFrame | DeadLetter]]) -> list[tuple[int, str]]:
        """Insert one record at a time, because the batch was refused: only what is at fault stays out."""
        refused = []
        for index, value in values:
            try:
                self._store([value])
            except Exception as bad:
                refused.append((index, _trimmed(bad)))
        return refused

    def _store(self, values: Sequence[EventFrame | DeadLetter]) -> None:
        events: list[Event] = [event for value in values if isinstance(value, EventFrame) for event in value.events]
        letters = [value for value in values if isinstance(value, DeadLetter)]
        rows: Rows = event_rows(self._keep.select(events)) if events else {}
        self._engine.insert(rows | (letter_rows(letters) if letters else {}))
        if len(self._keep.stale) >= 10_000:
            self._forget()

    def _forget(self) -> None:
        stale = list(self._keep.stale)
        if not stale:
            return
        try:
            self._engine.forget(stale)
        except Exception:
            logger.warning("history could not delete executions that ended well", exc_info=True)
            return
        self._keep.stale.difference_update(stale)

    def _rest(self) -> None:
        self._forget()
        self._used.clear()
        with contextlib.suppress(Exception):
            self._engine.purge()
        if self._engine.embedded:
            drop_code("_chdb.abi3.so")

    # Queries

    def _answer_all(self, requests: "queue.SimpleQueue[Ask | None]") -> None:
        while (request := requests.get()) is not None:
            try:
                body = self._answer(request)
            except Exception as bad:
                self._send(_failure(request.id, bad, guarded=request.guarded))
            else:
                self._send(Answer(request.id, body))
            if not self._used.is_set():
                self._used.set()
                self._writes.put(Write(-1, "events", []))  # wakes the writer, so that it rests again later

    def _answer(self, request: Ask) -> bytes:
        if request.guarded:
            return self._engine.read_guarded(request.sql, request.parameters, request.max_rows)
        return self._engine.read(request.sql, request.parameters)


def main(descriptor: int, parent: int) -> None:
    """Serve the parent at the other end of a socket until it is gone."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)
    for number in (signal.SIGINT, signal.SIGTERM):  # the terminal sends them to us too: the parent says when to stop
        signal.signal(number, signal.SIG_IGN)
    connection = socket.socket(fileno=descriptor)
    settings = read_request(connection)
    if not isinstance(settings, Configure):
        os._exit(0)
    try:
        child = Child(connection, settings)
    except Exception as bad:
        connection.sendall(pack(_failure(-1, bad)))
        os._exit(1)
    child.run()
    os._exit(0)  # the engine's own threads are not waited for


def _decoded(request: Write) -> tuple[list[tuple[int, Any]], list[tuple[int, str]]]:
    type_: Any = EventFrame if request.kind == "events" else DeadLetter
    values: list[tuple[int, Any]] = []
    refused: list[tuple[int, str]] = []
    for index, record in enumerate(request.records):
        try:
            values.append((index, decode(record, type_)))
        except Undecodable as bad:
            refused.append((index, bad.message))
    return values, refused


def _failure(id_: int, bad: Exception, *, guarded: bool = False) -> Failed:
    if isinstance(bad, MillraceError):
        return Failed(id_, bad.message, bad.hint, isinstance(bad, UserError))
    greedy = guarded and getattr(bad, "code", None) in _GREEDY
    hint = "ask for less: a shorter time, fewer columns, a LIMIT" if greedy else None
    return Failed(id_, _trimmed(bad), hint, user=greedy or (guarded and not _passing(bad)))


def _passing(bad: Exception) -> bool:
    code = getattr(bad, "code", None)
    return isinstance(bad, OSError) or code in _PASSING


def _trimmed(bad: Exception) -> str:
    """Give ClickHouse's message without its code, version, place and stack."""
    text = str(bad).split("DB::Exception:")[-1].strip()
    text = text.split("\n")[0].split(": While ")[0].split(". Stack trace")[0]
    head, _, tail = text.rpartition(" (")
    while head and tail.rstrip(". ").endswith(")") and (tail.isupper() or tail.startswith("version") or "_" in tail):
        text = head.rstrip(".")
        head, _, tail = text.rpartition(" (")
    return text[:500] or type(bad).__name__


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
