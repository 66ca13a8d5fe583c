"""Respond to webhook: answer the HTTP request that started the execution, and go on.

Flow: webhook → … → **respondToWebhook** → any node.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from nodes.sdk import (
    Blobs,
    Credentials,
    Example,
    Field,
    Item,
    Items,
    NodeError,
    NodeParams,
    Parameters,
    Respond,
    Response,
    Run,
    node,
    using,
)
from nodes.transform import paths
from nodes.transform.field_types import parse_json, text
from nodes.transform.tokens import sign

JSON_TYPE = "application/json; charset=utf-8"
TEXT_TYPE = "text/html; charset=utf-8"
RespondWith = Literal["allIncomingItems", "binary", "firstIncomingItem", "json", "jwt", "noData", "redirect", "text"]


class Header(NodeParams):
    """One header."""

    name: str = ""
    value: Any = ""


class Headers(NodeParams):
    """Headers, as the editor keeps them."""

    entries: list[Header] = []


class RespondOptions(NodeParams):
    """Rarely needed choices."""

    response_code: int | None = Field(None, ge=100, le=599, description="Status of the answer.")
    response_headers: Headers = Field(Headers(), description="Headers of the answer.")
    enable_streaming: bool = Field(True, description="Kept for n8n: answers are sent whole.")
    response_key: str = Field("", description="Put the data below this field.")


class RespondToWebhook(NodeParams):
    """What to answer."""

    respond_with: RespondWith = Field("firstIncomingItem", description="What the body holds.")
    redirect_url: str = Field("", alias="redirectURL", description="Where to send the caller.")
    response_body: Any = Field('{"myField": "value"}', description="Body of json and text.")
    payload: Any = Field('{"myField": "value"}', description="Claims of the token (jwt).")
    response_data_source: Literal["automatically", "set"] = Field(
        "automatically", description="Which binary part: the first, or a named one."
    )
    input_field_name: str = Field("data", description="Name of the binary part.")
    enable_response_output: bool = Field(False, description="Give the answer on a second output.")
    options: RespondOptions = RespondOptions()


def _two_outputs(raw: Mapping[str, Any], version: float) -> bool:
    return version == 1.3 or (version >= 1.4 and raw.get("enableResponseOutput") is True)


def _outputs(raw: Mapping[str, Any], version: float) -> list[str]:
    return ["Input Data", "Response"] if _two_outputs(raw, version) else ["main"]


@using("jwtAuth")
@node(
    "respondToWebhook",
    group="flow",
    title="Respond to Webhook",
    versions=(1, 1.1, 1.2, 1.3, 1.4, 1.5),
    outputs=_outputs,
    examples=[
        Example(title="passes its items on", given=[{"n": 1}], then=[{"n": 1}]),
        Example(
            title="shows the answer on a second output",
            params={"respondWith": "text", "responseBody": "thanks", "enableResponseOutput": True},
            outputs=[
                [{}],
                [{"statusCode": 200, "headers": {"content-type": TEXT_TYPE}, "body": "thanks"}],
            ],
        ),
        Example(
            title="a JSON body must be JSON",
            params={"respondWith": "json", "responseBody": "{"},
            fails="the response body is not valid JSON",
        ),
    ],
)
async def respond_to_webhook(
    parameters: Parameters[RespondToWebhook], items: Items, run: Run, blobs: Blobs, credentials: Credentials
) -> Respond:
    """Answer the waiting HTTP request."""
    params = parameters(0)
    if params.respond_with == "jwt":
        secret = await credentials.get("jwtAuth")
        token = sign({}, _parsed(params.payload), secret.get("algorithm") or "HS256", secret)
        body, type_ = _json({"token": token}, "")
    else:
        body, type_ = await _body(params, items, blobs)
    headers = [(one.name, text(one.value)) for one in params.options.response_headers.entries if one.name]
    if params.respond_with == "redirect":
        headers.append(("location", params.redirect_url))
    if type_ and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("content-type", type_))
    status = params.options.response_code or (307 if params.respond_with == "redirect" else 200)
    outputs = [[Item(json=item.json, binary=item.binary, paired=at) for at, item in enumerate(items)]]
    if _two_outputs(parameters.raw, run.version):
        shown = {"statusCode": status, "headers": dict(headers), "body": _shown(body, type_)}
        outputs.append([Item(json=shown, paired=list(range(len(items))))])
    return Respond(Response(status, headers, body), outputs)


async def _body(params: RespondToWebhook, items: Items, blobs: Blobs) -> tuple[bytes, str]:
    match params.respond_with:
        case "allIncomingItems":
            return _json([item.json for item in items], params.options.response_key)
        case "firstIncomingItem":
            return _json(items[0].json if items else {}, params.options.response_key)
        case "json" if params.response_body == "":
            return b"", JSON_TYPE
        case "json":
            return _json(_parsed(params.response_body), "")
        case "text":
            return text(params.response_body).encode(), TEXT_TYPE
        case "binary":
            return await _binary(params, items, blobs)
    return b"", ""


def _json(value: Any, key: str) -> tuple[bytes, str]:
    if key:
        wrapped: dict[str, Any] = {}
        paths.put(wrapped, paths.keys(key), value)
        value = wrapped
    return msgspec.json.encode(value), JSON_TYPE


def _parsed(body: Any) -> Any:
    if not isinstance(body, str):
        return body
    try:
        return parse_json(body)
    except ValueError:
        raise NodeError(
            "the response body is not valid JSON", field="responseBody", hint="check quotes and commas"
        ) from None


async def _binary(params: RespondToWebhook, items: Items, blobs: Blobs) -> tuple[bytes, str]:
    parts = (items[0].binary or {}) if items else {}
    name = next(iter(parts), "") if params.response_data_source == "automatically" else params.input_field_name
    part = parts.get(name)
    if part is None:
        raise NodeError(f'the first item has no binary data "{name}"', field="inputFieldName")
    try:
        body = await blobs.get(part["id"]) if "id" in part else base64.b64decode(part["data"])
    except (KeyError, binascii.Error):
        raise NodeError(f'binary data "{name}" cannot be read') from None
    return body, part.get("mimeType") or "application/octet-stream"


def _shown(body: bytes, type_: str) -> Any:
    if type_ == JSON_TYPE and body:
        return msgspec.json.decode(body)
    return body.decode(errors="replace")
