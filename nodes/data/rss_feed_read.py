"""RSS feed read: the entries of a feed, each as an item.

Flow: any node → **rssFeedRead** → any node.  An effect that can be repeated safely.
"""

from nodes.data.feed_reading import fetch_feed
from nodes.sdk import Example, Field, HttpClient, Item, Items, NodeParams, Parameters, Run, node
from nodes.sdk.ports import error_item
from nodes.transform import paths
from schemas.errors import MillraceError

URL = "https://example.com/feed"
FEED = (
    "<rss version='2.0'><channel><title>News</title><item><title>A</title><link>https://example.com/a</link>"
    "<pubDate>Tue, 02 Jan 2024 03:04:05 GMT</pubDate><description>&lt;p&gt;Hi&lt;/p&gt;</description></item>"
    "</channel></rss>"
)


class RssOptions(NodeParams):
    """Rarely needed choices."""

    custom_fields: str = Field("", description="Further elements to keep, with commas between.")
    ignore_ssl: bool = Field(False, alias="ignoreSSL", description="Accept any TLS certificate.")


class RssFeedRead(NodeParams):
    """Which feed."""

    url: str = Field("", description="The feed's address.")
    options: RssOptions = RssOptions()


@node(
    "rssFeedRead",
    group="data",
    title="RSS Read",
    runs="effect",
    versions=(1, 1.1, 1.2),
    examples=[
        Example(
            title="reads a feed",
            params={"url": URL},
            http={("GET", URL): (200, {"content-type": "application/rss+xml"}, FEED)},
            then=[{
                "title": "A", "link": "https://example.com/a", "pubDate": "Tue, 02 Jan 2024 03:04:05 GMT",
                "content": "<p>Hi</p>", "contentSnippet": "Hi", "isoDate": "2024-01-02T03:04:05.000Z",
            }],
        ),
        Example(
            title="a page is no feed",
            params={"url": URL},
            http={("GET", URL): (200, {}, "<html></html>")},
            fails="the answer is neither RSS nor Atom",
        ),
    ],
)  # fmt: skip
async def rss_feed_read(parameters: Parameters[RssFeedRead], items: Items, run: Run, http: HttpClient) -> Items:
    """Read the entries of an RSS or Atom feed."""
    made: Items = []
    for index in range(len(items) if run.version >= 1.1 else min(len(items), 1)):
        try:
            made += await _entries(parameters(index), index, http)
        except MillraceError as bad:
            if not run.continue_on_fail:
                raise
            made.append(error_item(bad, index))
    return made


async def _entries(params: RssFeedRead, index: int, http: HttpClient) -> Items:
    options = params.options
    extra = paths.names(options.custom_fields)
    entries = await fetch_feed(http, params.url, "url", verify_tls=not options.ignore_ssl, extra=extra)
    return [Item(json=entry, paired=index) for entry in entries]
