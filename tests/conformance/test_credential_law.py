"""The credential law: what every credential type must keep, asked of all that are found.

Flow: credential types → **credential law**.
"""

import copy
import json
import re

import pytest

from nodes.sdk import CredentialType, HttpRequest, discover_credentials
from schemas.errors import MillraceError, ParameterError

TYPES = list(discover_credentials())
BY_NAME = [pytest.param(each, id=each.name) for each in TYPES]
PLANTED = 'planted-s3cret/&"x'
NOW = 1_700_000_000_000


def planted(type_: CredentialType) -> dict[str, object]:
    """Give the type's example, with a known text in every secret field that holds a text."""
    secret = type_.secret_names(dict.fromkeys(names(type_))) - {"json", "additionalBodyProperties", "oauthTokenData"}
    return {**type_.example, **dict.fromkeys(secret, PLANTED)}


def names(type_: CredentialType) -> list[str]:
    """Name the fields as they are written outside."""
    return [field.alias or name for name, field in type_.fields.model_fields.items()]


def request() -> HttpRequest:
    return HttpRequest("GET", "https://example.com/orders?a=1#b", headers=[("accept", "application/json")])


@pytest.mark.parametrize("type_", BY_NAME)
def test_is_described_and_lives_in_a_file_of_its_name(type_: CredentialType) -> None:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type_.name).lower()

    assert type_.summary
    assert type_.module in (f"nodes.credentials.{words}", "nodes.credentials.services")
    assert all(field.description for field in type_.fields.model_fields.values())


@pytest.mark.parametrize("type_", BY_NAME)
def test_the_example_fits_and_names_fields_of_the_type(type_: CredentialType) -> None:
    fields = type_.read(type_.example)

    assert not fields.model_extra
    assert set(type_.example) <= set(names(type_))


@pytest.mark.parametrize("type_", BY_NAME)
def test_has_a_secret_and_marks_it_in_its_schema(type_: CredentialType) -> None:
    properties = type_.schema()["properties"]

    secret = type_.secret_names(dict.fromkeys(properties))

    assert secret
    assert {name for name, shown in properties.items() if shown.get("writeOnly")} == secret


@pytest.mark.parametrize("type_", BY_NAME)
def test_shows_no_secret_when_it_is_written_down(type_: CredentialType) -> None:
    fields = type_.read(planted(type_))

    shown = f"{fields!r} {fields} {fields.model_dump_json()}"

    assert "planted" not in shown


@pytest.mark.parametrize("type_", BY_NAME)
def test_knows_every_form_of_its_secrets(type_: CredentialType) -> None:
    fields = type_.read({**planted(type_), "unknownToTheType": "another-s3cret"})

    found = fields.secrets()

    assert "another-s3cret" in found
    if PLANTED in planted(type_).values():
        assert {PLANTED, json.dumps(PLANTED)[1:-1], "planted-s3cret%2F%26%22x"} <= found


@pytest.mark.parametrize("type_", BY_NAME)
def test_a_wrong_field_is_named_without_its_value(type_: CredentialType) -> None:
    for name in names(type_):
        if name == "oauthTokenData":
            continue  # any object fits
        with pytest.raises(ParameterError) as refused:
            type_.read({name: ["planted-s3cret"]})

        assert str(refused.value.field).startswith(name)
        assert "planted" not in f"{refused.value.message} {refused.value.hint} {refused.value.detail}"


@pytest.mark.parametrize("type_", [pytest.param(each, id=each.name) for each in TYPES if each.signs])
def test_signing_changes_a_copy(type_: CredentialType) -> None:
    given = request()
    before = copy.deepcopy(given)
    token = {"oauthTokenData": {"access_token": "t-12345678"}} if type_.oauth and type_.name != "oAuth1Api" else {}

    signed = type_.read({**type_.example, **token}).sign(given, NOW)

    assert signed != before
    assert ("accept", "application/json") in signed.headers
    assert given == before


@pytest.mark.parametrize("type_", [pytest.param(each, id=each.name) for each in TYPES if not each.signs])
def test_what_signs_nothing_says_so(type_: CredentialType) -> None:
    with pytest.raises(MillraceError, match=f'"{type_.name}" signs no HTTP requests'):
        type_.read(type_.example).sign(request(), NOW)


@pytest.mark.parametrize("type_", [pytest.param(each, id=each.name) for each in TYPES if each.oauth])
def test_what_is_oauth_can_be_connected(type_: CredentialType) -> None:
    assert callable(type_.fields.begin)  # type: ignore[attr-defined]
    assert callable(type_.fields.finish)  # type: ignore[attr-defined]
