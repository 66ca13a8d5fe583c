"""An authorization server made with Authlib, and a service behind it; both real, on this machine.

Flow: client → **authorization server** → tokens → **service**.
"""

import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.models import ClientMixin, TokenMixin
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import Flask, jsonify, request
from werkzeug.serving import make_server

CLIENT, SECRET = "shop", "client-s3cret"
METHODS = ("client_secret_basic", "client_secret_post")


class Client(ClientMixin):
    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return ""

    def get_allowed_scope(self, scope: str) -> str:
        return scope or ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return True

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in METHODS

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return True


@dataclass
class Token(TokenMixin):
    access: str
    refresh: str | None
    expires_at: float
    scope: str = ""
    revoked: bool = False

    def check_client(self, client: Client) -> bool:
        return True

    def get_scope(self) -> str:
        return self.scope

    def get_expires_in(self) -> int:
        return 0

    def is_expired(self) -> bool:
        return self.expires_at < time.time()

    def is_revoked(self) -> bool:
        return self.revoked

    def get_user(self) -> str:
        return "ada"

    def get_client(self) -> Client:
        return Client()


@dataclass
class Code:
    code: str
    redirect_uri: str
    scope: str
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


@dataclass
class Authority:
    """What the server knows, and how often it gave tokens by each grant. ``lifetime`` is in seconds."""

    lifetime: int = 3600
    tokens: list[Token] = field(default_factory=list)
    codes: dict[str, Code] = field(default_factory=dict)
    given: Counter[str] = field(default_factory=Counter)
    url: str = ""

    def revoke_access(self) -> None:
        """Let no access token be good any more; those that refresh stay."""
        for token in self.tokens:
            token.expires_at = 0

    def app(self) -> Flask:
        """Give the application."""
        app = Flask("authority")
        server = AuthorizationServer(app, query_client=_client, save_token=self._save)
        server.register_token_generator("default", self._made)
        server.register_grant(ClientCredentials)
        server.register_grant(_code_grant(self), [CodeChallenge(required=True)])
        server.register_grant(_refresh_grant(self))
        guard = ResourceProtector()
        guard.register_token_validator(_validator(self)())

        @app.post("/token")
        def token() -> Any:
            return server.create_token_response()

        @app.get("/authorize")
        def authorize() -> Any:
            grant = server.get_consent_grant(end_user="ada")
            return server.create_authorization_response(grant=grant, grant_user="ada")

        @app.get("/orders")
        @guard()
        def orders() -> Any:
            return jsonify(orders=[1], url=request.url)

        return app

    def _made(self, grant_type: str, include_refresh_token: bool = True, **_: Any) -> dict[str, Any]:
        made = {"token_type": "Bearer", "access_token": secrets.token_hex(12), "expires_in": self.lifetime}
        return made | ({"refresh_token": secrets.token_hex(12)} if include_refresh_token else {})

    def _save(self, token: dict[str, Any], asked: Any) -> None:
        self.given[asked.payload.grant_type] += 1
        until = time.time() + self.lifetime
        self.tokens.append(Token(token["access_token"], token.get("refresh_token"), until))


def _client(name: str) -> Client | None:
    return Client() if name == CLIENT else None


class ClientCredentials(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS


def _code_grant(authority: Authority) -> Any:
    class Grant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = METHODS

        def save_authorization_code(self, code: str, asked: Any) -> None:
            told = asked.payload.data
            authority.codes[code] = Code(
                code, asked.payload.redirect_uri, "", told["code_challenge"], told["code_challenge_method"]
            )

        def query_authorization_code(self, code: str, client: Client) -> Code | None:
            return authority.codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            del authority.codes[authorization_code.code]

        def authenticate_user(self, authorization_code: Code) -> str:
            return "ada"

    return Grant


def _refresh_grant(authority: Authority) -> Any:
    class Grant(grants.RefreshTokenGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = METHODS
        INCLUDE_NEW_REFRESH_TOKEN = True

        def authenticate_refresh_token(self, refresh_token: str) -> Token | None:
            known = (each for each in authority.tokens if each.refresh == refresh_token and not each.revoked)
            return next(known, None)

        def authenticate_user(self, refresh_token: Token) -> str:
            return "ada"

        def revoke_old_credential(self, refresh_token: Token) -> None:
            refresh_token.revoked = True  # used twice it is refused: whoever refreshes twice at once loses

    return Grant


def _validator(authority: Authority) -> Any:
    class Validator(BearerTokenValidator):
        def authenticate_token(self, token_string: str) -> Token | None:
            return next((each for each in authority.tokens if each.access == token_string), None)

    return Validator


class Serving:
    """An authority that answers in a thread of its own."""

    def __init__(self) -> None:
        self.authority = Authority()
        self._server = make_server("127.0.0.1", 0, self.authority.app(), threaded=True)
        self.authority.url = f"http://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Authority:
        self._thread.start()
        return self.authority

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def client_fields(authority: Authority, grant: str, **more: Any) -> dict[str, Any]:
    """Give the fields of an OAuth2 credential for the authority."""
    return {
        "grantType": grant,
        "authUrl": f"{authority.url}/authorize",
        "accessTokenUrl": f"{authority.url}/token",
        "clientId": CLIENT,
        "clientSecret": SECRET,
        "authQueryParameters": urlencode({"prompt": "none"}),
        **more,
    }
