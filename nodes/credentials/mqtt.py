"""MQTT: a broker of messages.

Flow: store → **mqtt** → mqtt.
"""

from pydantic import SecretStr

from nodes.sdk import Field
from nodes.sdk.credential import CredentialFields, credential


@credential(
    "mqtt", title="MQTT", example={"host": "broker.example.com", "username": "ada", "password": "correct horse"}
)
class Mqtt(CredentialFields):
    """Where the broker is."""

    protocol: str = Field("mqtt", description="`mqtt`, `mqtts` or `ws`.")
    host: str = Field("", description="Host.")
    port: int = Field(1883, ge=0, le=65535, description="Port.")
    username: str = Field("", description="User.")
    password: SecretStr = Field(SecretStr(""), description="Password.")
    clean: bool = Field(True, description="Begin without what was left before.")
    client_id: str = Field("", description="Name by which the broker knows us.")
    ssl: bool = Field(False, description="TLS.")
    ca: str = Field("", description="Certificate authority to believe, as PEM.")
    cert: str = Field("", description="Client certificate, as PEM.")
    key: SecretStr = Field(SecretStr(""), description="Its private key, as PEM.")
