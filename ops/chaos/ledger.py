"""Ledger: the world outside, which writes down every effect that reaches it.

Flow: HTTP nodes of a Millrace under chaos → **ledger** → verdict.
A step whose requests carry an `Idempotency-Key` is honoured: the same key again is answered and counts no effect.
"""

import contextlib
import http.server
import json
import random
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager
from itertools import pairwise
from typing import TypeVar

S = TypeVar("S", bound=http.server.HTTPServer)
SLOW_SECONDS = 0.03
CALLED = tuple[str, int]
"""A step of the workflow, and the number of the event that it was for."""


class Ledger(http.server.ThreadingHTTPServer):
    """Counts effects by step and event; takes a little while to answer, so that a caller may die meanwhile."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, chance: random.Random) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self._chance = chance
        self._lock = threading.Lock()
        self._keys: defaultdict[CALLED, set[str]] = defaultdict(set)
        self._plain: defaultdict[CALLED, int] = defaultdict(int)
        self.repeats = 0
        self.moments: list[float] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def write(self, step: str, event: int, key: str | None) -> float:
        """Write an effect down; give how long to wait with the answer."""
        with self._lock:
            self.moments.append(time.monotonic())
            if key is None:
                self._plain[step, event] += 1
            elif key in self._keys[step, event]:
                self.repeats += 1
            else:
                self._keys[step, event].add(key)
            return self._chance.random() * SLOW_SECONDS

    def effects(self, step: str, event: int) -> int:
        """Count the effects of a step for an event."""
        with self._lock:
            called = step, event
            return len(self._keys.get(called, ())) + self._plain.get(called, 0)

    def called(self) -> set[CALLED]:
        """Give all that was called."""
        with self._lock:
            return {*self._keys, *self._plain}

    def silence(self, began: float, ended: float) -> float:
        """Give the longest time without any effect between two moments."""
        with self._lock:
            moments = [began, *(at for at in self.moments if began < at < ended), ended]
        return max(second - first for first, second in pairwise(moments))


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        ledger: Ledger = self.server  # type: ignore[assignment]
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
        time.sleep(ledger.write(self.path.strip("/"), int(body["event"]), self.headers.get("idempotency-key")))
        answer = json.dumps({"event": body["event"]}).encode()
        with contextlib.suppress(OSError):  # whoever asked may be dead
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            super().handle()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def listening(chance: random.Random) -> AbstractContextManager[Ledger]:
    """Have a ledger that serves."""
    return serving(Ledger(chance))


@contextlib.contextmanager
def serving(server: S) -> Iterator[S]:
    """Let a server serve, beside what its user does, until that is done."""
    with server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
