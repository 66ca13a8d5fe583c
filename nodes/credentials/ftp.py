"""FTP: a server of files.

Flow: store → **ftp** → ftp.
"""

from pydantic import SecretStr

from nodes.sdk import Field
from nodes.sdk.credential import CredentialFields, credential


@credential("ftp", title="FTP", example={"host": "files.example.com", "username": "ada", "password": "correct horse"})
class Ftp(CredentialFields):
    """Where files are."""

    host: str = Field("", description="Host of the server.")
    port: int = Field(21, ge=0, le=65535, description="Port of the server.")
    username: str = Field("", description="User.")
    password: SecretStr = Field(SecretStr(""), description="Password.")
