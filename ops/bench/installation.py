"""A Millrace to measure: its own processes, ports and data folders.

Flow: bench, tests of the whole → **installation** → `millrace up`, or a gateway and workers.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from ops.client import Client
from schemas.errors import MillraceError, OperationalError

TOKEN = "a-token-for-measuring"  # noqa: S105 a throwaway installation's


class Member:
    """One process on a free port with a data folder of its own; used as a context manager."""

    def __init__(self, verb: str, data: Path, **settings: str) -> None:
        self.verb = verb
        self.data = data
        self.port = free_port()
        # as installed packages are: compiled once, not at every start
        other = ("MILLRACE_", "PYTHONDONTWRITEBYTECODE")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(other)}
        port = "MILLRACE_HEALTH_PORT" if verb == "worker" else "MILLRACE_PORT"
        self.environment = kept | {port: str(self.port), "MILLRACE_DATA": str(self.data)} | settings
        self.process: subprocess.Popen[bytes] | None = None
        self.ready_seconds = 0.0
        self.output = data.with_name(data.name + ".log")

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process at the root of its tree."""
        assert self.process is not None  # noqa: S101 narrows
        return self.process.pid

    def __enter__(self) -> Self:
        """Start it and wait until it is ready."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.stop()

    def start(self, wait_seconds: float = 60.0) -> None:
        """Start it and wait until it is ready; raise OperationalError with its last words where it is not.

        A gateway need not wait for workers: it has started when it answers.
        """
        page = "/health" if self.verb == "gateway" else "/ready"
        began = time.perf_counter()
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ops", self.verb], env=self.environment, stdout=output, stderr=subprocess.STDOUT
            )
        while time.perf_counter() - began < wait_seconds:
            if self.process.poll() is not None:
                break
            if self.answers(page):
                self.ready_seconds = time.perf_counter() - began
                return
            time.sleep(0.02)
        said = self.output.read_text(errors="replace")[-2000:]
        self.stop()
        raise OperationalError(f"millrace {self.verb} did not become ready: {said}")

    def stop(self, how: int = signal.SIGTERM, wait_seconds: float = 30.0) -> int | None:
        """Send a signal, wait for the end (a kill after a while) and give the status."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(wait_seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def answers(self, page: str) -> bool:
        """Say whether a page says that all is well."""
        try:
            with urllib.request.urlopen(f"{self.address}{page}", timeout=10) as answer:
                return bool(answer.status == 200)
        except (OSError, MillraceError):
            return False


class Installation(Member):
    """A process with a door: all of Millrace, or a gateway."""

    def __init__(self, data: Path, *, verb: str = "up", **settings: str) -> None:
        super().__init__(verb, data, **{"MILLRACE_TOKEN": TOKEN, **settings})

    @property
    def client(self) -> Client:
        """Its API."""
        return Client(self.address, TOKEN)

    def add(self, workflow: Mapping[str, Any], *, activate: bool = True) -> str:
        """Make a workflow through the API; give its id."""
        made = self.client.call("POST", "/api/v1/workflows", dict(workflow))
        name = str(made["id"])
        if activate:
            self.client.call("POST", f"/api/v1/workflows/{name}/activate")
        return name

    def count(self, workflow: str) -> dict[str, int]:
        """Count a workflow's executions in the history, by status."""
        answer = self.client.call(
            "POST",
            "/api/v1/sql",
            {"query": f"SELECT status, count() FROM executions FINAL WHERE workflow = '{workflow}' GROUP BY status"},  # noqa: S608
        )
        return {str(status): int(count) for status, count in answer["rows"]}

    def settled(self, workflow: str, wanted: int, wait_seconds: float = 30.0) -> dict[str, int]:
        """Wait until the history has so many executions of a workflow, or the time is up; give the count by status."""
        until = time.monotonic() + wait_seconds
        while True:
            found = self.count(workflow)
            if sum(found.values()) >= wanted or time.monotonic() > until:
                return found
            time.sleep(0.2)


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def call(url: str, body: Any, *, timeout_seconds: float = 30.0, **headers: str) -> Any:
    """POST JSON to a webhook, give the answer's document."""
    head = {"content-type": "application/json", **{key.replace("_", "-"): value for key, value in headers.items()}}
    request = urllib.request.Request(url, json.dumps(body).encode(), head)
    with urllib.request.urlopen(request, timeout=timeout_seconds) as answer:
        return json.loads(answer.read() or b"null")
