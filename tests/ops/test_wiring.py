"""Wiring: what each part is told.

Flow: settings → wiring → **here**.
"""

from pathlib import Path

import pytest

from ops.settings import read_settings
from ops.wiring import gateway_settings, history_settings, stream_settings
from schemas.errors import UserError

FOLDER = Path("/data")


@pytest.mark.parametrize(
    ("given", "broker"),
    [
        pytest.param({}, "sqlite:////data/log.sqlite", id="in the data folder"),
        pytest.param({"broker": "memory://"}, "memory://", id="nowhere"),
        pytest.param({"broker": "sqlite:////fast/log"}, "sqlite:////fast/log", id="elsewhere"),
    ],
)
def test_where_the_log_is(given, broker):
    assert stream_settings(read_settings(**given), FOLDER).broker == broker


def test_a_broker_to_come_is_refused_without_its_password():
    with pytest.raises(UserError) as caught:
        stream_settings(read_settings(broker="kafka://user:secret@k:9092"), FOLDER)

    assert "secret" not in caught.value.message
    assert "k:9092" in caught.value.message


@pytest.mark.parametrize(
    ("given", "keep"),
    [
        pytest.param({}, "all", id="all"),
        pytest.param({"history_keep": "errors"}, "errors", id="errors"),
        pytest.param({"history_keep": "sample", "history_sample": 0.25}, "sample:0.25", id="sample"),
    ],
)
def test_what_the_history_keeps(given, keep):
    assert history_settings(read_settings(**given), FOLDER).keep == keep


def test_where_the_history_is():
    assert history_settings(read_settings(), FOLDER).url == "chdb:///data/history"
    assert history_settings(read_settings(clickhouse="http://c:8123/m"), FOLDER).url == "http://c:8123/m"


def test_the_gateway_gets_the_token_and_the_address():
    found = gateway_settings(read_settings(url="https://flows.example", body_limit=2048), "a-long-token")

    assert found.token.get_secret_value() == "a-long-token"
    assert (found.public_url, found.body_limit) == ("https://flows.example", 2048)
