"""Webhook: an HTTP request starts an execution, and may wait for its answer.

Flow: `/w/{path}` → **webhook** → any node; with several methods, one output for each.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from nodes.expressions.coercion import UNDEFINED
from nodes.expressions.scope import Scope
from nodes.expressions.template import compile_template, expression
from nodes.sdk import Example, Field, Item, Items, NodeParams, Parameters, Response, trigger
from nodes.sdk.parameters import CompiledParameters
from nodes.transform import paths
from nodes.triggers.admission import admission, without
from schemas.errors import ErrorInfo, ParameterError, UserError
from schemas.trigger import CALLER_CREDENTIALS, Route

Method = Literal["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"]
JSON_TYPE = ("content-type", "application/json; charset=utf-8")
TEXT_TYPE = ("content-type", "text/html; charset=utf-8")
EMPTY_REQUEST: dict[str, Any] = {"headers": {}, "params": {}, "query": {}, "body": {}}


class Header(NodeParams):
    """One header of the answer."""

    name: str = ""
    value: str = ""


class Headers(NodeParams):
    """Headers, as the editor keeps them."""

    entries: list[Header] = []

    def pairs(self) -> list[tuple[str, str]]:
        """Give those that have a name."""
        return [(one.name, one.value) for one in self.entries if one.name]


class Code(NodeParams):
    """A status: one of the list, or one's own."""

    response_code: int | Literal["customCode"] = 200
    custom_code: int = Field(200, ge=100, le=999)


class Codes(NodeParams):
    """The status, as the editor keeps it from version 2 on."""

    values: Code = Code()


class WebhookOptions(NodeParams):
    """How requests are read and answers made."""

    allowed_origins: str = Field("*", description="Origins that browsers may call from.")
    binary_data: bool = Field(False, description="Keep the body as binary (version 1).")
    binary_property_name: str = Field("data", description="Name of the binary part, or its prefix.")
    ignore_bots: bool = Field(False, description="Refuse crawlers and link previews.")
    ip_whitelist: str = Field("", description="Addresses that may call, with commas between.")
    only_run_if: Any = Field(None, description="An expression on the request; where it is not true, nothing starts.")
    no_response_body: bool = Field(False, description="Answer at once with an empty body.")
    raw_body: bool = Field(False, description="Keep the body as it came, as binary.")
    response_code: Codes = Field(Codes(), description="Status of the answer (from version 2).")
    response_content_type: str = Field("", description="Content type of the first entry's answer.")
    response_data: Any = Field(None, description="Body of the answer given at once.")
    response_headers: Headers = Field(Headers(), description="Headers of the answer.")
    response_property_name: str = Field("", description="Answer with this field of the first entry only.")


class Webhook(NodeParams):
    """What to listen to and how to answer."""

    multiple_methods: bool = Field(False, description="Listen to several methods, each with an output.")
    http_method: Method | list[Method] = Field("GET", description="Method or methods.")
    path: str = Field("", description="Path below `/w/`; segments that start with `:` are parameters.")
    authentication: str = Field("none", description="Who may call.")
    response_mode: str = Field("onReceived", description="Answer at once, after the last node, or by a node.")
    response_code: int = Field(200, ge=100, le=599, description="Status of the answer (versions 1).")
    response_data: Literal["allEntries", "firstEntryJson", "firstEntryBinary", "noData"] = "firstEntryJson"
    response_binary_property_name: str = Field("data", description="The binary part to answer with.")
    options: WebhookOptions = WebhookOptions()

    def methods(self) -> list[str]:
        """List what it listens to."""
        return list(self.http_method) if isinstance(self.http_method, list) else [self.http_method]

    def status(self, version: float) -> int:
        """Give the status of its answers."""
        if version < 2:
            return self.response_code
        code = self.options.response_code.values
        return code.custom_code if code.response_code == "customCode" else code.response_code


def read(raw: Mapping[str, Any]) -> Webhook:
    """Read the parameters without an execution; raise UserError naming a field that needs one."""
    kept, _ = without(raw, "onlyRunIf")
    return Parameters[Webhook](CompiledParameters(kept, Webhook), Scope())(0)


def starts(raw: Mapping[str, Any], version: float, node: str) -> list[Route]:
    """Give a route per method."""
    params = read(raw)
    path = params.path.strip().strip("/")
    if not path:
        raise ParameterError("a webhook needs a path", node=node, field="path", hint='write one, such as "orders"')
    options = admission(params.authentication, CALLER_CREDENTIALS, node) | _reading(params.options, version)
    if condition := without(raw, "onlyRunIf")[1]:
        options["onlyRunIf"] = condition
        if expression(condition):
            _compiled(condition, node)
    mode = params.response_mode
    if mode not in ("onReceived", "lastNode", "responseNode"):
        raise ParameterError(f'response mode "{mode}" is not supported', node=node, field="responseMode")
    now = _at_once(params, version)
    return [
        Route(
            node=node,
            type="webhook",
            method=method,
            path=path,
            mode=mode,  # type: ignore[arg-type]
            output=output,
            status=now.status,
            headers=now.headers,
            body=now.body.decode(),
            options=options,
        )
        for output, method in enumerate(params.methods())
    ]


