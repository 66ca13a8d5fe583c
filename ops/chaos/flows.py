"""Flows: the workflows that run under chaos: they pass every kind of edge, and what they do outside can be counted.

Flow: **flows** → API of the installation.
"""

from dataclasses import dataclass
from typing import Any

from ops.bench.workflows import answering, chain

EVENTS = "chaos"
ANSWERS = "chaos-answers"
SLEEPS = "chaos-sleeps"
NAPS = "chaos-naps"
QUEUE = "chaos-queue"
MOMENTS = "chaos-moments"
KEYED = ("first", "last")
PLAIN = ("middle",)
RECORDED = "record"
WRITTEN = "row"
NAP = "nap"
QUEUED = "queued"
HEARD = "heard"
MOMENT = "moment"
TICK = "tick"
TICK_SECONDS = 1800
NAP_SECONDS = 0.2
PAD = 70_000
QUEUES = 4
FEED = "-feed"
"""How the name of the topic that feeds a workflow ends, after that of the topic of effects."""
FEED_SESSION_MS = 6000
QUEUE_NAP_SECONDS = 0.8
STARTED = "$('Webhook').first().json.body.event"


@dataclass(frozen=True)
class Places:
    """Where workflows find what counts their effects: HTTP, a data table's id, and a topic where there is one."""

    ledger: str
    table: str
    brokers: str = ""
    topic: str = ""


def counted(places: Places) -> dict[str, Any]:
    """Webhook → a keyed call beside a Code node with a large output → join → the rest, one after the other.

    That is a call without a key, a record to Kafka, a nap, a keyed call, a row of a data table. What is in doubt at the
    plain call goes on as the person decides who looks at the ledger.
    """
    ledger = places.ledger
    record = [("Record", "kafka", 2, _record(places))] if places.topic else []
    flow = chain(
        "chaos: counted",
        [
            ("Webhook", "webhook", 2, _hook(EVENTS, "onReceived")),
            ("First", "httpRequest", 4.2, _call(ledger, "first", "$json.body.event", keyed=True)),
            ("Join", "merge", 3, {"numberInputs": 2}),
            ("Middle", "httpRequest", 4.2, _call(ledger, "middle", "$json.event", keyed=False)),
            *record,
            ("Nap", "wait", 1.1, {"amount": NAP_SECONDS, "unit": "seconds"}),
            ("Last", "httpRequest", 4.2, _call(ledger, "last", STARTED, keyed=True)),
            ("Row", "dataTable", 1.1, _row(places)),
        ],
    )
    event = "$input.first().json.body.event"
    pad = f"return [{{json: {{event: {event}, pad: {event} + 'x'.repeat({PAD})}}}}]"
    flow["nodes"].append(_node("Pad", "code", 2, {"jsCode": pad}))
    flow["connections"]["Webhook"]["main"][0].append({"node": "Pad", "type": "main", "index": 0})
    flow["connections"]["Pad"] = {"main": [[{"node": "Join", "type": "main", "index": 1}]]}
    for node in flow["nodes"]:
        # What has a key may be tried again.
        node["retryOnFail"] = node["name"] in ("First", "Record", "Last", "Row")
        if node["name"] in ("Middle", "Record", "Last", "Row"):
            node["executeOnce"] = True
    return flow


def answers() -> dict[str, Any]:
    """Answer at once, from a chain of cheap nodes."""
    return answering(ANSWERS)


def sleeps() -> dict[str, Any]:
    """Sleep until cancelled."""
    return chain(
        "chaos: sleeping",
        [
            ("Webhook", "webhook", 2, _hook(SLEEPS, "onReceived")),
            ("Nap", "wait", 1.1, {"amount": 1, "unit": "days"}),
        ],
    )


def queued(ledger: str) -> dict[str, Any]:
    """Make a keyed call and nap, in a few queues of one at a time: a burst waits, and its records are parked."""
    flow = chain(
        "chaos: queued",
        [
            ("Webhook", "webhook", 2, _hook(QUEUE, "onReceived")),
            ("Call", "httpRequest", 4.2, _call(ledger, QUEUED, "$json.body.event", keyed=True)),
            ("Nap", "wait", 1.1, {"amount": QUEUE_NAP_SECONDS, "unit": "seconds"}),
        ],
    )
    key = f"={{{{ $json.body.event % {QUEUES} }}}}"
    flow["settings"]["millrace"] = {"concurrency": {"limit": 1, "key": key}}
    return flow


