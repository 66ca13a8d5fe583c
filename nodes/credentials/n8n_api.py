"""n8n API: the public API of an n8n.

Flow: store → **n8nApi** → n8n, HTTP nodes.
"""

from pydantic import SecretStr

from nodes.credentials.request_parts import with_header
from nodes.credentials.trying import ask
from nodes.sdk import Field, HttpClient, HttpRequest
from nodes.sdk.credential import CredentialFields, credential


@credential("n8nApi", title="n8n API", example={"apiKey": "k-12345678", "baseUrl": "https://n8n.example.com/api/v1"})
class N8nApi(CredentialFields):
    """Where the API is, and its key."""

    api_key: SecretStr = Field(SecretStr(""), description="The key.")
    base_url: str = Field("", description="Address of the API, such as `https://n8n.example.com/api/v1`.")

    def sign(self, request: HttpRequest, now: int) -> HttpRequest:
        """Add the header."""
        return with_header(request, "x-n8n-api-key", self.api_key.get_secret_value())

    async def try_it(self, http: HttpClient, now: int) -> None:
        """List one workflow."""
        await ask(self, http, f"{self.base_url.rstrip('/')}/workflows?limit=1", now)
