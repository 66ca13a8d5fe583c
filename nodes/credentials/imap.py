"""IMAP: a server that keeps mail.

Flow: store → **imap** → emailReadImap.
"""

from pydantic import SecretStr

from nodes.sdk import Field
from nodes.sdk.credential import CredentialFields, credential


@credential("imap", title="IMAP", example={"user": "ada", "password": "correct horse", "host": "mail.example.com"})
class Imap(CredentialFields):
    """Where mail is read."""

    user: str = Field("", description="User.")
    password: SecretStr = Field(SecretStr(""), description="Password.")
    host: str = Field("", description="Host of the server.")
    port: int = Field(993, ge=0, le=65535, description="Port of the server.")
    secure: bool = Field(True, description="TLS from the beginning.")
    allow_unauthorized_certs: bool = Field(False, description="Accept any TLS certificate.")
