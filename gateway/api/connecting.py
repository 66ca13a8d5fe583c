"""Connecting: a person allows a service's tokens, and they are sealed into the credential.

Flow: `POST …/oauth/start` → service, in the person's browser → `GET /oauth/callback` → **connecting** → vault.
"""

import html
from typing import Any, cast

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gateway.changing import Changing, Conditions
from gateway.endpoints import Endpoint, Outcome
from gateway.forwarded import origin_of
from gateway.settings import GatewaySettings
from gateway.vault import Vault
from nodes.sdk.credential import Connecting as ConnectingFields
from schemas.clock import now_ms
from schemas.errors import MillraceError, UserError
from schemas.vault import CredentialSnapshot, UpdateCredential

CALLBACK_PATH = "/api/v1/oauth/callback"
PURPOSE = "oauth state"
PATIENCE_MS = 15 * 60 * 1000


class Begun(msgspec.Struct):
    """Where the person goes to allow it."""

    url: str


class State(msgspec.Struct):
    """What is sealed into the address that the service calls back."""

    credential: str
    callback: str
    until: int
    kept: dict[str, str]


class Connecting:
    """The resource."""

    def __init__(self, vault: Vault, changing: Changing, settings: GatewaySettings) -> None:
        self._vault = vault
        self._changing = changing
        self._settings = settings

    def endpoints(self) -> list[Endpoint]:
        """Declare the operations."""
        start = "/api/v1/credentials/{credential}/oauth/start"
        return [
            Endpoint("POST", start, self.start, "credentials", {200: Begun}, (404, 409, 422)),
            Endpoint("GET", CALLBACK_PATH, self.callback, "credentials", {200: "text/html"}, open=True),
        ]

    async def start(self, credential: str, request: Request) -> Outcome:
        """Begin to connect a credential: give the address at which a person allows it."""
        found = self._vault.find(credential)
        callback = origin_of(request.scope, dict(request.headers), self._settings).url + CALLBACK_PATH
        state = State(found.id, callback, now_ms() + PATIENCE_MS, {})

        def seal(kept: Any) -> str:
            shown = msgspec.to_builtins(msgspec.structs.replace(state, kept=dict(kept)))
            return self._vault.keyring.write_token(shown, PURPOSE)

        begun = await self._fields(found).begin(self._vault.http, now_ms(), callback, seal)
        if begun.changes:
            await self._keep(found, begun.changes)
        return Outcome(Begun(begun.url))

    async def callback(self, request: Request) -> Response:
        """Finish: the service sends the person's browser here. Only what was begun here is taken."""
        try:
            name = await self._finish(dict(request.query_params))
        except MillraceError as bad:
            return _page("Not connected", f"{bad.message}. {bad.hint or ''}", 400)
        return _page("Connected", f"“{name}” is connected. You may close this window.")

    async def _finish(self, query: dict[str, str]) -> str:
        state = msgspec.convert(self._vault.keyring.read_token(query.pop("state", ""), PURPOSE), State)
        if state.until < now_ms():
            raise UserError("this took too long", hint="begin again")
        found = self._vault.find(state.credential)
        changes = await self._fields(found).finish(self._vault.http, now_ms(), state.callback, state.kept, query)
        await self._keep(found, changes)
        return found.name

    def _fields(self, found: CredentialSnapshot) -> ConnectingFields:
        type_ = self._vault.types.get(found.type)
        if not type_.oauth:
            raise UserError(f'a credential of type "{found.type}" is not connected by a person')
        return cast(ConnectingFields, type_.read(self._vault.open(found)))

    async def _keep(self, found: CredentialSnapshot, changes: Any) -> None:
        data = {**self._vault.open(found), **changes}
        sealed = self._vault.seal(found.id, found.type, data)
        conditions = Conditions.model_validate({})
        await self._changing.change(UpdateCredential(found.id, sealed=sealed, expected=found.revision), conditions)


def _page(title: str, text: str, status: int = 200) -> Response:
    body = f"<!doctype html><meta charset=utf-8><title>{title}</title><h1>{title}</h1><p>{html.escape(text)}</p>"
    return HTMLResponse(body, status, {"cache-control": "no-store", "content-security-policy": "default-src 'none'"})
