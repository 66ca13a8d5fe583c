"""SSH with a password: a host on which commands run.

Flow: store → **sshPassword** → ssh.
"""

from pydantic import SecretStr

from nodes.sdk import Field
from nodes.sdk.credential import CredentialFields, credential


@credential(
    "sshPassword",
    title="SSH Password",
    example={"host": "host.example.com", "username": "ada", "password": "correct horse"},
)
class SshPassword(CredentialFields):
    """A host, a user and a password."""

    host: str = Field("", description="Host.")
    port: int = Field(22, ge=0, le=65535, description="Port.")
    username: str = Field("", description="User.")
    password: SecretStr = Field(SecretStr(""), description="Password.")
