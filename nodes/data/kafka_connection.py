"""Connection: where a Kafka cluster or a schema registry is and how to get in, as librdkafka's own settings.

Flow: credential, or a list of brokers → **connection** → producers, consumers, schemas.
"""

from collections.abc import Mapping
from typing import Any

from nodes.sdk.context import Credentials
from schemas.errors import UserError

CREDENTIAL = "kafka"
REGISTRY_CREDENTIAL = "schemaRegistryApi"
CLIENT_ID = "millrace"
_MECHANISMS = {"plain": "PLAIN", "scram-sha-256": "SCRAM-SHA-256", "scram-sha-512": "SCRAM-SHA-512"}
_PEM = {"ca": "ssl.ca.pem", "certificate": "ssl.certificate.pem", "key": "ssl.key.pem"}


async def cluster(credentials: Credentials, brokers: str) -> dict[str, Any]:
    """Give the settings of a client: of the brokers where they are named, else of the node's credential."""
    if brokers.strip():
        return {"bootstrap.servers": _servers(brokers), "client.id": CLIENT_ID}
    return client_settings(await credentials.get(CREDENTIAL))


def client_settings(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Give the settings that a credential's fields mean; raise UserError naming the one that is wrong."""
    brokers = fields.get("brokers") or ""
    servers = _servers(",".join(brokers) if isinstance(brokers, list) else str(brokers))
    if not servers:
        raise UserError("the kafka credential names no brokers", field="brokers", hint="such as kafka-1:9092")
    tls, signs_in = fields.get("ssl", True) is not False, bool(fields.get("authentication"))
    settings = {
        "bootstrap.servers": servers,
        "client.id": str(fields.get("clientId") or CLIENT_ID),
        "security.protocol": ("SASL_" if signs_in else "") + ("SSL" if tls else "PLAINTEXT"),
    }
    if signs_in:
        named = str(fields.get("saslMechanism") or "plain").lower()
        if named not in _MECHANISMS:
            known = ", ".join(_MECHANISMS)
            raise UserError(f'SASL mechanism "{named}" is not known', field="saslMechanism", hint=f"one of {known}")
        settings |= {
            "sasl.mechanism": _MECHANISMS[named],
            "sasl.username": str(fields.get("username") or ""),
            "sasl.password": str(fields.get("password") or ""),
        }
    return settings | {name: str(fields[field]) for field, name in _PEM.items() if tls and fields.get(field)}


async def registry(credentials: Credentials, url: str) -> dict[str, str]:
    """Give the settings of a schema registry's client: the credential's, at the node's own address where it has one."""
    try:
        fields = await credentials.get(REGISTRY_CREDENTIAL)
    except UserError:
        fields = {}
    where = (url or str(fields.get("url") or "")).strip().rstrip("/")
    if not where.startswith(("http://", "https://")):
        raise UserError(
            f'"{where}" is no address of a schema registry', field="schemaRegistryUrl", hint="such as http://host:8081"
        )
    settings = {"url": where}
    if fields.get("username"):
        settings["basic.auth.user.info"] = f"{fields['username']}:{fields.get('password') or ''}"
    return settings


def _servers(text: str) -> str:
    return ",".join(part.strip().removeprefix("kafka://") for part in text.split(",") if part.strip())
