"""TLS client certificates: who sends a request, proved by the connection.

Flow: store → **httpSslAuth** → HTTP nodes.
"""

from dataclasses import replace

from pydantic import SecretStr

from nodes.sdk import Field, HttpRequest
from nodes.sdk.context import Certificate
from nodes.sdk.credential import CredentialFields, credential


@credential("httpSslAuth", title="SSL Certificates", example={"cert": "-----BEGIN …", "key": "-----BEGIN …"})
class HttpSslAuth(CredentialFields):
    """A certificate and its key."""

    ca: str = Field("", description="Certificate authority to believe instead of the system's, as PEM.")
    cert: str = Field("", description="Client certificate, as PEM.")
    key: SecretStr = Field(SecretStr(""), description="Its private key, as PEM.")
    passphrase: SecretStr = Field(SecretStr(""), description="Passphrase of the key, where it has one.")

    def sign(self, request: HttpRequest, now: int) -> HttpRequest:
        """Let the connection show the certificate."""
        shown = Certificate(self.cert, self.key.get_secret_value(), self.passphrase.get_secret_value(), self.ca)
        return replace(request, certificate=shown)
