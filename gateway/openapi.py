"""OpenAPI: the document of the API, written from its endpoints.

Flow: endpoints → **OpenAPI 3.1** → `GET /api/v1/openapi.json`, clients.
"""

import inspect
import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from pydantic import BaseModel

from gateway.endpoints import Endpoint
from gateway.problems import MEDIA_TYPE, Problem
from schemas.errors import DefectError

COMMON_PROBLEMS = (400, 500, 503)
TEXTS = {
    200: "Done.",
    201: "Made.",
    202: "Accepted.",
    204: "Done; there is nothing to say.",
    400: "The request cannot be read.",
    401: "A token is needed.",
    404: "No such thing.",
    409: "Somebody else was first, or a name or path is taken.",
    412: "It changed since the revision in If-Match.",
    413: "The body is too large.",
    422: "The content cannot be accepted.",
    500: "A defect in Millrace.",
    501: "Not supported yet.",
    503: "Not possible at the moment; try again.",
    504: "No answer in time.",
}
_REF = "#/components/schemas/"


def document(endpoints: Sequence[Endpoint], version: str) -> dict[str, Any]:
    """Write the whole document."""
    schemas = _schemas(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Millrace",
            "version": version,
            "description": "Workflows as streams: the management API. Errors are problem+json (RFC 9457).",
        },
        "security": [{"token": []}],
        "tags": [{"name": tag} for tag in sorted({endpoint.tag for endpoint in endpoints})],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    summary, _, text = (inspect.getdoc(endpoint.handler) or "").partition("\n")
    operation: dict[str, Any] = {
        "operationId": _operation_id(endpoint),
        "summary": summary.rstrip("."),
        "tags": [endpoint.tag],
        "parameters": _parameters(endpoint),
        "responses": _responses(endpoint),
    }
    if text.strip():
        operation["description"] = " ".join(text.split())
    if endpoint.open:
        operation["security"] = []
    if (body := endpoint.model("body")) is not None:
        content = {"application/json": {"schema": {"$ref": _REF + body.__name__}}}
        operation["requestBody"] = {"required": _needed(body), "content": content}
    return operation


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", endpoint.path)
    ]
    for where, name in (("query", "query"), ("header", "headers")):
        model = endpoint.model(name)
        if model is not None:
            parameters += _model_parameters(model, where)
    if not endpoint.open:
        parameters.append(
            {
                "name": "Millrace-After",
                "in": "header",
                "required": False,
                "description": "A Millrace-Offset of an earlier answer: wait until this gateway has read so far.",
                "schema": {"type": "string", "examples": ["0:42"]},
            }
        )
    return parameters


def _model_parameters(model: type[BaseModel], where: str) -> list[dict[str, Any]]:
    schema = model.model_json_schema(by_alias=True, ref_template=_REF + "{model}")
    required = set(schema.get("required", ()))
    parameters = []
    for name, shape in schema["properties"].items():
        parameter = {"name": name, "in": where, "required": name in required, "schema": _plain(shape)}
        if "description" in shape:
            parameter["description"] = parameter["schema"].pop("description")
        parameters.append(parameter)
    return parameters


def _plain(shape: dict[str, Any]) -> dict[str, Any]:
    # A parameter is absent rather than null.
    shape = {key: value for key, value in shape.items() if key != "title" and not (key == "default" and value is None)}
    options = [option for option in shape.pop("anyOf", ()) if option != {"type": "null"}]
    return {**shape, **options[0]} if len(options) == 1 else {**shape, **({"anyOf": options} if options else {})}


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, body in endpoint.answers.items():
        responses[str(status)] = {"description": TEXTS.get(status, "Done."), **_content(body)}
    auth = () if endpoint.open else (401,)
    sized = (413, 422) if endpoint.model("body") is not None else ()
    problem = {MEDIA_TYPE: {"schema": {"$ref": _REF + "Problem"}}}
    for status in sorted({*COMMON_PROBLEMS, *auth, *sized, *endpoint.problems}):
        responses.setdefault(str(status), {"description": TEXTS[status], "content": problem})
    return responses


def _content(body: type[msgspec.Struct] | str | None) -> dict[str, Any]:
    if body is None:
        return {}
    if isinstance(body, str):
        return {"content": {body: {"schema": {"type": "string"}}}}
    return {"content": {"application/json": {"schema": {"$ref": _REF + body.__name__}}}}


def _schemas(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    structs: dict[str, type[msgspec.Struct]] = {"Problem": Problem}
    schemas: dict[str, Any] = {}
    for endpoint in endpoints:
        for body in endpoint.answers.values():
            if isinstance(body, type):
                structs[body.__name__] = body
        model = endpoint.model("body")
        if model is not None:
            schema = model.model_json_schema(by_alias=True, ref_template=_REF + "{model}")
            for name, part in {**schema.pop("$defs", {}), model.__name__: schema}.items():
                if schemas.setdefault(name, part) != part:
                    raise DefectError(f'two different bodies are called "{name}"', hint="rename one of them")
    _, components = msgspec.json.schema_components(
        [structs[name] for name in sorted(structs)], ref_template=_REF + "{name}"
    )
    return dict(sorted((schemas | components).items()))


def _needed(model: type[BaseModel]) -> bool:
    return any(field.is_required() for field in model.model_fields.values())


def _operation_id(endpoint: Endpoint) -> str:
    return getattr(endpoint.handler, "__qualname__", "").lower().replace("_", "-")
