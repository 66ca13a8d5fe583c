"""RSS feed trigger: new entries of a feed start an execution.

Flow: timers → poll of the feed → **rssFeedReadTrigger** → any node.

What was seen is kept by the entries' own names, so that an entry which comes late, or without a date, is new all the
same. The first look starts nothing.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from nodes.data.feed_reading import fetch_feed
from nodes.data.feeds import Entry
from nodes.sdk import Example, Field, Heard, HttpClient, Item, Items, NodeParams, Since, trigger
from nodes.triggers.poll_times import PollTimes, polled
from schemas.trigger import Source

URL = "https://example.com/feed"
FEED = (
    "<rss version='2.0'><channel><title>News</title>"
    "<item><title>B</title><link>https://example.com/b</link></item>"
    "<item><title>A</title><link>https://example.com/a</link></item></channel></rss>"
)
REMEMBERED = 2000


class RssFeedReadTrigger(NodeParams):
    """Which feed, and when to look."""

    poll_times: PollTimes = Field(PollTimes(), description="When to look; each rule counts.")
    feed_url: str = Field("https://blog.n8n.io/rss/", description="The feed's address.")


def starts(raw: Mapping[str, Any], version: float, node: str) -> list[Source]:
    """Give the times at which to look."""
    return polled(raw, node, "rssFeedReadTrigger")


async def poll(params: RssFeedReadTrigger, since: Since, http: HttpClient) -> Heard:
    """Give the entries that were not there before, oldest first."""
    entries = await fetch_feed(http, params.feed_url, "feedUrl")
    state = since.state if isinstance(since.state, dict) and since.state.get("feed") == params.feed_url else {}
    known: list[str] = state.get("seen", [])
    fresh = {name: entry for entry in entries if (name := _name(entry)) not in set(known)}
    kept = [*known, *fresh][-max(REMEMBERED, len(entries)) :]
    items = [Item(json=entry) for entry in reversed(fresh.values())] if state else []
    return Heard(items, {"feed": params.feed_url, "seen": kept})


@trigger(
    "rssFeedReadTrigger",
    kind="poll",
    title="RSS Feed Trigger",
    runs="effect",
    starts=starts,
    poll=poll,
    examples=[
        Example(
            title="started by hand it gives the newest entry",
            params={"feedUrl": URL},
            given=[],
            http={("GET", URL): (200, {"content-type": "application/rss+xml"}, FEED)},
            then=[{"title": "B", "link": "https://example.com/b"}],
        ),
        Example(title="needs an address", params={"feedUrl": "news"}, given=[], fails='"news" is not a valid URL'),
    ],
)
async def rss_feed_read_trigger(params: RssFeedReadTrigger, http: HttpClient) -> Items:
    """Start when a feed has new entries."""
    return [Item(json=entry) for entry in (await fetch_feed(http, params.feed_url, "feedUrl"))[:1]]


def _name(entry: Entry) -> str:
    name = entry.get("guid") or entry.get("id") or entry.get("link") or f"{entry.get('title')}\n{entry.get('isoDate')}"
    return hashlib.blake2b(str(name).encode(errors="surrogatepass"), digest_size=9).hexdigest()
