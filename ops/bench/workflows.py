"""The workflows that are measured.

Flow: **workflows** → measures → API.
"""

from itertools import pairwise
from typing import Any

BODY = {"id": "x1", "name": "widget", "qty": 7, "price": 19.5}


def chain(name: str, nodes: list[tuple[str, str, float, dict[str, Any]]]) -> dict[str, Any]:
    """Make a workflow of (name, type, type version, parameters), each linked to the next by its first output."""
    return {
        "name": name,
        "nodes": [
            {
                "id": f"n{at}",
                "name": title,
                "type": f"n8n-nodes-base.{kind}",
                "typeVersion": version,
                "position": [at * 220, 0],
                "parameters": parameters,
            }
            for at, (title, kind, version, parameters) in enumerate(nodes)
        ],
        "connections": {
            first[0]: {"main": [[{"node": second[0], "type": "main", "index": 0}]]} for first, second in pairwise(nodes)
        },
        "settings": {"executionOrder": "parallel"},
    }


def answering(path: str = "bench") -> dict[str, Any]:
    """Webhook → set (three fields) → if → set → the last node answers."""
    return chain(
        "bench: answering",
        [
            _webhook(path, "firstEntryJson"),
            (
                "Fields",
                "set",
                3.4,
                _assigned(
                    ("total", "={{ $json.body.qty * $json.body.price }}", "number"),
                    ("name", "={{ $json.body.name.toUpperCase() }}", "string"),
                    ("qty", "={{ $json.body.qty }}", "number"),
                ),
            ),
            ("Large", "if", 2.2, {"conditions": _condition("={{ $json.total }}", "gt", 100), "options": {}}),
            ("Mark", "set", 3.4, _assigned(("size", "big", "string")) | {"includeOtherFields": True}),
        ],
    )


def five_nodes(path: str = "five") -> dict[str, Any]:
    """Webhook → set (three fields) → if → set → set → noOp: five nodes after the trigger, the last one answers."""
    flow = answering(path)
    more = chain(
        "", [("Mark", "set", 3.4, {}), ("Count", "set", 3.4, _assigned(("n", 1, "number"))), ("End", "noOp", 1, {})]
    )
    return flow | {
        "name": "bench: five nodes",
        "nodes": flow["nodes"] + more["nodes"][1:],
        "connections": flow["connections"] | more["connections"],
    }


def answering_long(path: str, steps: int) -> dict[str, Any]:
    """Webhook → so many nodes that do nothing: events by the dozen for little else; the last one answers."""
    return chain(
        "bench: many events",
        [_webhook(path, "firstEntryJson"), *((f"Step {at}", "noOp", 1, {}) for at in range(steps))],
    )


def many_items(path: str = "million") -> dict[str, Any]:
    """Webhook with a list → splitOut → set → filter → aggregate: five nodes, as many items as the list is long."""
    return chain(
        "bench: many items",
        [
            _webhook(path, "noData"),
            ("Split", "splitOut", 1, {"fieldToSplitOut": "body.list", "options": {"destinationFieldName": "n"}}),
            ("Double", "set", 3.4, _assigned(("n", "={{ $json.n * 2 }}", "number"))),
            ("Large", "filter", 2.2, {"conditions": _condition("={{ $json.n }}", "gt", 9), "options": {}}),
            (
                "Sum",
                "aggregate",
                1,
                {
                    "aggregate": "aggregateIndividualFields",
                    "fieldsToAggregate": {"fieldToAggregate": [{"fieldToAggregate": "n"}]},
                },
            ),
        ],
    )


def piping(broker: str, source: str, sink: str, batch: int) -> dict[str, Any]:
    """Kafka trigger → set (three fields) → if → kafka: records of one topic become records of another."""
    options = {"batchSize": batch, "maxWait": 50, "jsonParseMessage": True, "onlyMessage": True}
    return chain(
        "bench: piping",
        [
            (
                "Records",
                "kafkaTrigger",
                1,
                {"topic": source, "groupId": f"{sink}-group", "brokers": broker, "options": options},
            ),
            (
                "Fields",
                "set",
                3.4,
                _assigned(
                    ("total", "={{ $json.qty * $json.price }}", "number"),
                    ("name", "={{ $json.name.toUpperCase() }}", "string"),
                    ("id", "={{ $json.id }}", "number"),
                ),
            ),
            ("Any", "if", 2.2, {"conditions": _condition("={{ $json.total }}", "gte", 0), "options": {}}),
            ("Send", "kafka", 1, {"topic": sink, "brokers": broker, "sendInputData": True, "options": {"acks": "all"}}),
        ],
    )


def calling(path: str, mode: str, url: str, tenant: str) -> dict[str, Any]:
    """Webhook → httpRequest, for a tenant."""
    flow = chain(
        f"bench: calling {path}",
        [
            ("Webhook", "webhook", 2, {"httpMethod": "POST", "path": path, "responseMode": mode, "options": {}}),
            ("Call", "httpRequest", 4.2, {"url": url, "options": {}}),
        ],
    )
    flow["settings"]["tenant"] = tenant
    return flow


def at_once(path: str, tenant: str) -> dict[str, Any]:
    """What ``answering`` does, for a tenant and without an answer: nothing of it waits for the world."""
    flow = answering(path)
    flow["nodes"][0]["parameters"]["responseMode"] = "onReceived"
    flow["settings"]["tenant"] = tenant
    return flow | {"name": f"bench: at once {path}"}


def _webhook(path: str, data: str) -> tuple[str, str, float, dict[str, Any]]:
    parameters = {"httpMethod": "POST", "path": path, "responseMode": "lastNode", "responseData": data, "options": {}}
    return ("Webhook", "webhook", 2, parameters)


def _assigned(*fields: tuple[str, Any, str]) -> dict[str, Any]:
    assignments = [{"id": name, "name": name, "value": value, "type": kind} for name, value, kind in fields]
    return {"mode": "manual", "assignments": {"assignments": assignments}, "options": {}}


def _condition(left: str, operation: str, right: float) -> dict[str, Any]:
    return {
        "options": {"caseSensitive": True, "leftValue": "", "typeValidation": "strict", "version": 2},
        "conditions": [
            {"id": "c", "leftValue": left, "rightValue": right, "operator": {"type": "number", "operation": operation}}
        ],
        "combinator": "and",
    }
