"""Redis: a store of values.

Flow: store → **redis** → redis.
"""

from pydantic import SecretStr

from nodes.sdk import Field
from nodes.sdk.credential import CredentialFields, credential


@credential("redis", title="Redis", example={"host": "cache.example.com", "password": "correct horse"})
class Redis(CredentialFields):
    """Where the store is."""

    host: str = Field("localhost", description="Host.")
    port: int = Field(6379, ge=0, le=65535, description="Port.")
    user: str = Field("", description="User.")
    password: SecretStr = Field(SecretStr(""), description="Password.")
    database: int = Field(0, ge=0, le=65535, description="Number of the database.")
    ssl: bool = Field(False, description="TLS.")
