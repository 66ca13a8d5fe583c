"""Feed reading: fetch a feed by its address and give its entries.

Flow: rssFeedRead, rssFeedReadTrigger → **feed reading** → HTTP → entries.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from nodes.data.feeds import Entry, read_feed
from nodes.data.http_answers import failure
from nodes.sdk import HttpClient, HttpRequest, NodeError

ACCEPT = "application/rss+xml, application/atom+xml, application/rdf+xml;q=0.9, application/xml;q=0.8, */*;q=0.5"
TIMEOUT_SECONDS = 60


async def fetch_feed(
    http: HttpClient, url: str, field: str, *, verify_tls: bool = True, extra: Iterable[str] = ()
) -> list[Entry]:
    """Give a feed's entries; raise NodeError where the address is none (naming its field) or the answer no feed."""
    address = url.strip()
    try:
        known = urlsplit(address).scheme in ("http", "https")
    except ValueError:
        known = False
    if not known:
        raise NodeError(f'"{address}" is not a valid URL', field=field, hint="it begins with http:// or https://")
    request = HttpRequest("GET", address, headers=[("accept", ACCEPT)], verify_tls=verify_tls, timeout=TIMEOUT_SECONDS)
    answer = await http.send(request)
    if answer.status >= 400:
        raise failure(answer)
    return read_feed(answer.body, extra)
