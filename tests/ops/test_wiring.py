"""Wiring: what each part is told.

Flow: settings → wiring → **here**.
"""

from pathlib import Path

import pytest

from ops.roles import GATEWAY, UP, WORKER, check_role
from ops.settings import read_settings
from ops.wiring import gateway_settings, history_settings, records_history, stream_settings, view_path
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


def test_another_broker_is_refused_without_its_password():
    with pytest.raises(UserError) as caught:
        stream_settings(read_settings(broker="amqp://user:secret@k:5672"), FOLDER)

    assert "secret" not in caught.value.message
    assert "k:5672" in caught.value.message


def test_an_embedded_log_has_no_prefix():
    with pytest.raises(UserError, match="one installation"):
        stream_settings(read_settings(prefix="mine."), FOLDER)


def test_on_kafka_the_installation_has_names_of_its_own():
    found = stream_settings(read_settings(broker="kafka://k", prefix="mine.", replication=2), FOLDER)

    assert (found.prefix, found.app_id, found.partitions, found.replication) == ("mine.", "mine.engine", 24, 2)


def test_each_log_has_a_view_of_its_own():
    brokers = [None, "kafka://k", "kafka://l", "kafka+ssl://user:one@l", "kafka+ssl://user:two@l"]

    paths = [view_path(stream_settings(read_settings(broker=broker), FOLDER), FOLDER) for broker in brokers]

    assert paths[3] == paths[4]
    assert len(set(paths)) == 4


@pytest.mark.parametrize("role", [GATEWAY, WORKER], ids=lambda role: role.verb)
@pytest.mark.parametrize(
    ("given", "says"),
    [
        pytest.param({}, "cannot share the embedded log", id="the log in the data folder"),
        pytest.param({"broker": "memory://"}, "cannot share the embedded log", id="no log"),
        pytest.param({"broker": "kafka://k"}, "would not share their blobs", id="blobs in the data folder"),
        pytest.param({"broker": "kafka://k", "blobs": "memory://"}, "would not share", id="blobs in memory"),
    ],
)
def test_a_process_that_could_not_work_with_others_is_refused(role, given, says):
    with pytest.raises(UserError, match=says):
        check_role(read_settings(**given), role)


@pytest.mark.parametrize("role", [UP, GATEWAY, WORKER], ids=lambda role: role.verb)
@pytest.mark.parametrize("broker", ["kafka://k", "kafka+ssl://user:word@k:9093,l"])
def test_every_role_runs_on_kafka(role, broker):
    check_role(read_settings(broker=broker, blobs="file:///shared"), role)


@pytest.mark.parametrize(
    ("clickhouse", "recorders"),
    [
        pytest.param(None, [UP, GATEWAY], id="an embedded one belongs to who is asked for it"),
        pytest.param("http://c:8123/m", [UP, WORKER], id="a server takes it from those who make it"),
    ],
)
def test_who_writes_the_history(clickhouse, recorders):
    settings = read_settings(clickhouse=clickhouse)

    assert [role for role in (UP, GATEWAY, WORKER) if records_history(settings, role)] == recorders


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
    settings = read_settings(url="https://flows.example", body_limit=2048, partitions=3)

    found = gateway_settings(settings, stream_settings(settings, FOLDER), "a-long-token")

    assert found.token.get_secret_value() == "a-long-token"
    assert (found.public_url, found.body_limit, found.partitions) == ("https://flows.example", 2048, 3)
