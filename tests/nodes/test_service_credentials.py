"""Credentials of services: what each puts into a request, and that nothing is left to fill in."""

import base64
import json
from typing import Any

import pytest

from nodes.sdk import HttpRequest, discover_credentials
from nodes.sdk.credential import CredentialType
from schemas.errors import UserError

TYPES = discover_credentials()
SERVICES = [each for each in TYPES if each.module == "nodes.credentials.services"]


def pair(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize(
    ("kind", "fields", "headers", "url"),
    [
        pytest.param("slackApi", {"accessToken": "x-1"}, {"authorization": "Bearer x-1"}, "https://a.b/c", id="bearer"),
        pytest.param("githubApi", {"accessToken": "x-1"}, {"authorization": "token x-1"}, "https://a.b/c", id="token"),
        pytest.param("gitlabApi", {"accessToken": "x-1"}, {"Private-Token": "x-1"}, "https://a.b/c", id="own header"),
        pytest.param(
            "notionApi",
            {"apiKey": "x-1"},
            {"authorization": "Bearer x-1", "Notion-Version": "2022-02-22"},
            "https://a.b/c",
            id="with a version",
        ),
        pytest.param("openAiApi", {"apiKey": "x-1"}, {"authorization": "Bearer x-1"}, "https://a.b/c", id="one empty"),
        pytest.param(
            "openAiApi",
            {"apiKey": "x-1", "organizationId": "org"},
            {"authorization": "Bearer x-1", "OpenAI-Organization": "org"},
            "https://a.b/c",
            id="both there",
        ),
        pytest.param(
            "zendeskApi",
            {"email": "a@b.c", "apiToken": "x-1"},
            {"authorization": pair("a@b.c/token", "x-1")},
            "https://a.b/c",
            id="basic",
        ),
        pytest.param(
            "trelloApi", {"apiKey": "k 1", "apiToken": "t"}, {}, "https://a.b/c?key=k%201&token=t", id="in the address"
        ),
    ],
)
def test_signs_as_the_service_wants(kind: str, fields: dict[str, Any], headers: dict[str, str], url: str) -> None:
    signed = TYPES.get(kind).read(fields).sign(HttpRequest("GET", "https://a.b/c"), 0)

    assert (dict(signed.headers), signed.url) == (headers, url)


@pytest.mark.parametrize("type_", [pytest.param(each, id=each.name) for each in SERVICES if not each.oauth])
def test_every_secret_that_is_sent_is_known_in_each_form(type_: CredentialType) -> None:
    fields = type_.read(type_.example)
    signed = fields.sign(HttpRequest("GET", "https://a.b/c"), 0)

    sent = json.dumps([signed.headers, signed.url])

    assert "{" not in sent
    assert any(secret in sent for secret in fields.secrets())


@pytest.mark.parametrize("type_", [pytest.param(each, id=each.name) for each in SERVICES if each.oauth])
def test_an_authority_has_its_addresses(type_: CredentialType) -> None:
    fields: Any = type_.read(type_.example)

    assert fields.auth_url.startswith("https://")
    assert fields.access_token_url.startswith("https://")


@pytest.mark.parametrize(
    ("url", "signed"),
    [
        pytest.param("https://t.example/sendMessage?a=1", "https://t.example/bot1:x/sendMessage?a=1", id="a method"),
        pytest.param("https://t.example/bot1:x/getMe", "https://t.example/bot1:x/getMe", id="there already"),
    ],
)
def test_telegram_has_its_token_in_the_path(url: str, signed: str) -> None:
    fields = TYPES.get("telegramApi").read({"accessToken": "1:x", "baseUrl": "https://t.example"})

    assert fields.sign(HttpRequest("GET", url), 0).url == signed
    with pytest.raises(UserError, match="for addresses below"):
        fields.sign(HttpRequest("GET", "https://evil.example/x"), 0)
