"""RabbitMQ: a broker of messages.

Flow: store → **rabbitmq** → rabbitmq.
"""

from pydantic import SecretStr

from nodes.sdk import Field
from nodes.sdk.credential import CredentialFields, credential


@credential(
    "rabbitmq",
    title="RabbitMQ",
    example={"hostname": "broker.example.com", "username": "ada", "password": "correct horse"},
)
class Rabbitmq(CredentialFields):
    """Where the broker is."""

    hostname: str = Field("localhost", description="Host.")
    port: int = Field(5672, ge=0, le=65535, description="Port.")
    username: str = Field("", description="User.")
    password: SecretStr = Field(SecretStr(""), description="Password.")
    vhost: str = Field("/", description="Virtual host.")
    ssl: bool = Field(False, description="TLS.")
    passwordless: bool = Field(False, description="Sign in by the certificate.")
    ca: str = Field("", description="Certificate authority to believe, as PEM.")
    cert: str = Field("", description="Client certificate, as PEM.")
    key: SecretStr = Field(SecretStr(""), description="Its private key, as PEM.")
    passphrase: SecretStr = Field(SecretStr(""), description="Passphrase of the key, where it has one.")
