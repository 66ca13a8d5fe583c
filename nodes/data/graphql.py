"""GraphQL: ask a GraphQL service, once per item.

Flow: any node → **graphql** → any node.  An effect; what only reads can be repeated safely.
"""

from collections.abc import Mapping
from typing import Any, Literal

from nodes.data import http_params
from nodes.data.http_answers import decode, failure
from nodes.data.http_encoding import encode, json_of
from nodes.data.http_params import OLD_AUTHENTICATION, Pair, Pairs
from nodes.data.http_signing import sender
from nodes.sdk import (
    Blobs,
    Clock,
    Credentials,
    Example,
    Field,
    HttpClient,
    HttpResponse,
    Item,
    Items,
    NodeError,
    NodeParams,
    Parameters,
    Run,
    node,
)  # fmt: skip
from nodes.sdk.ports import error_item
from nodes.sdk.registry import Repeat
from nodes.transform.field_types import absent, parse_json, text
from schemas.errors import MillraceError

URL = "https://example.com/graphql"
JSON = {"content-type": "application/json"}


class Graphql(NodeParams):
    """What to ask, and where."""

    authentication: str = Field("none", description="How the request is signed.")
    node_credential_type: str = Field("", description="Credential type of a known service.")
    request_method: Literal["GET", "POST"] = Field("POST", description="Method.")
    endpoint: str = Field("", description="Address.")
    allow_unauthorized_certs: bool = Field(False, description="Accept any TLS certificate.")
    request_format: Literal["json", "graphql"] | None = Field(
        None, description="As JSON with variables, or the query alone (version 1 unless chosen)."
    )
    query: str = Field("", description="The query.")
    variables: Any = Field("", description="Variables as JSON.")
    operation_name: str = Field("", description="Which operation of the query.")
    response_format: Literal["json", "string"] = Field("json", description="How the answer is read.")
    data_property_name: str = Field("data", description="Field for a text.")
    header_parameters_ui: Pairs = Field(Pairs(), description="Headers.")


def _repeat(raw: Mapping[str, Any], version: float) -> Repeat:
    query = str(raw.get("query", ""))
    return "unsafe" if "mutation" in query or query.startswith("=") else "safe"


@node(
    "graphql",
    group="data",
    title="GraphQL",
    runs="effect",
    repeat=_repeat,
    versions=(1, 1.1),
    examples=[
        Example(
            title="asks",
            params={"endpoint": URL, "query": "{ user { name } }"},
            http={("POST", URL): (200, JSON, {"data": {"user": {"name": "Ada"}}})},
            then=[{"data": {"user": {"name": "Ada"}}}],
        ),
        Example(
            title="errors of the service fail",
            params={"endpoint": URL, "query": "{ x }"},
            http={("POST", URL): (200, JSON, {"errors": [{"message": "no such field"}]})},
            fails="no such field",
        ),
    ],
)
async def graphql(
    parameters: Parameters[Graphql],
    items: Items,
    run: Run,
    http: HttpClient,
    credentials: Credentials,
    blobs: Blobs,
    clock: Clock,
) -> Items:
    """Send a GraphQL query for each item."""
    made: Items = []
    for index, item in enumerate(items):
        try:
            params = parameters(index)
            request = _request(params, run)
            send = await sender(request, http, credentials, clock)
            answer = await send(await encode(request, item, 4, blobs, ""))
            made += [Item(json=one, paired=index) for one in _read(params, answer)]
        except MillraceError as bad:
            if not run.continue_on_fail:
                raise
            made.append(error_item(bad, index))
    return made


def _request(params: Graphql, run: Run) -> http_params.HttpRequest:
    if not params.query:
        raise NodeError("a query is needed", field="query")
    kind = OLD_AUTHENTICATION.get(params.authentication) or (
        "httpCustomAuth" if params.authentication == "customAuth" else ""
    )
    headers = [Pair(name="accept", value="application/json"), *params.header_parameters_ui.named()]
    changed: dict[str, Any] = {
        "method": params.request_method, "url": params.endpoint, "send_headers": True,
        "header_parameters": Pairs(parameters=list({pair.name.lower(): pair for pair in headers}.values())),
        "authentication": "genericCredentialType" if kind else params.authentication,
        "generic_auth_type": kind, "node_credential_type": params.node_credential_type,
        "options": http_params.HttpOptions(allow_unauthorized_certs=params.allow_unauthorized_certs),
    }  # fmt: skip
    form = params.request_format or ("graphql" if run.version < 1.1 else "json")
    if params.request_method == "GET":
        query = Pairs(parameters=[Pair(name="query", value=params.query)])
        changed |= {"send_query": True, "query_parameters": query}
    elif form == "graphql":
        changed |= {
            "send_body": True, "content_type": "raw", "body": params.query, "raw_content_type": "application/graphql"
        }  # fmt: skip
    else:
        variables = {} if absent(params.variables) else json_of(params.variables, "variables")
        if not isinstance(variables, dict):
            raise NodeError("the variables must be a JSON object", field="variables")
        whole = {"query": params.query, "variables": variables, "operationName": params.operation_name or None}
        changed |= {"send_body": True, "specify_body": "json", "json_body": whole}
    return http_params.HttpRequest().model_copy(update=changed)


def _read(params: Graphql, answer: HttpResponse) -> list[dict[str, Any]]:
    if answer.status >= 400:
        raise failure(answer)
    source = decode(answer)
    if params.response_format == "string":
        return [{params.data_property_name: source}]
    try:
        found = parse_json(source)
    except ValueError:
        raise NodeError("the answer is not valid JSON", hint='choose the response format "string"') from None
    if not isinstance(found, dict):
        listed = found if isinstance(found, list) else [found]
        return [one if isinstance(one, dict) else {params.data_property_name: one} for one in listed]
    if errors := found.get("errors"):
        listed = errors if isinstance(errors, list) else [errors]
        shown = [text(one.get("message", one)) if isinstance(one, dict) else text(one) for one in listed]
        raise NodeError(", ".join(shown)[:2000], detail={"errors": errors})
    return [found]
