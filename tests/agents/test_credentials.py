"""Credentials at work: found, opened, renewed once, remembered for redaction.

Flow: vault view + keyring → **vault** → node; renewed → command.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from agents.credentials import GivenCredentials, Vault
from agents.redacting import redact, redact_info, redact_outputs
from nodes.sdk import discover_credentials
from schemas.commands import Command
from schemas.errors import ErrorInfo, OperationalError, UserError
from schemas.item import Item
from schemas.vault import CreateCredential, UpdateCredential
from streams.codecs import decode
from streams.settings import StreamSettings
from streams.stores.keyring import Keyring
from streams.topics import COMMANDS, all_topics
from streams.transports.embedded import open_broker
from tests.agents.catalogs import Catalog

RING = Keyring([bytes(32)])
OAUTH = {"clientId": "shop", "oauthTokenData": {"access_token": "old-token"}}
REFERENCE = {"oAuth2Api": {"id": "c1"}}


class Room:
    """A vault over a catalog and a log in memory."""

    def __init__(self, log: Any) -> None:
        self.catalog = Catalog()
        self.log = log
        sealed = RING.seal(msgspec.json.encode(OAUTH), "c1")
        self.catalog.body(CreateCredential("c1", "Shop", "oAuth2Api", sealed))
        self.vault = Vault(self.catalog.view.vault, RING, log)

    async def commands(self) -> list[Command]:
        reader = await self.log.reader(COMMANDS, [0], "earliest")
        records = await reader.read(wait_seconds=0.01)
        await reader.close()
        return [decode(record.value, Command) for record in records]


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    log = open_broker(StreamSettings(partitions=2), all_topics([]))
    yield Room(log)
    await log.close()


async def test_opens_what_a_node_names_and_remembers_it(room: Room) -> None:
    own = room.vault.of(REFERENCE)

    assert await own.get("oAuth2Api") == OAUTH
    assert "old-token" in own.opened
    assert room.vault.of(REFERENCE).opened == set()


@pytest.mark.parametrize(
    ("references", "text"),
    [
        pytest.param({}, 'no credential of type "oAuth2Api"', id="none chosen"),
        pytest.param({"oAuth2Api": {"id": "x", "name": "Gone"}}, 'no credential "Gone"', id="one that is gone"),
    ],
)
async def test_what_is_not_there_is_told(room: Room, references: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match=text):
        await room.vault.of(references).get("oAuth2Api")


async def test_many_who_ask_at_once_renew_once(room: Room) -> None:
    made = 0

    async def make(fields: dict[str, Any]) -> dict[str, Any] | None:
        nonlocal made
        if fields["oauthTokenData"]["access_token"] != "old-token":
            return None
        made += 1
        await asyncio.sleep(0.01)
        return {"oauthTokenData": {"access_token": "new-token"}}

    got = await asyncio.gather(*(room.vault.of(REFERENCE).renew("oAuth2Api", make) for _ in range(20)))

    assert made == 1
    assert {fields["oauthTokenData"]["access_token"] for fields in got} == {"new-token"}
    [command] = await room.commands()
    assert isinstance(command.change, UpdateCredential)
    assert command.change.expected == 1
    assert b"new-token" not in msgspec.msgpack.encode(command)
    assert (await room.vault.of(REFERENCE).get("oAuth2Api"))["oauthTokenData"] == {"access_token": "new-token"}


async def test_what_a_person_enters_meanwhile_wins(room: Room) -> None:
    async def make(_: dict[str, Any]) -> dict[str, Any]:
        return {"oauthTokenData": {"access_token": "new-token"}}

    await room.vault.of(REFERENCE).renew("oAuth2Api", make)
    entered = RING.seal(msgspec.json.encode({"clientId": "another"}), "c1")
    room.catalog.body(UpdateCredential("c1", sealed=entered))
    late = room.catalog.ask((await room.commands())[0].change)

    assert not late.answer.ok
    assert await room.vault.of(REFERENCE).get("oAuth2Api") == {"clientId": "another"}


async def test_where_another_process_was_first_its_token_counts(room: Room) -> None:
    newer = {"clientId": "shop", "oauthTokenData": {"access_token": "of-the-other"}}

    async def make(_: dict[str, Any]) -> dict[str, Any]:
        room.catalog.body(UpdateCredential("c1", sealed=RING.seal(msgspec.json.encode(newer), "c1")))
        raise OperationalError("the refresh token was used already")

    assert await room.vault.of(REFERENCE).renew("oAuth2Api", make) == newer


async def test_a_failure_to_renew_is_told_and_the_next_may_try(room: Room) -> None:
    async def fails(_: dict[str, Any]) -> dict[str, Any]:
        raise OperationalError("no answer")

    async def works(_: dict[str, Any]) -> dict[str, Any]:
        return {"clientId": "new"}

    with pytest.raises(OperationalError):
        await room.vault.of(REFERENCE).renew("oAuth2Api", fails)
    assert (await room.vault.of(REFERENCE).renew("oAuth2Api", works))["clientId"] == "new"


@pytest.mark.parametrize(
    ("kind", "fields", "opened", "kept"),
    [
        pytest.param("httpBasicAuth", {"user": "ada", "password": "s3cret"}, "s3cret", "ada", id="a known type"),
        pytest.param(
            "unheardOfApi", {"accessToken": "s3cret", "team": "open-team"}, "s3cret", "open-team", id="another"
        ),
        pytest.param("httpBasicAuth", {"password": "s3cret", "user": ["x"]}, "s3cret", "x", id="what does not fit"),
    ],
)
async def test_given_credentials_are_remembered(kind: str, fields: dict[str, Any], opened: str, kept: str) -> None:
    given = GivenCredentials({kind: fields}, discover_credentials())

    await given.get(kind)

    assert opened in given.opened
    assert kept not in given.opened


SECRETS = {"s3cret", "s3cret-and-more", 'quo"ted'}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param("a s3cret b", "a [secret] b", id="within a text"),
        pytest.param("s3cret-and-more", "[secret]", id="the longer one first"),
        pytest.param({"s3cret": ["s3cret", 1, None]}, {"[secret]": ["[secret]", 1, None]}, id="in keys and lists"),
        pytest.param("nothing", "nothing", id="nothing"),
    ],
)
def test_secrets_are_masked(value: object, shown: object) -> None:
    assert redact(value, SECRETS) == shown


def test_errors_and_items_of_failures_are_masked_and_others_are_not() -> None:
    info = ErrorInfo("no s3cret", hint="use s3cret", detail={"body": "s3cret"}, field="s")
    items = [[Item(json={"error": "s3cret", "x": "s3cret"}), Item(json={"a": "s3cret"}), Item(json={}, error="s3cret")]]

    told = redact_info(info, SECRETS)
    [[failed, good, other]] = redact_outputs(items, SECRETS)

    assert (told.message, told.hint, told.detail) == ("no [secret]", "use [secret]", {"body": "[secret]"})
    assert failed.json == {"error": "[secret]", "x": "[secret]"}
    assert good.json == {"a": "s3cret"}
    assert other.error == "[secret]"
    assert redact_outputs(items, ()) is items
