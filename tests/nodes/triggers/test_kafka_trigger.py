"""What a Kafka trigger subscribes to, and what stands against activating it."""

from typing import Any

import pytest

from nodes.checking import check
from nodes.sdk import Registry
from nodes.starting import blocks
from nodes.triggers.kafka_trigger import kafka_trigger, starts
from schemas.errors import ErrorInfo, UserError
from schemas.trigger import Subscription
from tests.nodes.graphs import box, graph

PARAMS = {"topic": "orders", "groupId": "g", "brokers": "b:1"}
PLAIN = {"format": "text", "onlyMessage": False, "headers": False}


def subscription(**more: Any) -> Subscription:
    given: dict[str, Any] = {"brokers": "b:1", "credential": "kafka", "heartbeat_ms": 3000, "options": PLAIN}
    return Subscription("T", "kafkaTrigger", ["orders"], "g", **(given | more))


SUBSCRIPTIONS = [
    pytest.param({}, {}, id="the least"),
    pytest.param({"options": {"jsonParseMessage": True}}, {"options": PLAIN | {"format": "json"}}, id="JSON"),
    pytest.param({"options": {"valueFormat": "binary"}}, {"options": PLAIN | {"format": "binary"}}, id="binary"),
    pytest.param(
        {"options": {"onlyMessage": True}}, {"options": PLAIN | {"onlyMessage": True}}, id="the message alone"
    ),
    pytest.param({"options": {"returnHeaders": True}}, {"options": PLAIN | {"headers": True}}, id="headers"),
    pytest.param({"options": {"fromBeginning": False}}, {"start": "latest"}, id="what comes next"),
    pytest.param({"options": {"batchSize": 50, "maxWait": 200}}, {"batch": 50, "wait_ms": 200}, id="batches"),
    pytest.param({"options": {"parallelProcessing": False}}, {"order": "partition"}, id="in order"),
    pytest.param({"options": {"keepKeyOrder": True}}, {"order": "key"}, id="in order by key"),
    pytest.param({"options": {"sessionTimeout": 45_000}}, {"session_ms": 45_000}, id="a session"),
    pytest.param(
        {"options": {"sessionTimeout": 100}}, {"session_ms": 6000, "heartbeat_ms": 2000}, id="the shortest session"
    ),
    pytest.param({"options": {"heartbeatInterval": 5000}}, {"heartbeat_ms": 5000}, id="a heartbeat"),
    pytest.param({"options": {"heartbeatInterval": 0}}, {"heartbeat_ms": 0}, id="the client's own heartbeat"),
    pytest.param({"options": {"allowAutoTopicCreation": True}}, {"make_topics": True}, id="a topic may be made"),
    pytest.param(
        {"useSchemaRegistry": True, "schemaRegistryUrl": "http://r", "options": {"jsonParseMessage": True}},
        {"options": PLAIN | {"format": "registry", "registry": "http://r"}},
        id="a schema registry",
    ),
    pytest.param({"topic": " orders "}, {}, id="blanks"),
    pytest.param({"topic": "={{ 'ord' + 'ers' }}"}, {}, id="an expression"),
    pytest.param({"resolveOffset": "onCompletion", "options": {"autoCommitThreshold": 5}}, {}, id="what has no effect"),
]


@pytest.mark.parametrize(("params", "more"), SUBSCRIPTIONS)
@pytest.mark.parametrize("version", kafka_trigger.versions)
def test_parameters_are_a_subscription(params: dict[str, Any], more: dict[str, Any], version: float):
    assert starts(PARAMS | params, version, "T") == [subscription(**more)]


def test_several_topics_have_commas_between():
    [found] = starts(PARAMS | {"topic": "orders, refunds"}, 1, "T")

    assert found.topics == ["orders", "refunds"]


@pytest.mark.parametrize("field", ["topic", "groupId"])
def test_what_is_missing_is_named(field: str):
    with pytest.raises(UserError) as refused:
        starts(PARAMS | {field: " "}, 1, "T")

    assert (refused.value.field, refused.value.node) == (field, "T")


def checked(params: dict[str, Any], **more: Any) -> tuple[list[Subscription], list[ErrorInfo]]:
    raw = graph(box("T", "n8n-nodes-base.kafkaTrigger", parameters=params, **more))
    found = check(raw, Registry([kafka_trigger]), strict=False)
    return found.subscriptions, [problem for problem in found.problems if blocks(problem)]


def test_a_workflow_has_its_triggers_subscriptions():
    assert checked(PARAMS) == ([subscription()], [])


@pytest.mark.parametrize(
    ("params", "more", "field"),
    [
        pytest.param(PARAMS | {"topic": ""}, {}, "topic", id="no topic yet"),
        pytest.param(PARAMS | {"brokers": ""}, {}, "brokers", id="nobody says where"),
    ],
)
def test_a_draft_may_be_incomplete_and_is_not_activated(params: dict[str, Any], more: dict[str, Any], field: str):
    _, blockers = checked(params, **more)

    assert [problem.field for problem in blockers] == [field]


def test_a_credential_says_where():
    subscriptions, blockers = checked(PARAMS | {"brokers": ""}, credentials={"kafka": {"id": "1", "name": "Ours"}})

    assert (subscriptions, blockers) == ([subscription(brokers="")], [])


def test_a_disabled_trigger_subscribes_to_nothing():
    assert checked(PARAMS, disabled=True)[0] == []
