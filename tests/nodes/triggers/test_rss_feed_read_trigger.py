"""The feed trigger: which entries are new."""

from typing import Any

import pytest

from nodes.sdk import Since
from nodes.sdk.harness import FakeHttp
from nodes.triggers.rss_feed_read_trigger import RssFeedReadTrigger, poll

URL = "https://example.com/feed"


def feed(*entries: str) -> FakeHttp:
    made = "".join(
        f"<item><title>{one}</title><guid>{one}</guid><pubDate>Tue, 0{len(one)} Jan 2024 03:04:05 GMT</pubDate></item>"
        for one in entries
    )
    text = f"<rss version='2.0'><channel>{made}</channel></rss>"
    return FakeHttp({("GET", URL): (200, {}, text)})


async def look(state: Any, *entries: str, url: str = URL) -> tuple[list[str], Any]:
    found = await poll(RssFeedReadTrigger(feed_url=url), Since(state), feed(*entries))
    return [item.json["title"] for item in found.items], found.since


async def test_the_first_look_starts_nothing_and_what_comes_later_does() -> None:
    first, state = await look(None, "b", "a")
    second, state = await look(state, "d", "c", "b")
    third, _ = await look(state, "d", "c", "b")

    assert (first, second, third) == ([], ["c", "d"], [])


@pytest.mark.parametrize(
    ("later", "fresh"),
    [
        pytest.param(("a", "bb"), ["bb"], id="an entry that comes late with an old date"),
        pytest.param((), [], id="an empty feed"),
        pytest.param(("x", "x"), ["x"], id="an entry that stands there twice"),
    ],
)
async def test_what_counts_as_new(later: tuple[str, ...], fresh: list[str]) -> None:
    _, state = await look(None, "a", "ccc")

    found, _ = await look(state, *later)

    assert found == fresh


async def test_an_empty_feed_that_fills_is_new() -> None:
    _, state = await look(None)

    found, _ = await look(state, "a")

    assert found == ["a"]


async def test_another_address_begins_anew() -> None:
    _, state = await look(None, "a")
    state = {**state, "feed": "https://example.com/other"}

    found, _ = await look(state, "b")

    assert found == []
