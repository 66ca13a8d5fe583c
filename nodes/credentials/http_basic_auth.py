"""Basic authentication: a user and a password in the header `authorization`.

Flow: store → **httpBasicAuth** → HTTP nodes, webhooks.
"""

from collections.abc import Iterator

from pydantic import SecretStr

from nodes.credentials.request_parts import basic, with_header
from nodes.sdk import Field, HttpRequest
from nodes.sdk.credential import CredentialFields, credential


@credential("httpBasicAuth", title="Basic Auth", example={"user": "ada", "password": "correct horse"})
class HttpBasicAuth(CredentialFields):
    """A user and a password, sent with every request."""

    user: str = Field("", description="User.")
    password: SecretStr = Field(SecretStr(""), description="Password.")

    def sign(self, request: HttpRequest, now: int) -> HttpRequest:
        """Add the header."""
        return with_header(request, "authorization", basic(self.user, self.password))

    def texts(self) -> Iterator[str]:
        """Give the password, and what the header makes of it."""
        yield from super().texts()
        yield basic(self.user, self.password).removeprefix("Basic ")
