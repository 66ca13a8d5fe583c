"""SSE trigger: each server-sent event of a stream starts an execution.

Flow: service → **sseTrigger** → any node.

A stream that breaks off is opened again after the last event that was heard, where the service numbers its events.
"""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from nodes.sdk import Example, Field, Heard, Item, Items, NodeError, NodeParams, Since, trigger
from nodes.sdk.outside import HttpStreams
from nodes.triggers.server_events import MESSAGE, read_events
from schemas.trigger import Source


class SseTrigger(NodeParams):
    """What to listen to."""

    url: str = Field("", description="Address of the stream.")


def starts(raw: Mapping[str, Any], version: float, node: str) -> list[Source]:
    """Ask to be listened to."""
    return [Source(node, "sseTrigger")]


async def listen(params: SseTrigger, since: Since, streams: HttpStreams) -> AsyncIterator[Heard]:
    """Give the messages of the stream."""
    address = _address(params)
    kept = since.state if isinstance(since.state, dict) and since.state.get("url") == address else {}
    last = str(kept.get("id") or "")
    headers = {"accept": "text/event-stream", "cache-control": "no-store"}
    lines = streams.lines(address, headers | ({"last-event-id": last} if last else {}))
    async for event in read_events(lines, last):
        if event.name == MESSAGE:
            yield Heard([_item(event.data)], {"url": address, "id": event.id})


@trigger(
    "sseTrigger",
    kind="stream",
    title="SSE Trigger",
    runs="effect",
    starts=starts,
    listen=listen,
    examples=[
        Example(
            title="started by hand it gives an empty event",
            params={"url": "https://example.com/events"},
            given=[],
            then=[{}],
        ),
        Example(title="needs an address", params={"url": "events"}, given=[], fails='"events" is not a valid URL'),
    ],
)
async def sse_trigger(params: SseTrigger) -> Items:
    """Start when a service sends an event."""
    _address(params)
    return [Item(json={})]


def _address(params: SseTrigger) -> str:
    address = params.url.strip()
    try:
        known = urlsplit(address).scheme in ("http", "https")
    except ValueError:
        known = False
    if not known:
        raise NodeError(f'"{address}" is not a valid URL', field="url", hint="it begins with http:// or https://")
    return address


def _item(data: str) -> Item:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = data
    return Item(json=found if isinstance(found, dict) else {"data": found})