def hearing(places: Places) -> dict[str, Any]:
    """Make a keyed call for each record of a topic."""
    source = {"topic": f"{places.topic}{FEED}", "groupId": places.topic, "brokers": places.brokers}
    options = {
        "jsonParseMessage": True,
        "onlyMessage": True,
        "sessionTimeout": FEED_SESSION_MS,
        "heartbeatInterval": 500,
    }
    return chain(
        "chaos: hearing",
        [
            ("Kafka", "kafkaTrigger", 1.1, {**source, "options": options}),
            ("Call", "httpRequest", 4.2, _call(places.ledger, HEARD, "$json.event", keyed=True)),
        ],
    )


def naps(ledger: str) -> dict[str, Any]:
    """Sleep for as long as asked, then a keyed call."""
    return _sleeping("naps", NAPS, {"amount": "={{ $json.body.seconds }}", "unit": "seconds"}, ledger, NAP)


def moments(ledger: str) -> dict[str, Any]:
    """Sleep until a time, then a keyed call."""
    return _sleeping("moments", MOMENTS, {"resume": "specificTime", "dateTime": "={{ $json.body.at }}"}, ledger, MOMENT)


def ticks(ledger: str) -> dict[str, Any]:
    """Make a keyed call for each due time of a schedule, also for those that were missed; its event is that time."""
    rule = {"rule": {"interval": [{"field": "minutes", "minutesInterval": TICK_SECONDS // 60}]}}
    due = "DateTime.fromISO($json.timestamp).toSeconds()"
    nodes = [
        ("Schedule", "scheduleTrigger", 1.2, rule),
        ("Tick", "httpRequest", 4.2, _call(ledger, TICK, due, keyed=True)),
    ]
    flow = chain("chaos: ticks", nodes)
    flow["settings"]["misfire"] = "all"
    return flow


def _sleeping(name: str, path: str, wait: dict[str, Any], ledger: str, step: str) -> dict[str, Any]:
    return chain(
        f"chaos: {name}",
        [
            ("Webhook", "webhook", 2, _hook(path, "onReceived")),
            ("Wait", "wait", 1.1, wait),
            ("Call", "httpRequest", 4.2, _call(ledger, step, "$json.body.event", keyed=True)),
        ],
    )


def _record(places: Places) -> dict[str, Any]:
    message = f"={{{{ JSON.stringify({{event: {STARTED}}}) }}}}"
    way = {"topic": places.topic, "brokers": places.brokers, "useKey": True, "key": f"={{{{ {STARTED} }}}}"}
    return {**way, "sendInputData": False, "message": message}


def _row(places: Places) -> dict[str, Any]:
    columns = {"mappingMode": "defineBelow", "value": {"event": f"={{{{ {STARTED} }}}}"}}
    return {"operation": "insert", "dataTableId": {"mode": "id", "value": places.table}, "columns": columns}


def _hook(path: str, mode: str) -> dict[str, Any]:
    return {"httpMethod": "POST", "path": path, "responseMode": mode, "options": {}}


def _call(ledger: str, step: str, event: str, *, keyed: bool) -> dict[str, Any]:
    call: dict[str, Any] = {
        "method": "POST",
        "url": f"{ledger}/{step}",
        "sendBody": True,
        "specifyBody": "json",
        "jsonBody": f"={{{{ JSON.stringify({{event: {event}}}) }}}}",
        "options": {},
    }
    if keyed:
        header = {"name": "Idempotency-Key", "value": f"={{{{ $execution.id }}}}-{step}"}
        call |= {"sendHeaders": True, "headerParameters": {"parameters": [header]}}
    return call


def _node(name: str, kind: str, version: float, parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "type": f"n8n-nodes-base.{kind}",
        "typeVersion": version,
        "position": [220, 220],
        "parameters": parameters,
    }
