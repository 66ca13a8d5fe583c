"""Who may ask: a bearer token on everything that is not declared open.

Flow: request → **token gate** → management API.
"""

import hashlib
import hmac
from collections.abc import Collection

from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.answers import send_problem
from gateway.problems import refuse


class Key:
    """What the token is compared with."""

    def __init__(self, token: SecretStr) -> None:
        self._digest = _digest(token.get_secret_value().encode())

    def fits(self, token: bytes) -> bool:
        """Say whether this is the token."""
        # Digests are compared, so that neither content nor length shows in the time it takes.
        return hmac.compare_digest(_digest(token.strip()), self._digest)

    def borne(self, scope: Scope) -> bool:
        """Say whether a request bears the token in its header: as a bearer, or as n8n's API has its key."""
        keys = [value for name, value in scope["headers"] if name == b"x-n8n-api-key"]
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        if keys and not given:
            return len(keys) == 1 and self.fits(keys[0])
        if len(given) != 1:
            return False
        scheme, _, token = given[0].partition(b" ")
        return bool(scheme.lower() == b"bearer" and self.fits(token))


class TokenGate:
    """ASGI layer that lets only bearers of the token through, except to ``open_paths`` and ``open_prefixes``.

    Closed by default: a route somebody forgets to think about asks for the token. A WebSocket passes, because a browser
    can send no header with it: ``gateway.sockets``, which makes all of their routes, asks it for the token.
    """

    def __init__(
        self, app: ASGIApp, key: Key, open_paths: Collection[str], open_prefixes: tuple[str, ...] = ()
    ) -> None:
        self._app = app
        self._key = key
        self._open_paths = frozenset(open_paths)
        self._open_prefixes = open_prefixes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 401."""
        if scope["type"] == "http" and not self._open(scope["path"]) and not self._key.borne(scope):
            problem = refuse(
                "Unauthorized",
                "this needs a valid bearer token",
                hint='send the header "Authorization: Bearer <token>"; it is in the data folder or MILLRACE_TOKEN',
                headers=[("WWW-Authenticate", 'Bearer realm="millrace"')],
            )
            await send_problem(send, problem)
            return
        await self._app(scope, receive, send)

    def _open(self, path: str) -> bool:
        return path in self._open_paths or (bool(self._open_prefixes) and path.startswith(self._open_prefixes))


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()
