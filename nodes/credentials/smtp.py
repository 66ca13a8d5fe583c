"""SMTP: a server that sends mail.

Flow: store → **smtp** → emailSend.
"""

from pydantic import SecretStr

from nodes.sdk import Field
from nodes.sdk.credential import CredentialFields, credential


@credential(
    "smtp",
    title="SMTP",
    example={"user": "ada", "password": "correct horse", "host": "mail.example.com", "port": 465, "secure": True},
)
class Smtp(CredentialFields):
    """Where mail is handed in."""

    user: str = Field("", description="User; none where the server asks for none.")
    password: SecretStr = Field(SecretStr(""), description="Password.")
    host: str = Field("", description="Host of the server.")
    port: int = Field(465, ge=0, le=65535, description="Port of the server.")
    secure: bool = Field(True, description="TLS from the beginning.")
    disable_start_tls: bool = Field(False, description="Never change to TLS after the beginning.")
    host_name: str = Field("", description="Name by which to greet the server.")
