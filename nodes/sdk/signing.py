"""Signing: send a request with what proves who sends it, by any credential type that signs.

Flow: request + credential → **signing** (renew, sign, send, once more where it was refused) → answer.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from nodes.sdk.context import Clock, Credentials, HttpClient, HttpRequest, HttpResponse
from nodes.sdk.credential import CredentialFields, CredentialType, CredentialTypes, discover_credentials
from schemas.errors import UserError

UNAUTHORIZED = 401


class Signer:
    """Sends requests that are signed with one of the node's credentials."""

    def __init__(self, kind: str, http: HttpClient, credentials: Credentials, clock: Clock) -> None:
        self._kind = kind
        self._http = http
        self._credentials = credentials
        self._clock = clock

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Sign and send; a refused token is renewed once. Raises UserError where the credential signs nothing."""
        type_ = known_types().get(self._kind)
        if not type_.signs:
            raise UserError(f'a credential of type "{self._kind}" signs no HTTP requests', hint="choose another one")
        data = await self._credentials.get(self._kind)
        if _renews(type_):
            data = await self._renewed(type_, None)
        answer = await self._http.send(self._signed(type_, data, request))
        if answer.status == UNAUTHORIZED and _renews(type_):
            fresh = await self._renewed(type_, data)
            if fresh != data:
                answer = await self._http.send(self._signed(type_, fresh, request))
        return answer

    async def _renewed(self, type_: CredentialType, refused: Mapping[str, Any] | None) -> dict[str, Any]:
        """Give fields that can be used; ``refused`` are those that the service did not accept, if they still count."""

        async def make(data: dict[str, Any]) -> Mapping[str, Any] | None:
            return await type_.read(data).renew(self._http, self._clock.now(), refused=data == refused)

        return await self._credentials.renew(self._kind, make)

    def _signed(self, type_: CredentialType, data: Mapping[str, Any], request: HttpRequest) -> HttpRequest:
        signed = type_.read(data).sign(request, self._clock.now())
        added = {name.lower() for name, value in signed.headers if (name, value) not in request.headers}
        return replace(signed, private=request.private | added)


@cache
def known_types() -> CredentialTypes:
    """Give the credential types of this installation."""
    return discover_credentials()


def _renews(type_: CredentialType) -> bool:
    return type_.fields.renew is not CredentialFields.renew
