"""Digest authentication: a password that answers the server's challenge and never travels.

Flow: store → **httpDigestAuth** → HTTP nodes.
"""

from dataclasses import replace

from pydantic import SecretStr

from nodes.sdk import Field, HttpRequest
from nodes.sdk.credential import CredentialFields, credential


@credential("httpDigestAuth", title="Digest Auth", example={"user": "ada", "password": "correct horse"})
class HttpDigestAuth(CredentialFields):
    """A user and a password, proved by a digest."""

    user: str = Field("", description="User.")
    password: SecretStr = Field(SecretStr(""), description="Password.")

    def sign(self, request: HttpRequest, now: int) -> HttpRequest:
        """Let the client answer the challenge."""
        return replace(request, login=(self.user, self.password.get_secret_value()))
