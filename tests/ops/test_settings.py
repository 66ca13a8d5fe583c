"""Settings: what the environment may say.

Flow: environment → settings → **here**.
"""

from pathlib import Path

import pytest

from ops.settings import Settings, read_settings, variable
from schemas.errors import UserError


@pytest.fixture(autouse=True)
def _clean(monkeypatch):
    for field in Settings.model_fields:
        monkeypatch.delenv(variable(field), raising=False)


def test_defaults():
    settings = read_settings()

    assert (settings.port, settings.data, settings.timezone) == (5680, Path(".millrace"), "UTC")
    assert settings.address == "http://127.0.0.1:5680"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        pytest.param("MILLRACE_PORT", "many", "setting MILLRACE_PORT: input should be a valid integer", id="no number"),
        pytest.param("MILLRACE_PORT", "70000", "setting MILLRACE_PORT: input should be less", id="no port"),
        pytest.param("MILLRACE_TIMEZONE", "Mars/Base", 'setting MILLRACE_TIMEZONE: "Mars/Base" is no', id="no zone"),
        pytest.param("MILLRACE_TOKEN", "short", "setting MILLRACE_TOKEN: a token has at least 8", id="short token"),
        pytest.param("MILLRACE_HISTORY_KEEP", "some", "setting MILLRACE_HISTORY_KEEP: input", id="no such choice"),
        pytest.param(
            "MILLRACE_TENANT_WEIGHTS", "acme", 'setting MILLRACE_TENANT_WEIGHTS: "acme" is no weight', id="no weight"
        ),
        pytest.param("MILLRACE_PROT", "1", "there is no setting MILLRACE_PROT", id="misspelt"),
    ],
)
def test_a_bad_variable_is_named(monkeypatch, name, value, says):
    monkeypatch.setenv(name, value)

    with pytest.raises(UserError) as caught:
        read_settings()

    assert caught.value.message.startswith(says)


def test_a_misspelt_variable_gets_a_hint(monkeypatch):
    monkeypatch.setenv("MILLRACE_PROT", "1")

    with pytest.raises(UserError) as caught:
        read_settings()

    assert caught.value.hint == "did you mean MILLRACE_PORT?"


@pytest.mark.parametrize(
    ("given", "address"),
    [
        pytest.param({"host": "0.0.0.0", "port": 81}, "http://127.0.0.1:81", id="all interfaces"),
        pytest.param({"host": "::1", "port": 81}, "http://[::1]:81", id="IPv6"),
        pytest.param({"url": "https://flows.example/"}, "https://flows.example", id="behind a proxy"),
    ],
)
def test_address(given, address):
    assert read_settings(**given).address == address


def test_the_token_does_not_show():
    assert "hush-hush" not in repr(read_settings(token="hush-hush"))
