"""Wait: let an execution sleep for a time, until a time, or until a request comes; it holds no worker meanwhile.

Flow: any node → **wait** → (timer, or a request at `$execution.resumeUrl`) → any node.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import msgspec

from nodes.sdk import Example, Field, Item, Items, Parameters, Run, WaitUntil, node
from nodes.sdk.ports import Opening, WaitForRequest
from nodes.transform.form_fields import FormFields, fields_of
from nodes.transform.wait_limits import LimitedWait, Unit, milliseconds, time_of
from nodes.triggers.admission import admission
from schemas.form import RECORDED, Form, Page
from schemas.trigger import CALLER_CREDENTIALS

READING = ("binaryData", "binaryPropertyName", "rawBody", "ignoreBots", "ipWhitelist")
"""Options of a request that the gateway heeds."""


class Wait(LimitedWait):
    """What to wait for."""

    resume: Literal["timeInterval", "specificTime", "webhook", "form"] = Field(
        "timeInterval", description="A while, a point in time, or a request at `$execution.resumeUrl`."
    )
    amount: float | None = Field(None, ge=0, description="How long (5 seconds; in version 1, 1 hour).")
    unit: Unit | None = Field(None, description="Unit of the amount.")
    date_time: Any = Field("", description="Point in time; without an offset in the workflow's zone.")
    incoming_authentication: str = Field("none", description="Who may resume; the address is a secret by itself.")
    http_method: Literal["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"] = Field("GET", description="Method.")
    response_mode: Literal["onReceived", "lastNode", "responseNode"] = Field(
        "onReceived", description="Answer at once, after the last node, or by a node."
    )
    response_code: int = Field(200, ge=100, le=599, description="Status of the answer.")
    response_data: Literal["allEntries", "firstEntryJson", "firstEntryBinary", "noData"] = Field(
        "firstEntryJson", description="What of the last node's items is the answer."
    )
    response_binary_property_name: str = Field("data", description="The binary part to answer with.")
    form_title: str = Field("", description="Title of the form.")
    form_description: str = Field("", description="Text below the title.")
    form_fields: FormFields = Field(FormFields(), description="Fields of the form.")
    options: dict[str, Any] = Field({}, description="Suffix of the address, and how the answer is made.")


@node(
    "wait",
    group="flow",
    runs="inline",
    title="Wait",
    versions=(1, 1.1),
    examples=[
        Example(title="waits a while", params={"amount": 2, "unit": "minutes"}, given=[{"n": 1}], then=[{"n": 1}]),
        Example(
            title="waits until a time",
            params={"resume": "specificTime", "dateTime": "2030-01-01T00:00:00Z"},
            given=[{"n": 1}],
            then=[{"n": 1}],
        ),
        Example(
            title="needs a time that it can read",
            params={"resume": "specificTime", "dateTime": "soon"},
            given=[{}],
            fails="is no date",
        ),
    ],
)
async def wait(parameters: Parameters[Wait], items: Items, run: Run) -> WaitUntil | WaitForRequest | Items:
    """Sleep, then go on with the items, or with what the request brought."""
    params = parameters(0)
    kept = [Item(item.json, item.binary, at) for at, item in enumerate(items)]
    if params.resume == "timeInterval":
        return WaitUntil(run.now + _interval(params, run.version), kept)
    if params.resume == "specificTime":
        at = time_of(params.date_time, "dateTime", run)
        return WaitUntil(at, kept, fixed=True) if at > run.now else kept
    opening = _form(params, run) if params.resume == "form" else _opening(params, parameters.raw)
    known = ("basicAuth",) if params.resume == "form" else CALLER_CREDENTIALS
    asked = admission(params.incoming_authentication, known, run.node, field="incomingAuthentication")
    return WaitForRequest(
        replace(opening, options={**opening.options, **asked}), kept, params.limit(run), fixed=params.fixed
    )


def _interval(params: Wait, version: float) -> int:
    amount = params.amount if params.amount is not None else (1 if version < 1.1 else 5)
    unit = params.unit or ("hours" if version < 1.1 else "seconds")
    return milliseconds(amount, unit, "amount")


def _opening(params: Wait, raw: Mapping[str, Any]) -> Opening:
    options = params.options
    entries = (options.get("responseHeaders") or {}).get("entries") or []
    headers = [(str(one.get("name", "")), str(one.get("value", ""))) for one in entries]
    data = options.get("responseData")
    if options.get("noResponseBody"):
        body = ""
    elif isinstance(data, str) and data:
        body = data
        headers = _typed(headers, "text/html; charset=utf-8")
    else:
        body = msgspec.json.encode(data or {"message": "Workflow was started"}).decode()
        headers = _typed(headers, "application/json; charset=utf-8")
    asked = {name: options[name] for name in READING if options.get(name)}
    condition = (raw.get("options") or {}).get("onlyRunIf")
    return Opening(
        suffix=str(options.get("webhookSuffix") or "").strip("/"),
        method=params.http_method,
        mode=params.response_mode,
        status=params.response_code,
        headers=headers,
        body=body,
        options=asked | ({"onlyRunIf": condition} if condition else {}),
    )


def _form(params: Wait, run: Run) -> Opening:
    """Open a page: whoever sends it lets the execution go on."""
    respond = (params.options.get("respondWithOptions") or {}).get("values") or {}
    redirects = respond.get("respondWith") == "redirect"
    form = Form(
        title=params.form_title,
        description=params.form_description,
        fields=fields_of(params.form_fields.values),
        done=str(respond.get("formSubmittedText") or RECORDED),
        redirect=str(respond.get("redirectUrl") or "") if redirects else "",
    )
    page = Page(form, zone=run.timezone, test=run.mode == "manual")
    suffix = str(params.options.get("webhookSuffix") or "").strip("/")
    return Opening(suffix=suffix, method="", mode=params.response_mode, page=page)


def _typed(headers: list[tuple[str, str]], kind: str) -> list[tuple[str, str]]:
    return headers if any(name.lower() == "content-type" for name, _ in headers) else [*headers, ("content-type", kind)]
