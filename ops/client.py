"""The API's client as the command line uses it: blocking, on the standard library alone.

Flow: verbs → **client** → `/api/v1` → documents, or the problem as an error.
"""

import contextlib
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from http.client import HTTPResponse
from typing import Any

from ops.data_folder import read_token
from ops.settings import Settings, read_settings
from schemas.errors import ConflictError, MillraceError, NotFoundError, OperationalError, UserError

KINDS: Mapping[int, type[MillraceError]] = {404: NotFoundError, 409: ConflictError, 412: ConflictError}


class Client:
    """Calls the API of one Millrace with its token."""

    def __init__(self, address: str, token: str | None, timeout_seconds: float = 60.0) -> None:
        self._address = address.rstrip("/")
        self._token = token
        self._timeout = timeout_seconds
        # A proxy of the environment is not asked: the token is for this address alone.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def get(self, path: str, **query: Any) -> Any:
        """Read a document; queries that are None are left out."""
        given = {key: value for key, value in query.items() if value is not None}
        return self.call("GET", f"{path}?{urllib.parse.urlencode(given)}" if given else path)

    def call(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        """Send a document, give the answer's; raise what the API's problem says."""
        with self._open(method, path, body, headers, self._timeout) as answer:
            data = answer.read()
        return json.loads(data) if data else None

    def read(self, path: str) -> bytes:
        """Read a file as it is."""
        with self._open("GET", path, None, None, self._timeout) as answer:
            return answer.read()

    def pages(self, path: str, limit: int, **query: Any) -> Iterator[dict[str, Any]]:
        """Go through a listing, page by page, up to ``limit`` entries."""
        cursor: str | None = None
        left = limit
        while left > 0:
            page = self.get(path, limit=min(left, 100), cursor=cursor, **query)
            yield from page["data"]
            left -= len(page["data"])
            cursor = page.get("nextCursor")
            if not cursor:
                return

    def lines(self, method: str, path: str, body: Any = None) -> Iterator[dict[str, Any]]:
        """Go through an answer that comes as JSON lines or server-sent events, until the other side ends it."""
        with self._open(method, path, body, {"accept": "application/x-ndjson"}, None) as answer:
            for raw in answer:
                line = raw.strip().removeprefix(b"data:").strip()
                if line.startswith(b"{"):
                    yield json.loads(line)

    @contextlib.contextmanager
    def _open(
        self, method: str, path: str, body: Any, headers: Mapping[str, str] | None, timeout: float | None
    ) -> Iterator[HTTPResponse]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._address + path, data, method=method)
        request.add_header("authorization", f"Bearer {self._token}")
        request.add_header("content-type", "application/json")
        request.add_header("millrace-client", "cli")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with self._opener.open(request, timeout=timeout) as answer:
                yield answer
        except urllib.error.HTTPError as bad:
            with bad:
                raise problem(bad.code, bad.read()) from None
        except OSError as bad:
            reason = getattr(bad, "reason", bad)
            raise OperationalError(
                f"no Millrace answers at {self._address}: {reason}", hint="is `millrace up` running? see MILLRACE_URL"
            ) from None


def problem(status: int, body: bytes) -> MillraceError:
    """Turn a problem+json answer into an error; other answers keep their status as the text."""
    try:
        said = json.loads(body)
    except ValueError:
        said = {}
    if not isinstance(said, dict):
        said = {}
    text = str(said.get("detail") or said.get("title") or f"the API answered with status {status}")
    places = [f'{key} "{said[key]}"' for key in ("workflow", "node", "field") if said.get(key)]
    text += f" ({', '.join(places)})" if places else ""
    kind = KINDS.get(status, UserError if status < 500 else OperationalError)
    return kind(text, hint=said.get("hint"), node=said.get("node"), field=said.get("field"), detail=said)


def connect(settings: Settings | None = None) -> Client:
    """Make the client that the environment asks for: MILLRACE_URL, MILLRACE_TOKEN, or the data folder's token."""
    found = settings or read_settings()
    token = found.token.get_secret_value() if found.token else read_token(found.data)
    if token is None:
        raise UserError(
            f'there is no token in "{found.data}"',
            hint="set MILLRACE_TOKEN, or MILLRACE_DATA to the server's data folder",
        )
    return Client(found.address, token)


def segment(text: str) -> str:
    """Quote an identifier for a path."""
    return urllib.parse.quote(text, safe="")
