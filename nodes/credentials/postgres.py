"""Postgres: a database.

Flow: store → **postgres** → postgres.
"""

from pydantic import SecretStr

from nodes.sdk import Field
from nodes.sdk.credential import CredentialFields, credential


@credential(
    "postgres",
    title="Postgres",
    example={"host": "db.example.com", "database": "shop", "user": "ada", "password": "correct horse"},
)
class Postgres(CredentialFields):
    """Where the database is."""

    host: str = Field("localhost", description="Host.")
    port: int = Field(5432, ge=0, le=65535, description="Port.")
    database: str = Field("postgres", description="Database.")
    user: str = Field("postgres", description="User.")
    password: SecretStr = Field(SecretStr(""), description="Password.")
    ssl: str = Field("disable", description="`disable`, `allow` or `require`.")
    allow_unauthorized_certs: bool = Field(False, description="Accept any TLS certificate.")
