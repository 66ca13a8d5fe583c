"""OAuth1: requests signed with a client's and a token's secrets.

Flow: store → **oAuth1Api** → HTTP nodes. Authlib writes the protocol's texts.
"""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Literal
from urllib.parse import parse_qsl, quote, urlencode

from authlib.oauth1 import ClientAuth
from authlib.oauth1.rfc5849.signature import generate_signature_base_string
from pydantic import Secret, SecretStr, field_validator

from nodes.sdk import Field, HttpClient, HttpRequest, NodeError
from nodes.sdk.credential import Beginning, CredentialFields, Seal, credential
from schemas.errors import UserError

TIMEOUT_SECONDS = 30.0


def _hmac(digest: str) -> Callable[[Any, Any], str]:
    def sign(client: Any, request: Any) -> str:
        text = generate_signature_base_string(request)
        key = "&".join(quote(part or "", safe="~") for part in (client.client_secret, client.token_secret))
        return b64encode(hmac.digest(key.encode(), text.encode(), digest)).decode()

    return sign


class _Signing(ClientAuth):  # type: ignore[misc]
    SIGNATURE_METHODS: ClassVar = {
        **ClientAuth.SIGNATURE_METHODS,
        "HMAC-SHA256": _hmac(hashlib.sha256().name),
        "HMAC-SHA512": _hmac(hashlib.sha512().name),
    }


@credential(
    "oAuth1Api",
    title="OAuth1",
    oauth=True,
    example={
        "consumerKey": "shop",
        "consumerSecret": "s-12345678",
        "oauthTokenData": {"oauth_token": "t-1234567", "oauth_token_secret": "ts-12345678"},
    },
)
class OAuth1Api(CredentialFields):
    """A client of a service, and the token that it was given."""

    auth_url: str = Field("", description="Where a person allows it.")
    access_token_url: str = Field("", description="Where tokens are given.")
    request_token_url: str = Field("", description="Where it begins.")
    consumer_key: str = Field("", description="Name of the client.")
    consumer_secret: SecretStr = Field(SecretStr(""), description="Secret of the client.")
    signature_method: Literal["HMAC-SHA1", "HMAC-SHA256", "HMAC-SHA512"] = Field("HMAC-SHA1", description="Digest.")
    oauth_token_data: Secret[dict[str, Any]] = Field(
        default_factory=lambda: Secret({}),
        json_schema_extra={"writeOnly": True},
        description="The token; it comes by connecting.",
    )

    @field_validator("oauth_token_data", mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return json.loads(value or "{}") if isinstance(value, str) else value or {}

    def sign(self, request: HttpRequest, now: int) -> HttpRequest:
        """Add the signature."""
        token = self.oauth_token_data.get_secret_value()
        return self._signed(request, token.get("oauth_token"), token.get("oauth_token_secret"))

    async def begin(self, http: HttpClient, now: int, callback: str, seal: Seal) -> Beginning:
        """Ask for a token to begin with, and give the address at which a person allows it."""
        if not (self.request_token_url and self.auth_url and self.access_token_url):
            raise UserError("the credential has not all of its addresses", field="requestTokenUrl")
        # The service gives back no state, so that it is in the address that it calls back.
        token = await self._ask(http, self.request_token_url, redirect_uri=f"{callback}?state={seal({})}")
        joint = "&" if "?" in self.auth_url else "?"
        url = f"{self.auth_url}{joint}{urlencode({'oauth_token': token['oauth_token']})}"
        return Beginning(url, {"oauthTokenData": token})

    async def finish(
        self, http: HttpClient, now: int, callback: str, kept: Mapping[str, str], query: Mapping[str, str]
    ) -> Mapping[str, Any]:
        """Change the verifier that came back for a token; give the fields that change."""
        token = self.oauth_token_data.get_secret_value()
        if "oauth_verifier" not in query or query.get("oauth_token") != token.get("oauth_token"):
            raise NodeError("the service did not allow it: no verifier came back for what was begun last")
        shown = {"token": query["oauth_token"], "token_secret": token.get("oauth_token_secret")}
        return {
            "oauthTokenData": await self._ask(http, self.access_token_url, verifier=query["oauth_verifier"], **shown)
        }

    async def _ask(self, http: HttpClient, url: str, **more: Any) -> dict[str, str]:
        request = self._signed(HttpRequest("POST", url, timeout=TIMEOUT_SECONDS), **more)
        answer = await http.send(request)
        token = dict(parse_qsl(answer.body.decode(errors="replace")))
        if answer.status >= 400 or "oauth_token" not in token:
            raise NodeError(f"the service gave no token: status {answer.status}", detail={"status": answer.status})
        return token

    def _signed(
        self, request: HttpRequest, token: str | None = None, token_secret: str | None = None, **more: Any
    ) -> HttpRequest:
        secret = self.consumer_secret.get_secret_value()
        client = _Signing(
            self.consumer_key, secret, token, token_secret, signature_method=self.signature_method, **more
        )
        headers = {name.title(): value for name, value in request.headers}
        url, signed, _ = client.sign(request.method, request.url, headers, request.body or b"")
        return replace(request, url=url, headers=[*request.headers, ("authorization", signed["Authorization"])])
