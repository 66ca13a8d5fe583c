"""Load: numbered events, each sent again with the same key until its acceptance is heard.

Flow: **load** → webhook of the installation under chaos; → what was accepted, for the verdict.
"""

import contextlib
import http.client
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

from ops.chaos.flows import ANSWERS, EVENTS, SLEEPS
from ops.client import Client
from schemas.errors import MillraceError

TIMEOUT_SECONDS = 10.0
RETRY_SECONDS = 0.05
CHORE_SECONDS = 0.4
CALLERS = 6


class Load:
    """Sends ``rate`` events a second, and does the chores of a busy installation beside them."""

    def __init__(self, address: str, client: Client, rate: float) -> None:
        self._address = address
        self._client = client
        self._rate = rate
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._given_up = threading.Event()
        self._events = 0
        self.accepted: dict[int, str] = {}
        self.cancelled: set[str] = set()
        self.strange: list[str] = []

    @property
    def begun(self) -> int:
        """Count the events that were begun; their numbers are below this."""
        return self._events

    def stop(self) -> None:
        """Begin no further event; those that are begun go on until they are accepted."""
        self._stopping.set()

    def give_up(self) -> None:
        """Send nothing more at all."""
        self._stopping.set()
        self._given_up.set()

    def send(self) -> None:
        """Send events, one after the other, in the time of one caller."""
        while not self._stopping.wait(CALLERS / self._rate):
            with self._lock:
                event, self._events = self._events, self._events + 1
            while not self._given_up.is_set():
                execution = self._post(EVENTS, {"event": event}, f"event-{event}")
                if execution is not None:
                    self.accepted[event] = execution
                    break
                time.sleep(RETRY_SECONDS)

    def chores(self) -> None:
        """Ask for answers, change the catalog, and cancel what sleeps, as well as that goes."""
        at = 0
        while not self._stopping.wait(CHORE_SECONDS):
            at += 1
            with contextlib.suppress(MillraceError, OSError, http.client.HTTPException):
                self._post(ANSWERS, {"name": "x", "qty": 7, "price": 19.5})
                made = self._client.call("POST", "/api/v1/variables", {"key": f"chore_{at}", "value": str(at)})
                self._client.call("DELETE", f"/api/v1/variables/{made['id']}")
                sleeping = self._post(SLEEPS, {})
                if sleeping is not None:
                    self._client.call("POST", f"/api/v1/executions/{sleeping}/stop")
                    self.cancelled.add(sleeping)

    def _post(self, path: str, body: object, key: str | None = None) -> str | None:
        """Call a webhook; give the execution where it was accepted."""
        headers = {"content-type": "application/json"} | ({"idempotency-key": key} if key else {})
        request = urllib.request.Request(f"{self._address}/w/{path}", json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
                answer.read()
                return str(answer.headers["Millrace-Execution"])
        except urllib.error.HTTPError as bad:
            with bad:
                if bad.code not in (429, 503):
                    self.strange.append(f"{path}: {bad.code} {bad.read()[:200]!r}")
        except (OSError, http.client.HTTPException):
            pass
        return None


@contextlib.contextmanager
def load(address: str, client: Client, rate: float) -> Iterator[Load]:
    """Have load for a while; when this ends well, every event that was begun is accepted."""
    made = Load(address, client, rate)
    threads = [threading.Thread(target=work, daemon=True) for work in (*[made.send] * CALLERS, made.chores)]
    for thread in threads:
        thread.start()
    try:
        yield made
    except BaseException:
        made.give_up()
        raise
    finally:
        made.stop()
        for thread in threads:
            thread.join()
