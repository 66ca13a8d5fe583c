"""JWT: a secret or a pair of keys that signs and checks JSON web tokens.

Flow: store → **jwtAuth** → jwt, webhooks, HTTP nodes.
"""

from typing import Literal

from pydantic import SecretStr

from nodes.credentials.request_parts import with_header
from nodes.sdk import Field, HttpRequest
from nodes.sdk.credential import CredentialFields, credential
from nodes.transform.tokens import Algorithm, sign

LIFETIME_SECONDS = 300


@credential("jwtAuth", title="JWT", example={"keyType": "passphrase", "secret": "s-12345678", "algorithm": "HS256"})
class JwtAuth(CredentialFields):
    """What signs tokens."""

    key_type: Literal["passphrase", "pemKey"] = Field("passphrase", description="A shared secret, or PEM keys.")
    secret: SecretStr = Field(SecretStr(""), description="The shared secret.")
    public_key: str = Field("", description="Public key as PEM; it checks tokens.")
    private_key: SecretStr = Field(SecretStr(""), description="Private key as PEM; it signs tokens.")
    algorithm: Algorithm = Field("HS256", description="Algorithm of the key.")

    def sign(self, request: HttpRequest, now: int) -> HttpRequest:
        """Add a token of five minutes."""
        at = now // 1000
        secret = {"secret": self.secret.get_secret_value(), "privateKey": self.private_key.get_secret_value()}
        token = sign({}, {"iat": at, "exp": at + LIFETIME_SECONDS}, self.algorithm, secret)
        return with_header(request, "authorization", f"Bearer {token}")
