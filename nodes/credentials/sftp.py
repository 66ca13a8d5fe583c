"""SFTP: a server of files over SSH.

Flow: store → **sftp** → ftp.
"""

from pydantic import SecretStr

from nodes.sdk import Field
from nodes.sdk.credential import CredentialFields, credential


@credential("sftp", title="SFTP", example={"host": "files.example.com", "username": "ada", "password": "correct horse"})
class Sftp(CredentialFields):
    """Where files are, over SSH."""

    host: str = Field("", description="Host of the server.")
    port: int = Field(22, ge=0, le=65535, description="Port of the server.")
    username: str = Field("", description="User.")
    password: SecretStr = Field(SecretStr(""), description="Password.")
    private_key: SecretStr = Field(SecretStr(""), description="Private key as PEM or in the form of OpenSSH.")
    passphrase: SecretStr = Field(SecretStr(""), description="Passphrase of the key, where it has one.")
