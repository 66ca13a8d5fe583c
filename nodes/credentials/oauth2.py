"""OAuth2: how tokens are asked for, kept fresh and shown; shared by the types of services that use it.

Flow: client, authorization server → **oauth2** → signed requests. Authlib writes the protocol's texts.
"""

import json
import secrets
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import parse_qsl

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from pydantic import Secret, SecretStr, field_validator

from nodes.credentials.request_parts import bearer, with_header
from nodes.sdk import Field, HttpClient, HttpRequest, HttpResponse, NodeError
from nodes.sdk.credential import Beginning, CredentialFields, Seal
from schemas.errors import UserError

EARLY_SECONDS = 30
TIMEOUT_SECONDS = 30.0
FORM = ("content-type", "application/x-www-form-urlencoded")


class OAuth2(CredentialFields):
    """Client, server and the tokens that came of them."""

    grant_type: Literal["authorizationCode", "clientCredentials", "pkce"] = Field(
        "authorizationCode", description="How tokens are given."
    )
    auth_url: str = Field("", description="Where a person allows it.")
    access_token_url: str = Field("", description="Where tokens are given.")
    client_id: str = Field("", description="Name of the client.")
    client_secret: SecretStr = Field(SecretStr(""), description="Secret of the client.")
    scope: str = Field("", description="What is asked for, with spaces between.")
    auth_query_parameters: str = Field("", description="Further parameters of the first address, as a query.")
    authentication: Literal["header", "body"] = Field("header", description="Where the client's secret is sent.")
    ignore_ssl_issues: bool = Field(False, alias="ignoreSSLIssues", description="Accept any TLS certificate.")
    send_additional_body_properties: bool = Field(False, description="Send more when asking for tokens.")
    additional_body_properties: SecretStr = Field(SecretStr("{}"), description="What more, as JSON.")
    oauth_token_data: Secret[dict[str, Any]] = Field(
        default_factory=lambda: Secret({}),
        json_schema_extra={"writeOnly": True},
        description="Tokens; they come by connecting.",
    )

    @field_validator("oauth_token_data", mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return json.loads(value or "{}") if isinstance(value, str) else value or {}

    def sign(self, request: HttpRequest, now: int) -> HttpRequest:
        """Add the access token."""
        token = self._token.get("access_token")
        if not isinstance(token, str):
            raise UserError("this OAuth2 credential is not connected yet", hint="connect it in its settings")
        return with_header(request, "authorization", bearer(SecretStr(token)))

    async def renew(self, http: HttpClient, now: int, *, refused: bool) -> Mapping[str, Any] | None:
        """Ask for a token where there is none, or it has expired, or it was refused."""
        expires = self._token.get("expires_at")
        expired = isinstance(expires, int | float) and expires - EARLY_SECONDS <= now / 1000
        if self._token.get("access_token") and not expired and not refused:
            return None
        if self.grant_type == "clientCredentials":
            return await self._ask(http, now, "client_credentials", scope=self.scope or None)
        refresh = self._token.get("refresh_token")
        if refresh:
            return await self._ask(http, now, "refresh_token", refresh_token=refresh)
        if refused or expired:
            raise UserError("the access token has expired and nothing refreshes it", hint="connect again")
        return None

    async def begin(self, http: HttpClient, now: int, callback: str, seal: Seal) -> Beginning:
        """Give the address at which a person allows it."""
        if self.grant_type == "clientCredentials":
            raise UserError("client credentials are connected by themselves", hint="there is nothing to allow")
        for field, value in (("authUrl", self.auth_url), ("accessTokenUrl", self.access_token_url)):
            if not value:
                raise UserError(f'the credential has no "{field}"', field=field)
        verifier = secrets.token_urlsafe(48)
        more = dict(parse_qsl(self.auth_query_parameters))
        more |= {"code_challenge": create_s256_code_challenge(verifier), "code_challenge_method": "S256"}
        state = seal({"verifier": verifier})
        url = prepare_grant_uri(
            self.auth_url, self.client_id, "code", redirect_uri=callback, scope=self.scope, state=state, **more
        )
        return Beginning(str(url))

    async def finish(
        self, http: HttpClient, now: int, callback: str, kept: Mapping[str, str], query: Mapping[str, str]
    ) -> Mapping[str, Any]:
        """Change the code that came back for tokens; give the fields that change."""
        if "error" in query or "code" not in query:
            said = query.get("error_description") or query.get("error") or "no code came back"
            raise NodeError(f"the service did not allow it: {said}")
        changes = {"code": query["code"], "redirect_uri": callback, "code_verifier": kept.get("verifier")}
        return await self._ask(http, now, "authorization_code", **changes)

    @property
    def _token(self) -> dict[str, Any]:
        return self.oauth_token_data.get_secret_value()

    async def _ask(self, http: HttpClient, now: int, grant: str, **more: Any) -> Mapping[str, Any]:
        extra = json.loads(self.additional_body_properties.get_secret_value() or "{}")
        given = {name: value for name, value in more.items() if value is not None}
        given |= extra if self.send_additional_body_properties and isinstance(extra, dict) else {}
        body = prepare_token_request(grant, "", **given)
        method = "client_secret_basic" if self.authentication == "header" else "client_secret_post"
        client = ClientAuth(self.client_id, self.client_secret.get_secret_value(), method)
        _, headers, body = client.prepare("POST", self.access_token_url, dict([FORM]), body)
        request = HttpRequest(
            "POST",
            self.access_token_url,
            headers=[*headers.items(), ("accept", "application/json")],
            body=body.encode(),
            timeout=TIMEOUT_SECONDS,
            verify_tls=not self.ignore_ssl_issues,
        )
        token = _token_of(await http.send(request))
        if isinstance(token.get("expires_in"), int | float):
            token["expires_at"] = int(now / 1000 + token["expires_in"])
        kept = {} if self.grant_type == "clientCredentials" else self._token
        return {"oauthTokenData": {**kept, **token}}


def _token_of(answer: HttpResponse) -> dict[str, Any]:
    """Read a token; raise NodeError with what the server said, which has no secrets in it."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        found = dict(parse_qsl(answer.body.decode(errors="replace")))
    if isinstance(found, dict) and answer.status < 400 and isinstance(found.get("access_token"), str):
        return found
    said = found if isinstance(found, dict) else {}
    why = said.get("error_description") or said.get("error") or f"status {answer.status}"
    raise NodeError(
        f"the authorization server gave no token: {why}",
        hint="check the client's id and secret, or connect again",
        detail={"status": answer.status},
    )
