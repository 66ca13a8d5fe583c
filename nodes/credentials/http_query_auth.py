"""Query authentication: a secret in the address.

Flow: store → **httpQueryAuth** → HTTP nodes.
"""

from pydantic import SecretStr

from nodes.credentials.request_parts import with_query
from nodes.sdk import Field, HttpRequest
from nodes.sdk.credential import CredentialFields, credential


@credential("httpQueryAuth", title="Query Auth", example={"name": "key", "value": "k-12345678"})
class HttpQueryAuth(CredentialFields):
    """A secret in a query parameter."""

    name: str = Field("", description="Name of the parameter.")
    value: SecretStr = Field(SecretStr(""), description="Its value.")

    def sign(self, request: HttpRequest, now: int) -> HttpRequest:
        """Add the parameter."""
        return with_query(request, [(self.name, self.value.get_secret_value())])
