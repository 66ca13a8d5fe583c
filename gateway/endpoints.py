"""Endpoints: API routes as declarations, from which come the handlers' arguments and the OpenAPI document.

Flow: api resources → **endpoints** → Starlette routes, OpenAPI.
A handler's arguments are filled by name and type hint: path parameters (``str``), ``query``, ``headers`` and ``body``
(pydantic models), ``request``. It gives an Outcome (or a Starlette response, where it streams).
"""

import typing
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.json_text import read_json
from gateway.problems import MEDIA_TYPE, encode_problem, http_problem, refuse
from schemas.errors import DefectError

Handler = Callable[..., Awaitable["Outcome | Response"]]
Around = Callable[[Request, Callable[[], Awaitable[Response]]], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a handler gives: a value of the declared type for its status, and headers."""

    body: msgspec.Struct | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation. ``answers`` maps a status to the type of its body (None: no body, str: a media type).

    ``problems`` lists the statuses of problems besides those that every operation may give.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    handler: Handler
    tag: str
    answers: Mapping[int, type[msgspec.Struct] | str | None]
    problems: tuple[int, ...] = ()
    open: bool = False

    @property
    def arguments(self) -> dict[str, Any]:
        """Give the handler's arguments with their types."""
        hints = typing.get_type_hints(self.handler)
        return {name: hint for name, hint in hints.items() if name != "return"}

    def model(self, name: str) -> type[BaseModel] | None:
        """Give the model of the argument ``query``, ``headers`` or ``body``, if the handler has it."""
        found = self.arguments.get(name)
        return found if isinstance(found, type) and issubclass(found, BaseModel) else None


def routes_of(endpoints: Sequence[Endpoint], around: Around, body_limit: int) -> list[Route]:
    """Make the Starlette routes of endpoints, one per path; ``around`` wraps every call."""
    paths: dict[str, dict[str, Endpoint]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method] = endpoint
    return [_route(path, methods, around, body_limit) for path, methods in paths.items()]


def _route(path: str, methods: Mapping[str, Endpoint], around: Around, body_limit: int) -> Route:
    calls = {method: _call(endpoint, body_limit) for method, endpoint in methods.items()}

    async def handle(request: Request) -> Response:
        call = calls["GET" if request.method == "HEAD" else request.method]
        return await around(request, lambda: call(request))

    return Route(path, handle, methods=list(methods))


def _call(endpoint: Endpoint, body_limit: int) -> Callable[[Request], Awaitable[Response]]:
    arguments = endpoint.arguments
    query, headers, body = (endpoint.model(name) for name in ("query", "headers", "body"))

    async def call(request: Request) -> Response:
        given: dict[str, Any] = {name: value for name, value in request.path_params.items() if name in arguments}
        if "request" in arguments:
            given["request"] = request
        if query is not None:
            given["query"] = _validate(query, dict(request.query_params), "query")
        if headers is not None:
            given["headers"] = _validate(headers, dict(request.headers), "headers")
        if body is not None:
            given["body"] = _validate(body, await read_body(request, body_limit), "body")
        return _response(endpoint, await endpoint.handler(**given))

    return call


async def read_body(request: Request, limit: int) -> Any:
    """Read a JSON body within a limit; an absent body is an empty object."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise refuse("TooLarge", f"the body is larger than {limit} bytes", field="body")
        parts.append(part)
    raw = b"".join(parts)
    if not raw:
        return {}
    return read_json(raw)


def problem_response(error: Exception) -> Response:
    """Answer with a problem."""
    failed = http_problem(error)
    headers = {"cache-control": "no-store", **dict(failed.headers)}
    return Response(encode_problem(failed.problem), failed.problem.status, headers, MEDIA_TYPE)


def _validate(model: type[BaseModel], raw: Any, where: str) -> BaseModel:
    try:
        return model.model_validate(raw)
    except ValidationError as bad:
        first = bad.errors()[0]
        field_name = ".".join(str(part) for part in first["loc"]) or where
        text = first["msg"].removeprefix("Value error, ")
        kind = "InvalidBody" if where == "body" else "BadRequest"
        raise refuse(kind, f'{where} "{field_name}": {text[:1].lower()}{text[1:]}', field=field_name) from None


def _response(endpoint: Endpoint, outcome: Outcome | Response) -> Response:
    if isinstance(outcome, Response):
        return outcome
    declared = endpoint.answers.get(outcome.status, ...)
    if declared is None and outcome.body is None:
        return Response(status_code=outcome.status, headers=dict(outcome.headers))
    if not isinstance(declared, type) or not isinstance(outcome.body, declared):
        raise DefectError(f"{endpoint.method} {endpoint.path} gave an answer that it does not declare")
    body = msgspec.json.encode(outcome.body)
    return Response(body, outcome.status, dict(outcome.headers), "application/json")
