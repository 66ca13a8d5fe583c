"""Flows: the workflows that run under chaos: they pass every kind of edge, and what they do outside can be counted.

Flow: **flows** → API of the installation.
"""

from typing import Any

from ops.bench.workflows import answering, chain

EVENTS = "chaos"
ANSWERS = "chaos-answers"
SLEEPS = "chaos-sleeps"
KEYED = ("first", "last")
PLAIN = ("middle",)
NAP_SECONDS = 0.2
PAD = 70_000


def counted(ledger: str) -> dict[str, Any]:
    """Webhook → a keyed call beside a Code node with a large output → join → a call without a key → nap → a keyed call.

    What is in doubt at the plain call goes on as the person decides who looks at the ledger.
    """
    flow = chain(
        "chaos: counted",
        [
            ("Webhook", "webhook", 2, _hook(EVENTS, "onReceived")),
            ("First", "httpRequest", 4.2, _call(ledger, "first", "$json.body.event", keyed=True)),
            ("Join", "merge", 3, {"numberInputs": 2}),
            ("Middle", "httpRequest", 4.2, _call(ledger, "middle", "$json.event", keyed=False)),
            ("Nap", "wait", 1.1, {"amount": NAP_SECONDS, "unit": "seconds"}),
            ("Last", "httpRequest", 4.2, _call(ledger, "last", "$('Webhook').first().json.body.event", keyed=True)),
        ],
    )
    event = "$input.first().json.body.event"
    pad = f"return [{{json: {{event: {event}, pad: {event} + 'x'.repeat({PAD})}}}}]"
    flow["nodes"].append(_node("Pad", "code", 2, {"jsCode": pad}))
    flow["connections"]["Webhook"]["main"][0].append({"node": "Pad", "type": "main", "index": 0})
    flow["connections"]["Pad"] = {"main": [[{"node": "Join", "type": "main", "index": 1}]]}
    for node in flow["nodes"]:
        if node["name"] in ("Middle", "Last"):
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
