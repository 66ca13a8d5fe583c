"""Scripted HTTP: answers written beforehand in place of the network, for `run --batch` and tests.

Flow: mocks of a request → **scripted http** → nodes; requests to 127.0.0.1 really go out.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from nodes.sdk.context import HttpClient, HttpRequest, HttpResponse
from schemas.errors import NodeError, OperationalError

REDIRECTS = (301, 302, 303, 307, 308)
LOCAL = ("127.0.0.1", "localhost")
UNSEEN_HEADERS = ("content-length", "accept", "accept-encoding", "user-agent", "host", "connection")
Pairs = list[tuple[str, str]]


@dataclass
class Mock:
    """One written answer; ``left`` is how often it may still be given, None for always."""

    method: str
    address: tuple[str, str, str]
    query: Pairs | None
    given: Mapping[str, Any]
    left: int | None


class ScriptedHttp:
    """Gives the first mock that is left and matches; fails like a dead network where there is none."""

    def __init__(self, mocks: Sequence[Mapping[str, Any]], real: HttpClient) -> None:
        self._mocks = [_read(mock) for mock in mocks]
        self._real = real

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Answer a request; redirects are followed among the mocks."""
        url, method, body = request.url, request.method, request.body
        for _ in range(request.max_redirects + 1):
            response = await self._answer(request, method, url, body)
            target = response.header("location")
            if not (request.follow_redirects and response.status in REDIRECTS and target):
                return response
            if response.status == 303 or (response.status in (301, 302) and method == "POST"):
                method, body = "GET", None
            url = urljoin(url, target)
        raise NodeError(f'more than {request.max_redirects} redirects from "{request.url}"')

    async def _answer(self, request: HttpRequest, method: str, url: str, body: bytes | None) -> HttpResponse:
        if urlsplit(url).hostname in LOCAL:
            return await self._real.send(request)
        for mock in self._mocks:
            if mock.left != 0 and _matches(mock, request, method, url, body):
                if mock.left is not None:
                    mock.left -= 1
                return _response(mock, url)
        raise OperationalError(f'no answer from "{url}": no mock is left for this {method}')


def _read(given: Mapping[str, Any]) -> Mock:
    parts = urlsplit(given["url"])
    query = given.get("query")
    if query is True:
        wanted = None
    else:
        listed = query.items() if isinstance(query, dict) else query or []
        flat = [(str(key), _text(one)) for key, value in listed for one in _several(value)]
        wanted = sorted(parse_qsl(parts.query, keep_blank_values=True) + flat)
    left = None if given.get("persist") else int(given.get("times") or 1)
    return Mock(str(given.get("method", "GET")).upper(), _address(given["url"]), wanted, given, left)


def _address(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in (None, default) else f":{parts.port}"
    return parts.scheme, f"{parts.hostname}{port}", parts.path or "/"


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _matches(mock: Mock, request: HttpRequest, method: str, url: str, body: bytes | None) -> bool:
    if mock.method != method or mock.address != _address(url):
        return False
    if mock.query is not None and _indexed(mock.query) != _indexed(_pairs(urlsplit(url).query)):
        return False
    return _headers_match(mock, request) and _body_matches(mock.given.get("requestBody"), body)


def _pairs(query: str) -> Pairs:
    return parse_qsl(query, keep_blank_values=True)


def _indexed(pairs: Pairs) -> Pairs:
    return sorted((key.removesuffix("[]"), value) for key, value in pairs)


def _headers_match(mock: Mock, request: HttpRequest) -> bool:
    sent = {name.lower(): value for name, value in request.headers}
    for name, value in (mock.given.get("requestHeaders") or {}).items():
        wanted = value[0] if isinstance(value, list) and value else value
        if name.lower() not in UNSEEN_HEADERS and sent.get(name.lower()) != _text(wanted):
            return False
    return True


def _body_matches(wanted: Any, body: bytes | None) -> bool:
    if wanted is None or (isinstance(wanted, dict) and "$function" in wanted):
        return True
    sent = (body or b"").decode(errors="replace")
    if wanted == sent:
        return True
    if isinstance(wanted, str):
        try:
            wanted = json.loads(wanted)
        except ValueError:
            return bool(sorted(_pairs(wanted))) and sorted(_pairs(wanted)) == sorted(_pairs(sent))
    try:
        return bool(json.loads(sent) == wanted)
    except ValueError:
        return isinstance(wanted, dict) and {key: _text(value) for key, value in wanted.items()} == dict(_pairs(sent))


def _response(mock: Mock, url: str) -> HttpResponse:
    given, headers = mock.given.get("responseBody"), dict(mock.given.get("responseHeaders") or {})
    if isinstance(given, dict) and set(given) == {"$base64"}:
        body = base64.b64decode(given["$base64"])
    elif isinstance(given, str):
        body = given.encode()
    elif given is None:
        body = b""
    else:
        body = json.dumps(given).encode()
        if not any(name.lower() == "content-type" for name in headers):
            headers["content-type"] = "application/json"
    status = int(mock.given.get("status") or 200)
    reason = next((one.phrase for one in HTTPStatus if one == status), "")
    flat = [(name, str(one)) for name, value in headers.items() for one in _several(value)]
    return HttpResponse(status, reason, flat, body, url)
