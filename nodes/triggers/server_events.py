"""Server-sent events: lines of a stream as events, as browsers read them.

Flow: lines → **server events** → sseTrigger.
"""

from collections.abc import AsyncIterator
from typing import NamedTuple

MESSAGE = "message"


class ServerEvent(NamedTuple):
    """One event; ``id`` is the last one that the server gave."""

    name: str
    data: str
    id: str


async def read_events(lines: AsyncIterator[str], last_id: str = "") -> AsyncIterator[ServerEvent]:
    """Give the events of a stream; one that is cut off, or has no data, counts as none."""
    name, data = "", list[str]()
    async for line in lines:
        if not line:
            if data:
                yield ServerEvent(name or MESSAGE, "\n".join(data), last_id)
            name, data = "", []
            continue
        field, _, value = line.removeprefix("\ufeff").partition(":")
        value = value.removeprefix(" ")
        match field:
            case "event":
                name = value
            case "data":
                data.append(value)
            case "id" if "\0" not in value:
                last_id = value
