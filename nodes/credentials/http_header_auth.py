"""Header authentication: a secret in a header of any name.

Flow: store → **httpHeaderAuth** → HTTP nodes, webhooks.
"""

from pydantic import SecretStr

from nodes.credentials.request_parts import with_header
from nodes.sdk import Field, HttpRequest
from nodes.sdk.credential import CredentialFields, credential


@credential("httpHeaderAuth", title="Header Auth", example={"name": "x-api-key", "value": "k-12345678"})
class HttpHeaderAuth(CredentialFields):
    """A secret in a header."""

    name: str = Field("", description="Name of the header.")
    value: SecretStr = Field(SecretStr(""), description="Its value.")

    def sign(self, request: HttpRequest, now: int) -> HttpRequest:
        """Add the header."""
        return with_header(request, self.name, self.value.get_secret_value())
