"""RSS feed read: the entries of a feed, each as an item.

Flow: any node → **rssFeedRead** → any node.  An effect that can be repeated safely.
"""

from urllib.parse import urlsplit

from nodes.data.feeds import read_feed
from nodes.data.http_answers import failure
from nodes.sdk import (
    Example,
    Field,
    HttpClient,
    HttpRequest,
    Item,
    Items,
    NodeError,
    NodeParams,
    Parameters,
    Run,
    node,
)  # fmt: skip
from nodes.sdk.ports import error_item
from nodes.transform import paths
from schemas.errors import MillraceError

ACCEPT = "application/rss+xml, application/atom+xml, application/rdf+xml;q=0.9, application/xml;q=0.8, */*;q=0.5"
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
    address = params.url.strip()
    try:
        known = urlsplit(address).scheme in ("http", "https")
    except ValueError:
        known = False
    if not known:
        raise NodeError(f'"{address}" is not a valid URL', field="url", hint="it begins with http:// or https://")
    request = HttpRequest(
        "GET", address, headers=[("accept", ACCEPT)], verify_tls=not params.options.ignore_ssl, timeout=60
    )
    answer = await http.send(request)
    if answer.status >= 400:
        raise failure(answer)
    entries = read_feed(answer.body, paths.names(params.options.custom_fields))
    return [Item(json=entry, paired=index) for entry in entries]
