"""Schema registry: where the schemas of topics are.

Flow: store → **schemaRegistryApi** → kafka, kafkaTrigger.
"""

from pydantic import SecretStr

from nodes.sdk import Field
from nodes.sdk.credential import CredentialFields, credential


@credential(
    "schemaRegistryApi",
    title="Schema Registry",
    example={"url": "https://registry.example.com", "username": "ada", "password": "correct horse"},
)
class SchemaRegistryApi(CredentialFields):
    """A registry."""

    url: str = Field("", description="Address.")
    username: str = Field("", description="User.")
    password: SecretStr = Field(SecretStr(""), description="Password.")
