"""HTTP pagination: further pages of an answer, by a changing parameter or by the address of the next one.

Flow: httpRequest → **http pagination** → client, page by page → items.
Expressions see ``$pageCount``, ``$request`` and ``$response`` (body, headers, statusCode) of the page before.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from nodes.data import http_params
from nodes.data.http_answers import decode, failure, head, items_of
from nodes.data.http_encoding import json_of
from nodes.data.http_params import Pair, Pairs
from nodes.expressions.coercion import truthy
from nodes.sdk import Clock, HttpRequest, HttpResponse, Item, Items, NodeError, Parameters
from nodes.transform import paths
from nodes.transform.field_types import absent, parse_json

MOST_PAGES = 10_000
SAME_AGAIN = 5
EMPTY: tuple[Any, ...] = ("", None, [], {})
Encode = Callable[[http_params.HttpRequest], Awaitable[HttpRequest]]
Send = Callable[[HttpRequest], Awaitable[HttpResponse]]


@dataclass(slots=True)
class Pages:
    """The pages of one item's request."""

    parameters: Parameters[http_params.HttpRequest]
    params: http_params.HttpRequest
    index: int
    item: Item
    encode: Encode
    send: Send
    clock: Clock
    count: int = 0
    request: dict[str, Any] = field(default_factory=dict)
    response: dict[str, Any] = field(default_factory=dict)

    async def fetch(self) -> Items:
        """Fetch pages until they end; raise NodeError where a page fails, or the same one comes again and again."""
        how = self._how
        made: Items = []
        last, same, address = None, 0, ""
        while True:
            answer = await self._page(address)
            self.count += 1
            same = same + 1 if answer.body == last else 1
            last = answer.body
            reading = self.params.options.response.response
            if not (200 <= answer.status < 300 or reading.never_error or answer.status in self._end_codes()):
                raise failure(answer)
            made += items_of(reading.model_copy(update={"never_error": True}), answer, self.index, self.item)
            if await self._complete(answer):
                return made
            if same >= SAME_AGAIN:
                raise NodeError(
                    f"the same page came {same} times in a row",
                    field="options.pagination",
                    hint="check that a parameter changes from page to page",
                )
            if how.get("paginationMode") == "responseContainsNextURL":
                address = await self._next_address()
            if interval := self._number(how.get("requestInterval")):
                await self.clock.sleep(interval / 1000)

    @property
    def _how(self) -> dict[str, Any]:
        page = self.params.options.pagination.pagination
        return page.model_dump(by_alias=True) if page else {}

    @property
    def _raw(self) -> dict[str, Any]:
        value: Any = self.parameters.raw
        for key in ("options", "pagination", "pagination"):
            value = value.get(key) if isinstance(value, dict) else None
        return value if isinstance(value, dict) else {}

    async def _resolve(self, value: Any) -> Any:
        extra = {"$pageCount": self.count, "$request": self.request, "$response": self.response}
        return await self.parameters.resolve(value, self.index, extra)

    async def _page(self, address: str) -> HttpResponse:
        params = self.params
        if address:
            params = _at(params, address)
        elif self._how.get("paginationMode") != "responseContainsNextURL":
            rows = self._raw.get("parameters")
            rows = rows.get("parameters") if isinstance(rows, dict) else None
            for row in rows if isinstance(rows, list) else []:
                found = await self._resolve(row)
                if isinstance(found, dict) and found.get("name"):
                    params = _with(params, str(found.get("type") or "qs"), str(found["name"]), found.get("value"))
        request = await self.encode(params)
        answer = await self.send(request)
        self.request = {"method": request.method, "url": request.url, "headers": dict(request.headers)}
        self.response = {"body": _body(answer), **head(answer)}
        return answer

    async def _complete(self, answer: HttpResponse) -> bool:
        how = self._how
        if self.count >= MOST_PAGES:
            raise NodeError(f"more than {MOST_PAGES} pages are refused", hint="limit the pages to fetch")
        if how.get("limitPagesFetched") and self.count >= (self._number(how.get("maxRequests"), 100) or 1):
            return True
        match how.get("paginationCompleteWhen"):
            case "receiveSpecificStatusCodes":
                return answer.status in self._end_codes()
            case "other":
                return truthy(await self._resolve(self._raw.get("completeExpression")))
        return self.response["body"] in EMPTY

    def _end_codes(self) -> set[int]:
        if self._how.get("paginationCompleteWhen") != "receiveSpecificStatusCodes":
            return set()
        return {int(code) for code in paths.names(self._how.get("statusCodesWhenComplete")) if code.isdecimal()}

    async def _next_address(self) -> str:
        found = await self._resolve(self._raw.get("nextURL"))
        address = "" if absent(found) else str(found).strip()
        if not address.lower().startswith(("http://", "https://")):
            # worded as imported workflows compare it: the error is the item that goes on
            hint = 'Make sure the "Next URL" parameter evaluates to a valid URL.'
            raise NodeError(f"'{address}' is not a valid URL.", field="nextURL", hint=hint)
        return address

    def _number(self, value: Any, default: int = 0) -> int:
        try:
            return max(int(value), 0)
        except (TypeError, ValueError):
            return default


def _at(params: http_params.HttpRequest, address: str) -> http_params.HttpRequest:
    """Ask another address; query parameters that it has already are left out."""
    known = {name for name, _ in parse_qsl(urlsplit(address).query, keep_blank_values=True)}
    kept = [pair for pair in params.query_parameters.named() if pair.name not in known]
    changed: dict[str, Any] = {"url": address, "query_parameters": Pairs(parameters=kept)}
    if params.specify_query == "json":
        found = json_of(params.json_query, "jsonQuery")
        fields = found.items() if isinstance(found, dict) else ()
        changed["json_query"] = {name: value for name, value in fields if name not in known}
    return params.model_copy(update=changed)


def _with(params: http_params.HttpRequest, where: str, name: str, value: Any) -> http_params.HttpRequest:
    """Set one parameter of the query, the headers or the body."""
    send, how, pairs, whole = {
        "headers": ("send_headers", "specify_headers", "header_parameters", "json_headers"),
        "body": ("send_body", "specify_body", "body_parameters", "json_body"),
    }.get(where, ("send_query", "specify_query", "query_parameters", "json_query"))
    changed: dict[str, Any] = {send: True}
    if getattr(params, how) == "json" and getattr(params, send):
        found = json_of(getattr(params, whole), whole)
        changed[whole] = {**found, name: value} if isinstance(found, dict) else found
    else:
        named = {pair.name: pair for pair in getattr(params, pairs).named()} | {name: Pair(name=name, value=value)}
        changed |= {how: "keypair", pairs: Pairs(parameters=list(named.values()))}
    return params.model_copy(update=changed)


def _body(answer: HttpResponse) -> Any:
    source = decode(answer)
    try:
        return parse_json(source)
    except ValueError:
        return source
