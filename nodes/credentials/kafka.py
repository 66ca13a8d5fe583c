"""Kafka: where a cluster is and how to get in.

Flow: store → **kafka** → kafka, kafkaTrigger.
"""

from pydantic import SecretStr

from nodes.sdk import Field
from nodes.sdk.credential import CredentialFields, credential


@credential(
    "kafka",
    title="Kafka",
    example={
        "brokers": "kafka-1:9092",
        "ssl": True,
        "authentication": True,
        "username": "ada",
        "password": "correct horse",
    },
)
class Kafka(CredentialFields):
    """A cluster."""

    brokers: str = Field("", description="Brokers as `host:port` with commas between.")
    client_id: str = Field("", description="Name by which the cluster knows us.")
    ssl: bool = Field(True, description="TLS.")
    authentication: bool = Field(False, description="Sign in.")
    username: str = Field("", description="User.")
    password: SecretStr = Field(SecretStr(""), description="Password.")
    sasl_mechanism: str = Field("plain", description="`plain`, `scram-sha-256` or `scram-sha-512`.")
    ca: str = Field("", description="Certificate authority to believe, as PEM.")
    certificate: str = Field("", description="Client certificate, as PEM.")
    key: SecretStr = Field(SecretStr(""), description="Its private key, as PEM.")
