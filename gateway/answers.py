"""Answers: plain HTTP answers sent without a framework in between.

Flow: ingress, token gate → **answers** → client.
"""

import re
from collections.abc import Iterable

from starlette.types import Send

from gateway.problems import MEDIA_TYPE, HttpProblem, encode_problem

HeaderList = list[tuple[bytes, bytes]]
SANDBOX: HeaderList = [
    # What a workflow answers is not ours: it gets no access to the origin of the management API.
    (b"content-security-policy", b"sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts"),
    (b"x-content-type-options", b"nosniff"),
]

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]+")
_OURS = frozenset({"content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "trailer"})


async def send_answer(send: Send, status: int, headers: HeaderList, body: bytes) -> None:
    """Send a whole answer; the length is added where a body may be."""
    if status >= 200 and status != 204 and status != 304:
        headers = [*headers, (b"content-length", str(len(body)).encode())]
    else:
        body = b""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def send_problem(send: Send, failed: HttpProblem, more: HeaderList | None = None) -> None:
    """Send a problem."""
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"cache-control", b"no-store")]
    headers += safe_headers(failed.headers)
    await send_answer(send, failed.problem.status, headers + (more or []), encode_problem(failed.problem))


def safe_headers(pairs: Iterable[tuple[str, str]]) -> HeaderList:
    """Encode headers that a workflow chose: what would break or split the answer is left out."""
    return [
        (name.lower().encode(), _CONTROL.sub(" ", value).encode("latin-1", "replace"))
        for name, value in pairs
        if _NAME.match(name) and name.lower() not in _OURS
    ]
