"""Tests of HTTP requests by what n8n 2.41 sent to a server of ours, and made of its answers, as data.

A row of requests is version, parameters, and what was sent: method, target, headers that matter, body as Latin-1.
A row of answers is version, parameters, the answer, and the item that came of it, of a file what is told about it.
"""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from nodes.data.http_client import wire
from nodes.data.http_request import http_request
from nodes.sdk import HttpRequest, HttpResponse, Item
from nodes.sdk.harness import Harness, outputs

FOLDER = Path(__file__).with_name("as_n8n") / "http"
ITEM = Item(
    json={"id": 1, "name": "Ann b", "l": [1, "x"], "o": {"p": 1}},
    binary={"data": {"data": "YSxiCg==", "mimeType": "text/csv", "fileName": "t.csv", "fileExtension": "csv"}},
)
TOLD = ("mimeType", "fileType", "fileExtension", "fileName")


def table(name: str) -> list[Any]:
    rows = json.loads((FOLDER / f"{name}.json").read_text())
    return [pytest.param(*row, id=f"{name}-{at}") for at, row in enumerate(rows)]


class Server:
    """Gives one answer and keeps the last request."""

    def __init__(self, answer: Any = (200, {}, "")) -> None:
        self.answer = answer
        self.sent: HttpRequest | None = None

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.sent = request
        status, headers, body = self.answer
        return HttpResponse(status, "", list(headers.items()), base64.b64decode(body), request.url)


def seen(request: HttpRequest, names: list[str]) -> list[Any]:
    headers = {name.lower(): value for name, value in request.headers}
    body = (request.body or b"").decode("latin-1")
    kind, _, boundary = headers.get("content-type", "").partition("boundary=")
    if boundary:
        headers["content-type"], body = f"{kind}boundary=BD", body.replace(boundary, "BD")
    return [request.method, str(wire(request.url).raw_path_qs), {name: headers.get(name) for name in names}, body]


@pytest.mark.parametrize(("version", "params", "gives"), table("requests"))
async def test_sends_what_n8n_sends(version: float, params: dict[str, Any], gives: list[Any]) -> None:
    server = Server()

    await Harness(http_request, http=server).run(params, [[ITEM]], version=version, continue_on_fail=True)

    assert server.sent is not None
    assert seen(server.sent, list(gives[2])) == gives


@pytest.mark.parametrize(("version", "params", "answer", "gives"), table("answers"))
async def test_makes_of_answers_what_n8n_makes(
    version: float, params: dict[str, Any], answer: list[Any], gives: list[Any]
) -> None:
    harness = Harness(http_request, http=Server(answer))

    result = await harness.run(params, [[ITEM]], version=version, continue_on_fail=True)

    made = outputs(result)[0]
    parts = [
        {name: {key: part[key] for key in TOLD if key in part} for name, part in (each.binary or {}).items()}
        for each in made
    ]
    assert [[item.json, part] for item, part in zip(made, parts, strict=True)] == gives
