"""Ledgers: the world outside, as far as tests need one: it counts what reaches it.

Flow: HTTP nodes of a real Millrace → **ledger** → tests.
"""

import http.server
import json
from contextlib import AbstractContextManager
from typing import Any

from ops.chaos.ledger import serving


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


def listening() -> AbstractContextManager[Ledger]:
    """Have a ledger that serves."""
    return serving(Ledger())
