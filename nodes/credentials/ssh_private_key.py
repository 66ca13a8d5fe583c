"""SSH with a key: a host on which commands run.

Flow: store → **sshPrivateKey** → ssh.
"""

from pydantic import SecretStr

from nodes.sdk import Field
from nodes.sdk.credential import CredentialFields, credential


@credential(
    "sshPrivateKey",
    title="SSH Private Key",
    example={"host": "host.example.com", "username": "ada", "privateKey": "-----BEGIN …"},
)
class SshPrivateKey(CredentialFields):
    """A host, a user and a private key."""

    host: str = Field("", description="Host.")
    port: int = Field(22, ge=0, le=65535, description="Port.")
    username: str = Field("", description="User.")
    private_key: SecretStr = Field(SecretStr(""), description="Private key as PEM or in the form of OpenSSH.")
    passphrase: SecretStr = Field(SecretStr(""), description="Passphrase of the key, where it has one.")
