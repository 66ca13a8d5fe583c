"""Callers: load whose accepted requests are remembered by the executions that they started.

Flow: tests that kill → **callers** → webhook; → ids to count.
"""

import contextlib
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ops.bench.workflows import BODY, chain

CALLERS = 8


class Load:
    """Keeps calling until it is told to stop; remembers the execution of each answer."""

    def __init__(self, url: str, pause_seconds: float = 0.0) -> None:
        self._url = url
        self._pause_seconds = pause_seconds
        self._stop = threading.Event()
        self.accepted: list[str] = []

    def call_until_stopped(self) -> None:
        """Call, one request after the other; one that fails was not accepted, and the next comes a little later."""
        while not self._stop.is_set():
            request = urllib.request.Request(self._url, json.dumps(BODY).encode(), {"content-type": "application/json"})
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    answer.read()
                    self.accepted.append(answer.headers["Millrace-Execution"])
                self._stop.wait(self._pause_seconds)
            except (OSError, urllib.error.URLError):
                self._stop.wait(0.02)

    def stop(self) -> None:
        """Let every caller end after the answer that it waits for."""
        self._stop.set()


@contextlib.contextmanager
def load(url: str, callers: int = CALLERS, pause_seconds: float = 0.0) -> Iterator[Load]:
    """Have load for a while; when this ends every request has been answered or has failed."""
    made = Load(url, pause_seconds)
    with ThreadPoolExecutor(callers) as pool:
        for _ in range(callers):
            pool.submit(made.call_until_stopped)
        try:
            yield made
        finally:
            made.stop()


def immediate(path: str) -> dict[str, Any]:
    """Make a workflow that accepts at once and ends later, through an edge that leaves its call."""
    parameters = {"httpMethod": "POST", "path": path, "responseMode": "onReceived", "options": {}}
    return chain(
        "accepted",
        [
            ("Webhook", "webhook", 2, parameters),
            ("Double", "code", 2, {"jsCode": "return [{json: {n: $input.first().json.body.qty * 2}}]"}),
            ("Say", "set", 3.4, {"assignments": {"assignments": []}, "includeOtherFields": True, "options": {}}),
        ],
    )
