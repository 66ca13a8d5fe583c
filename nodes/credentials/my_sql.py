"""MySQL: a database.

Flow: store → **mySql** → mySql.
"""

from pydantic import SecretStr

from nodes.sdk import Field
from nodes.sdk.credential import CredentialFields, credential


@credential(
    "mySql",
    title="MySQL",
    example={"host": "db.example.com", "database": "shop", "user": "ada", "password": "correct horse"},
)
class MySql(CredentialFields):
    """Where the database is."""

    host: str = Field("localhost", description="Host.")
    port: int = Field(3306, ge=0, le=65535, description="Port.")
    database: str = Field("mysql", description="Database.")
    user: str = Field("mysql", description="User.")
    password: SecretStr = Field(SecretStr(""), description="Password.")
    ssl: bool = Field(False, description="TLS.")
    ca_certificate: str = Field("", description="Certificate authority to believe, as PEM.")
    client_certificate: str = Field("", description="Client certificate, as PEM.")
    client_private_key: SecretStr = Field(SecretStr(""), description="Its private key, as PEM.")
