"""Git: a user and a password, or a token, for a repository.

Flow: store → **gitPassword** → git.
"""

from pydantic import SecretStr

from nodes.sdk import Field
from nodes.sdk.credential import CredentialFields, credential


@credential("gitPassword", title="Git", example={"username": "ada", "password": "correct horse"})
class GitPassword(CredentialFields):
    """What a repository asks for over HTTPS."""

    username: str = Field("", description="User.")
    password: SecretStr = Field(SecretStr(""), description="Password or token.")
