"""Wait: let an execution sleep for a time, until a time, or until a request comes; it holds no worker meanwhile.

Flow: any node → **wait** → (timer, or a request at `$execution.resumeUrl`) → any node.
"""

from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from nodes.sdk import Example, Field, Item, Items, NodeParams, Parameters, Run, WaitUntil, node
from nodes.sdk.ports import Opening, WaitForRequest
from nodes.transform.field_types import moment
from schemas.errors import ParameterError

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
Unit = Literal["seconds", "minutes", "hours", "days"]
LONGEST_SECONDS = 100 * 365 * 86_400


class Wait(NodeParams):
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
    limit_wait_time: bool = Field(False, description="Go on with the items where no request comes in time.")
    limit_type: Literal["afterTimeInterval", "atSpecifiedTime"] = Field("afterTimeInterval", description="Which time.")
    resume_amount: float = Field(1, ge=0, description="How long a request is awaited.")
    resume_unit: Unit = Field("hours", description="Unit of that amount.")
    max_date_and_time: Any = Field("", description="Until when a request is awaited.")
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
        at = _time(params.date_time, "dateTime", run)
        return WaitUntil(at, kept) if at > run.now else kept
    if params.incoming_authentication != "none":
        raise ParameterError(
            f'authentication "{params.incoming_authentication}" is not supported',
            field="incomingAuthentication",
            hint='choose "none": the address itself is a secret that only this execution tells',
        )
    if params.resume == "form":
        raise ParameterError("a wait for a form is not supported", field="resume", hint="wait for a webhook instead")
    return WaitForRequest(_opening(params), kept, _limit(params, run))


def _interval(params: Wait, version: float) -> int:
    amount = params.amount if params.amount is not None else (1 if version < 1.1 else 5)
    unit = params.unit or ("hours" if version < 1.1 else "seconds")
    return _milliseconds(amount, unit, "amount")


def _limit(params: Wait, run: Run) -> int | None:
    if not params.limit_wait_time:
        return None
    if params.limit_type == "atSpecifiedTime":
        return max(_time(params.max_date_and_time, "maxDateAndTime", run), run.now)
    return run.now + _milliseconds(params.resume_amount, params.resume_unit, "resumeAmount")


def _milliseconds(amount: float, unit: str, field: str) -> int:
    seconds = amount * SECONDS[unit]
    if seconds > LONGEST_SECONDS:
        raise ParameterError(f"{amount:g} {unit} is too long", field=field, hint="at most a hundred years")
    return int(seconds * 1000)


def _time(given: Any, field: str, run: Run) -> int:
    try:
        if isinstance(given, datetime):
            aware = given if given.tzinfo else given.replace(tzinfo=ZoneInfo(run.timezone))
            return int(aware.astimezone(UTC).timestamp() * 1000)
        return int(moment(given, run.timezone))
    except (ValueError, OverflowError):
        raise ParameterError(f'"{given}" is no date', field=field, hint="such as 2030-01-31T08:00:00") from None


def _opening(params: Wait) -> Opening:
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
    return Opening(
        suffix=str(options.get("webhookSuffix") or "").strip("/"),
        method=params.http_method,
        mode=params.response_mode,
        status=params.response_code,
        headers=headers,
        body=body,
    )


def _typed(headers: list[tuple[str, str]], kind: str) -> list[tuple[str, str]]:
    return headers if any(name.lower() == "content-type" for name, _ in headers) else [*headers, ("content-type", kind)]
