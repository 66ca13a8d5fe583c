"""What a credential means to librdkafka, and to a schema registry."""

from typing import Any

import pytest

from nodes.data.kafka_connection import client_settings, cluster, registry
from nodes.sdk.harness import FakeCredentials
from schemas.errors import UserError

PLAIN = {"brokers": "a:9092, b:9092", "ssl": False}
SETTINGS = [
    pytest.param(
        PLAIN,
        {"bootstrap.servers": "a:9092,b:9092", "client.id": "millrace", "security.protocol": "PLAINTEXT"},
        id="plain",
    ),
    pytest.param(
        {"brokers": ["kafka://a:9092"], "clientId": "me"},
        {"bootstrap.servers": "a:9092", "client.id": "me", "security.protocol": "SSL"},
        id="TLS, unless it is turned off",
    ),
    pytest.param(
        PLAIN | {"authentication": True, "username": "u", "password": "p", "saslMechanism": "scram-sha-512"},
        {
            "bootstrap.servers": "a:9092,b:9092",
            "client.id": "millrace",
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": "u",
            "sasl.password": "p",
        },
        id="a password",
    ),
    pytest.param(
        {"brokers": "a:1", "ssl": True, "ca": "PEM", "authentication": False, "username": "u"},
        {"bootstrap.servers": "a:1", "client.id": "millrace", "security.protocol": "SSL", "ssl.ca.pem": "PEM"},
        id="an authority of one's own",
    ),
]


@pytest.mark.parametrize(("fields", "settings"), SETTINGS)
def test_fields_mean_settings(fields: dict[str, Any], settings: dict[str, Any]):
    assert client_settings(fields) == settings


WRONG = [
    pytest.param({"brokers": " "}, "brokers", id="no brokers"),
    pytest.param(PLAIN | {"authentication": True, "saslMechanism": "gssapi"}, "saslMechanism", id="a mechanism"),
]


@pytest.mark.parametrize(("fields", "field"), WRONG)
def test_a_wrong_field_is_named(fields: dict[str, Any], field: str):
    with pytest.raises(UserError) as refused:
        client_settings(fields)

    assert refused.value.field == field
    assert refused.value.hint


async def test_brokers_stand_for_a_credential():
    credentials = FakeCredentials({"kafka": PLAIN})

    assert (await cluster(credentials, " c:9092 "))["bootstrap.servers"] == "c:9092"
    assert (await cluster(credentials, ""))["bootstrap.servers"] == "a:9092,b:9092"


REGISTRIES = [
    pytest.param({}, "http://r:8081/", {"url": "http://r:8081"}, id="an address alone"),
    pytest.param(
        {"url": "https://r", "username": "u", "password": "p"},
        "",
        {"url": "https://r", "basic.auth.user.info": "u:p"},
        id="a credential alone",
    ),
    pytest.param({"url": "https://r"}, "http://other", {"url": "http://other"}, id="the node's address counts"),
]


@pytest.mark.parametrize(("fields", "url", "settings"), REGISTRIES)
async def test_a_registry_is_found(fields: dict[str, Any], url: str, settings: dict[str, str]):
    given = FakeCredentials({"schemaRegistryApi": fields} if fields else {})

    assert await registry(given, url) == settings


async def test_a_registry_has_an_address():
    with pytest.raises(UserError, match="no address"):
        await registry(FakeCredentials(), "")
