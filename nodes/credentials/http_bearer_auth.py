"""Bearer authentication: a token in the header `authorization`.

Flow: store → **httpBearerAuth** → HTTP nodes.
"""

from pydantic import SecretStr

from nodes.credentials.request_parts import bearer, with_header
from nodes.sdk import Field, HttpRequest
from nodes.sdk.credential import CredentialFields, credential


@credential("httpBearerAuth", title="Bearer Auth", example={"token": "t-12345678"})
class HttpBearerAuth(CredentialFields):
    """A token, sent with every request."""

    token: SecretStr = Field(SecretStr(""), description="The token, without `Bearer`.")

    def sign(self, request: HttpRequest, now: int) -> HttpRequest:
        """Add the header."""
        return with_header(request, "authorization", bearer(self.token))
