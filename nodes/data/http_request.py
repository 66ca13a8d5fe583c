"""HTTP request: call any service, once per item.

Flow: any node → **httpRequest** → any node.  An effect; GET, HEAD, OPTIONS, PUT and DELETE can be repeated safely,
and so can a request with an `Idempotency-Key` header: whoever honours the key takes the repetition for what it is.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from nodes.data import http_params
from nodes.data.http_answers import items_of
from nodes.data.http_encoding import encode
from nodes.data.http_failures import failed
from nodes.data.http_pagination import Pages
from nodes.data.http_params import Batch, upgrade
from nodes.data.http_signing import sender
from nodes.sdk import Blobs, Clock, Credentials, Example, HttpClient, HttpRequest, Item, Items, Parameters, Run, node
from nodes.sdk.registry import Repeat
from schemas.errors import MillraceError
from schemas.identifiers import digest_id

AT_ONCE = 16
JSON = {"content-type": "application/json"}
KEY_HEADER = "idempotency-key"
SAFE = ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PROPFIND", "REPORT")


def _repeat(raw: Mapping[str, Any], version: float) -> Repeat:
    if raw.get("method" if version >= 3 else "requestMethod", "GET") in SAFE:
        return "safe"
    headers = raw.get("headerParameters") if version >= 3 else raw.get("headerParametersUi")
    names = {str(pair.get("name")).lower() for pairs in (headers or {}).values() for pair in pairs}
    return "keyed" if KEY_HEADER in names else "unsafe"


@node(
    "httpRequest",
    group="data",
    title="HTTP Request",
    runs="effect",
    repeat=_repeat,
    versions=(1, 2, 3, 4, 4.1, 4.2, 4.3, 4.4, 4.5),
    examples=[
        Example(
            title="each element of a JSON list is an item",
            params={"url": "http://example.com/users"},
            http={("GET", "http://example.com/users"): (200, JSON, [{"id": 1}, {"id": 2}])},
            then=[{"id": 1}, {"id": 2}],
        ),
        Example(
            title="text is put in a field",
            params={
                "url": "http://example.com/",
                "sendQuery": True,
                "queryParameters": {"parameters": [{"name": "q", "value": "a b"}]},
            },
            http={("GET", "http://example.com/?q=a%20b"): (200, {"content-type": "text/plain"}, "found")},
            then=[{"data": "found"}],
        ),
        Example(
            title="version 1 has names of its own",
            version=1,
            params={"requestMethod": "POST", "url": "http://example.com/", "options": {"fullResponse": True}},
            http={("POST", "http://example.com/"): (201, {}, {"ok": True})},
            then=[{"body": {"ok": True}, "headers": {}, "statusCode": 201, "statusMessage": ""}],
        ),
        Example(
            title="a failure status fails the node",
            params={"url": "http://example.com/none"},
            http={("GET", "http://example.com/none"): (404, {}, "")},
            fails="request failed with status code 404",
        ),
    ],
)
async def http_request(
    parameters: Parameters[http_params.HttpRequest],
    items: Items,
    run: Run,
    http: HttpClient,
    credentials: Credentials,
    blobs: Blobs,
    clock: Clock,
) -> Items:
    """Send an HTTP request for each item and read the answer."""

    async def one(index: int) -> Items:
        try:
            return await _ask(parameters, items[index], index, run, http, credentials, blobs, clock)
        except MillraceError as bad:
            if not run.continue_on_fail:
                raise
            return [failed(bad, index, run.version)]

    made: Items = []
    batch = upgrade(parameters(0), run.version).options.batching.batch if items else None
    for number, indexes in enumerate(_batches(len(items), batch)):
        if number and batch and batch.batch_interval:
            await clock.sleep(batch.batch_interval / 1000)
        for found in await _gathered([one(index) for index in indexes]):
            made += found
    return made


async def _gathered(calls: list[Any]) -> list[Items]:
    if len(calls) == 1:
        return [await calls[0]]
    made = []
    for found in await asyncio.gather(*calls, return_exceptions=True):
        if isinstance(found, BaseException):
            raise found
        made.append(found)
    return made


def _batches(count: int, batch: Batch | None) -> list[range]:
    size = min(batch.batch_size, AT_ONCE) if batch and batch.batch_size > 0 else AT_ONCE
    return [range(at, min(at + size, count)) for at in range(0, count, size)]


async def _ask(
    parameters: Parameters[http_params.HttpRequest],
    item: Item,
    index: int,
    run: Run,
    http: HttpClient,
    credentials: Credentials,
    blobs: Blobs,
    clock: Clock,
) -> Items:
    params = upgrade(parameters(index), run.version)
    boundary = digest_id(run.task, index)  # the same when the task is repeated

    async def encoded(params: http_params.HttpRequest) -> HttpRequest:
        return await encode(params, item, run.version, blobs, boundary)

    send = await sender(params, http, credentials, clock)
    page = params.options.pagination.pagination
    if page is not None and page.pagination_mode != "off":
        return await Pages(parameters, params, index, item, encoded, send, clock).fetch()
    return items_of(params.options.response.response, await send(await encoded(params)), index, item)