def _compiled(condition: str, node: str) -> None:
    try:
        compile_template(condition)
    except UserError as bad:
        raise ParameterError(bad.message, node=node, field="options.onlyRunIf", hint=bad.hint) from None


def answer(raw: Mapping[str, Any], version: float, items: Items | None, error: ErrorInfo | None) -> Response:
    """Build the answer of mode lastNode from the last node's items (None: no node gave any), or of a failure.

    Binary data must be inline.
    """
    try:
        params = read(raw)
    except UserError as bad:
        return failure(bad.message)
    return answer_from(params, version, items, error)


def answer_from(params: Webhook, version: float, items: Items | None, error: ErrorInfo | None) -> Response:
    """Build the same answer from parameters that were read before."""
    try:
        return _answer(params, version, items, error)
    except UserError as bad:
        return failure(bad.message)


def failure(message: str) -> Response:
    """Build the answer for an execution that failed."""
    return _json({"message": message}, 500)


def _answer(params: Webhook, version: float, items: Items | None, error: ErrorInfo | None) -> Response:
    if error is not None:
        return failure("error in workflow")
    status, headers = params.status(version), params.options.response_headers.pairs()
    if params.response_mode != "lastNode":
        return _json({"message": "workflow executed successfully"}, status, headers)
    match params.response_data:
        case "noData":
            return Response(status, headers)
        case "allEntries":
            return _json([item.json for item in items or []], status, headers)
        case "firstEntryBinary":
            return _binary(params, items or [], status, headers)
    if not items:
        return failure("no item to return was found")
    return _first(params.options, items[0], status, headers)


def _first(options: WebhookOptions, item: Item, status: int, headers: list[tuple[str, str]]) -> Response:
    value: Any = item.json
    if options.response_property_name:
        value = paths.find(item.json, options.response_property_name)
        if value is UNDEFINED or (isinstance(value, str) and not options.response_content_type):
            type_, value = (JSON_TYPE, "") if value is UNDEFINED else (TEXT_TYPE, value)
            return Response(status, _typed(headers, type_), value.encode())
    if options.response_content_type:
        body = value.encode() if isinstance(value, str) else msgspec.json.encode(value)
        return Response(status, [*headers, ("content-type", options.response_content_type)], body)
    return _json(value, status, headers)


def _binary(params: Webhook, items: Items, status: int, headers: list[tuple[str, str]]) -> Response:
    name = params.response_binary_property_name
    part = (items[0].binary or {}).get(name) if items else None
    if part is None:
        return failure(f'no binary data "{name}" to answer with')
    try:
        body = base64.b64decode(part["data"])
    except (KeyError, binascii.Error):
        return failure(f'binary data "{name}" cannot be read')
    return Response(status, _typed(headers, ("content-type", part.get("mimeType") or "application/octet-stream")), body)


def _json(value: Any, status: int, headers: list[tuple[str, str]] | None = None) -> Response:
    return Response(status, _typed(headers or [], JSON_TYPE), msgspec.json.encode(value))


def _typed(headers: list[tuple[str, str]], default: tuple[str, str]) -> list[tuple[str, str]]:
    return headers if any(name.lower() == "content-type" for name, _ in headers) else [*headers, default]


def _at_once(params: Webhook, version: float) -> Response:
    options, status = params.options, params.status(version)
    headers = options.response_headers.pairs()
    if options.no_response_body:
        return Response(status, headers)
    if options.response_data in (None, ""):
        return _json({"message": "Workflow was started"}, status, headers)
    if isinstance(options.response_data, str):
        return Response(status, _typed(headers, TEXT_TYPE), options.response_data.encode())
    return _json(options.response_data, status, headers)


def _reading(options: WebhookOptions, version: float) -> dict[str, Any]:
    return {
        to: getattr(options, name)
        for to, name in (
            ("rawBody", "raw_body"),
            ("binaryData", "binary_data"),
            ("binaryPropertyName", "binary_property_name"),
            ("ignoreBots", "ignore_bots"),
            ("ipWhitelist", "ip_whitelist"),
            ("allowedOrigins", "allowed_origins"),
        )
        if name in options.model_fields_set and (version < 2 or name != "binary_data")
    }


def _outputs(raw: Mapping[str, Any], _: float) -> list[str]:
    methods = raw.get("httpMethod", "GET")
    return [str(method) for method in methods] if isinstance(methods, list) and methods else ["main"]


@trigger(
    "webhook",
    kind="webhook",
    title="Webhook",
    versions=(1, 1.1, 2, 2.1),
    outputs=_outputs,
    starts=starts,
    examples=[
        Example(
            title="a manual start stands for an empty request",
            params={"path": "orders", "httpMethod": "POST"},
            given=[],
            then=[EMPTY_REQUEST],
        ),
        Example(title="an unknown method is refused", params={"httpMethod": "BREW"}, given=[], fails='"httpMethod'),
    ],
)
async def webhook(parameters: Parameters[Webhook]) -> Items:
    """Start a workflow by an HTTP request, and answer it."""
    read(parameters.raw)
    return [Item(json=dict(EMPTY_REQUEST))]
