"""Secrets stay secret: planted ones are looked for in everything that a running Millrace writes and says.

Flow: credentials → workflows that fail and tell → log, history, files, API ← **here**.
"""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from nodes.sdk import discover
from ops.bench.installation import Installation, call
from ops.bench.workflows import chain
from streams.codecs import decode
from streams.settings import StreamSettings
from streams.topics import all_topics
from streams.transports.opening import open_log

pytestmark = [pytest.mark.process, pytest.mark.timeout(120)]

PASSWORD, KEY, QUERY = "planted-pass/w0rd", "planted-header-k3y", "planted-query k3y"
PLANTED = [PASSWORD, KEY, QUERY, "planted-query%20k3y", "YWRhOnBsYW50ZWQtcGFzcy93MHJk", "planted"]
CREDENTIALS = [
    {"name": "Basic", "type": "httpBasicAuth", "data": {"user": "ada", "password": PASSWORD}},
    {"name": "Header", "type": "httpHeaderAuth", "data": {"name": "x-key", "value": KEY}},
    {"name": "Query", "type": "httpQueryAuth", "data": {"name": "key", "value": QUERY}},
]


class Gossip(BaseHTTPRequestHandler):
    """Refuses everybody, and tells in its refusal everything that it was sent."""

    came: list[str] = []

    def do_GET(self) -> None:
        told = json.dumps({"message": f"refused {self.path}", "headers": dict(self.headers)}).encode()
        Gossip.came.append(told.decode())
        self.send_response(400)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def gossip() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gossip)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def asking(path: str, url: str, credential: dict[str, Any], on_error: str, **more: Any) -> dict[str, Any]:
    """Draw a workflow that asks with a credential; it is named by its name only, as after an import."""
    kind = credential["type"]
    ask = {"url": url, "authentication": "genericCredentialType", "genericAuthType": kind, "options": {}, **more}
    hook = {"httpMethod": "POST", "path": path, "responseMode": "lastNode", "options": {}}
    drawn = chain(path, [("Webhook", "webhook", 2, hook), ("Ask", "httpRequest", 4.2, ask), ("Next", "noOp", 1, {})])
    drawn["nodes"][1] |= {"onError": on_error, "credentials": {kind: {"id": "elsewhere", "name": credential["name"]}}}
    return drawn


async def test_what_was_entered_is_found_nowhere(install, gossip: str) -> None:
    millrace: Installation = install(MILLRACE_HTTP_ALLOW="127.0.0.1", MILLRACE_LOG_LEVEL="debug")
    millrace.start()
    said: list[Any] = [millrace.client.call("POST", "/api/v1/credentials", each) for each in CREDENTIALS]
    flows = []
    for credential in CREDENTIALS:
        for on_error in ("stopWorkflow", "continueRegularOutput", "continueErrorOutput"):
            path = f"{credential['name']}-{on_error}".lower()
            flows.append(millrace.add(asking(path, gossip, credential, on_error)))
            said.append(answer(f"{millrace.address}/w/{path}"))
    # Nobody answers there: the address itself, with the secret in it, is told.
    flows.append(millrace.add(asking("silent", "http://127.0.0.1:1/", CREDENTIALS[2], "stopWorkflow")))
    said.append(answer(f"{millrace.address}/w/silent"))

    said += list(told(millrace, flows))
    millrace.stop()

    sent = "".join(Gossip.came)
    assert all(text in sent for text in (KEY, "planted-query%20k3y", "YWRhOnBsYW50ZWQtcGFzcy93MHJk")), "they were used"
    assert "[secret]" in json.dumps(said)
    assert found_in(json.dumps(said, ensure_ascii=False).encode()) == []
    assert found_in(millrace.output.read_bytes()) == []
    files = [path for path in millrace.data.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert [str(path) for path in files if found_in(path.read_bytes())] == []
    records = await everything(millrace.data)  # compressed in the file: they are unpacked before they are searched
    assert any(b"[secret]" in record for record in records)
    assert [found for record in records if (found := found_in(record))] == []


def answer(url: str) -> Any:
    """Call a webhook; an answer that is a failure is an answer."""
    try:
        return call(url, {"n": 1})
    except OSError as bad:
        return bad.read().decode() if hasattr(bad, "read") else str(bad)


def told(millrace: Installation, flows: list[str]) -> Iterator[Any]:
    """Give everything that the API says of credentials, workflows and executions."""
    client = millrace.client
    until = time.monotonic() + 30
    while len(list(client.pages("/api/v1/executions", 100))) < len(flows) and time.monotonic() < until:
        time.sleep(0.2)
    yield [client.get(f"/api/v1/credentials/{each['id']}") for each in client.get("/api/v1/credentials")["data"]]
    yield [client.get(f"/api/v1/workflows/{each}") for each in flows]
    for row in client.pages("/api/v1/executions", 100):
        yield client.get(f"/api/v1/executions/{row['id']}")
    for table in ("executions", "node_runs"):
        yield client.call("POST", "/api/v1/sql", {"query": f"SELECT * FROM {table}"})


async def everything(data: Path) -> list[bytes]:
    """Unpack every record of every topic that is left in a data folder."""
    topics = all_topics(each.name for each in discover())
    log = open_log(StreamSettings(broker=f"sqlite:///{data / 'log.sqlite'}", partitions=2), topics)
    found: list[bytes] = []
    for topic in topics:
        reader = await log.reader(topic.name, [0, 1], "earliest")
        while records := await reader.read(wait_seconds=0.0):
            found += [bytes(decode(one.value, msgspec.Raw)) for one in records if one.value]
        await reader.close()
    await log.close()
    return found


def found_in(data: bytes) -> list[str]:
    return [text for text in PLANTED if text.encode() in data]
