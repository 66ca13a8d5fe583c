"""Ledgers: the world outside, as far as tests need one: it counts what reaches it.

Flow: HTTP nodes of a real Millrace → **ledger** → tests.
"""

import contextlib
import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any


class Ledger(http.server.ThreadingHTTPServer):
    """Keeps the body of each request; answers with its number, and with a failure while it is ``broken``."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[Any] = []
        self.broken = False

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}/"


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        ledger: Ledger = self.server  # type: ignore[assignment]
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        ledger.requests.append(json.loads(body or b"null"))
        answer = json.dumps({"number": len(ledger.requests)}).encode()
        self.send_response(500 if ledger.broken else 200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def listening() -> Iterator[Ledger]:
    """Have a ledger that serves."""
    with Ledger() as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield server
        finally:
            server.shutdown()
            serving.join()
