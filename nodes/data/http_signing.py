"""HTTP signing: which credentials a node's parameters ask for, and requests sent with them.

Flow: http params + credentials → **http signing** → client.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from nodes.data import http_params
from nodes.sdk import Clock, Credentials, HttpClient, HttpRequest, HttpResponse
from nodes.sdk.context import Certificate
from nodes.sdk.signing import Signer
from schemas.errors import UserError

Send = Callable[[HttpRequest], Awaitable[HttpResponse]]
CERTIFICATE = "httpSslAuth"


async def sender(params: http_params.HttpRequest, http: HttpClient, credentials: Credentials, clock: Clock) -> Send:
    """Give what sends the requests of a node; raise UserError where its parameters name no credential."""
    client = http
    if params.provide_ssl_certificates:
        client = _Certified(http, _certificate(await credentials.get(CERTIFICATE)))
    match params.authentication:
        case "none" | "":
            return client.send
        case "genericCredentialType":
            kind, field = params.generic_auth_type, "genericAuthType"
        case "predefinedCredentialType":
            kind, field = params.node_credential_type, "nodeCredentialType"
        case strange:
            raise UserError(f'authentication "{strange}" is not known', field="authentication")
    if not kind:
        raise UserError("no credential type is chosen", field=field, hint="choose one, or no authentication")
    return Signer(kind, client, credentials, clock).send


class _Certified:
    """Shows a certificate with every request."""

    def __init__(self, http: HttpClient, certificate: Certificate) -> None:
        self._http = http
        self._certificate = certificate

    async def send(self, request: HttpRequest) -> HttpResponse:
        return await self._http.send(replace(request, certificate=self._certificate))


def _certificate(fields: dict[str, Any]) -> Certificate:
    certificate, key, passphrase, authority = (
        str(fields.get(name) or "") for name in ("cert", "key", "passphrase", "ca")
    )
    return Certificate(certificate, key, passphrase, authority)
