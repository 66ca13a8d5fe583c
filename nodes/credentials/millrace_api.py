"""Millrace API: the API of this Millrace, or of another one.

Flow: store → **millraceApi** → n8n, HTTP nodes.
"""

from pydantic import SecretStr

from nodes.credentials.request_parts import bearer, with_header
from nodes.credentials.trying import ask
from nodes.sdk import Field, HttpClient, HttpRequest
from nodes.sdk.credential import CredentialFields, credential


@credential(
    "millraceApi", title="Millrace API", example={"apiKey": "t-12345678", "baseUrl": "http://127.0.0.1:5680/api/v1"}
)
class MillraceApi(CredentialFields):
    """Where the API is, and its key."""

    api_key: SecretStr = Field(SecretStr(""), description="The key.")
    base_url: str = Field("", description="Address of the API, such as `http://127.0.0.1:5680/api/v1`.")

    def sign(self, request: HttpRequest, now: int) -> HttpRequest:
        """Add the header."""
        return with_header(request, "authorization", bearer(self.api_key))

    async def try_it(self, http: HttpClient, now: int) -> None:
        """List one workflow."""
        await ask(self, http, f"{self.base_url.rstrip('/')}/workflows?limit=1", now)
