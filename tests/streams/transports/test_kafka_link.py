"""Addresses of clusters, and the names of topics in them.

Flow: URL → **address** → options of every client.
"""

import pytest

from schemas.errors import UserError
from streams.transports.kafka_link import Names, parse_address


@pytest.mark.parametrize(
    ("url", "servers", "security"),
    [
        pytest.param("kafka://one:1", ("one:1",), "PLAINTEXT", id="one"),
        pytest.param("kafka://one:1,two:2/", ("one:1", "two:2"), "PLAINTEXT", id="two"),
        pytest.param("kafka://one", ("one:9092",), "PLAINTEXT", id="no port"),
        pytest.param("kafka://u:p@one:1,two:2", ("one:1", "two:2"), "SASL_PLAINTEXT", id="with a password"),
        pytest.param("kafka+ssl://one:1", ("one:1",), "SSL", id="encrypted"),
        pytest.param("kafka+ssl://u:p@one:1", ("one:1",), "SASL_SSL", id="encrypted, with a password"),
    ],
)
def test_an_address_is_read(url: str, servers: tuple[str, ...], security: str) -> None:
    options = parse_address(url).options("me")

    assert options["bootstrap_servers"] == list(servers)
    assert options["security_protocol"] == security
    assert ("ssl_context" in options) == security.endswith("SSL")


def test_a_password_may_have_any_character() -> None:
    options = parse_address("kafka://us%40er:p%3Aa%2Fss@one:1").options("me")

    assert (options["sasl_plain_username"], options["sasl_plain_password"]) == ("us@er", "p:a/ss")


def test_a_password_is_not_shown() -> None:
    assert str(parse_address("kafka://user:secret@one:1")) == "one:1"
    with pytest.raises(UserError) as refused:
        parse_address("kafka://user:secret@one:x")
    assert "secret" not in refused.value.message


@pytest.mark.parametrize(
    "url",
    ["kafka://", "kafka://one:x", "kafka://one:1,", "kafka:one:1", "http://one:1", "kafka://:1"],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(UserError, match="address"):
        parse_address(url)


@pytest.mark.parametrize("prefix", ["millrace.", "other-", ""])
def test_names_come_back(prefix: str) -> None:
    names = Names(prefix)

    assert names.wire("millrace.node.set") == f"{prefix}node.set"
    assert names.local(names.wire("millrace.node.set")) == "millrace.node.set"
