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
from collections.abc import Callable, Iterator

from ops.chaos.flows import ANSWERS, EVENTS, QUEUE, QUEUED, SLEEPS
from ops.client import Client
from schemas.errors import MillraceError

TIMEOUT_SECONDS = 10.0
RETRY_SECONDS = 0.05
CHORE_SECONDS = 0.4
CALLERS = 6
BURST = 60
BURST_SECONDS = 3.0


class Load:
    """Sends ``rate`` events a second, and does the chores of a busy installation beside them."""

    def __init__(self, address: str, client: Client, rate: float, effects: Callable[[str, int], int]) -> None:
        self._address = address
        self._client = client
        self._rate = rate
        self._effects = effects
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._given_up = threading.Event()
        self._events = 0
        self.accepted: dict[int, str] = {}
        self.queued = 0
        self.cancelled: set[str] = set()
        self.strange: list[str] = []

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
            execution = self.insist(EVENTS, event)
            if execution is not None:
                self.accepted[event] = execution

    def bursts(self) -> None:
        """Send many at once to where one is done at a time; the next burst comes when this one is through."""
        while not self._stopping.wait(BURST_SECONDS):
            first = self.queued
            for event in range(first, first + BURST):
                if self.insist(QUEUE, event) is not None:
                    self.queued = event + 1
            while not all(self._effects(QUEUED, event) for event in range(first, self.queued)):
                if self._stopping.wait(RETRY_SECONDS):
                    break

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

    def insist(self, path: str, event: int, **more: object) -> str | None:
        """Send an event until it is accepted; give its execution, None where all was given up."""
        while not self._given_up.is_set():
            execution = self._post(path, {"event": event, **more}, f"{path}-{event}")
            if execution is not None:
                return execution
            time.sleep(RETRY_SECONDS)
        return None

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
def load(address: str, client: Client, rate: float, effects: Callable[[str, int], int]) -> Iterator[Load]:
    """Have load for a while; when this ends well, every event that was begun is accepted."""
    made = Load(address, client, rate, effects)
    threads = [
        threading.Thread(target=work, daemon=True) for work in (*[made.send] * CALLERS, made.bursts, made.chores)
    ]
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
