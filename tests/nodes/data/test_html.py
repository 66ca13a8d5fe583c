"""Tests of HTML: templates, extraction, text as people read it; and of feeds."""

from typing import Any

import pytest

from nodes.data.feeds import read_feed
from nodes.data.html import html
from nodes.sdk import Item
from nodes.sdk.harness import Harness, outputs
from nodes.transform.markup import parse, readable, select
from schemas.errors import NodeError

PAGE = """
<title>T</title><h1>Big news</h1><p>One  <b>two</b><br>three</p><ul><li>a<li>b</ul><script>x()</script>
<p><a href="/x">link</a> <img src="i.png" alt="pic"></p><input value="v"><select><option>1<option selected>2</select>
"""


async def extracted(value: dict[str, Any], options: dict[str, Any] | None = None, data: Any = PAGE) -> Any:
    params = {
        "operation": "extractHtmlContent", "extractionValues": {"values": [{"key": "v", **value}]},
        "options": options or {},
    }  # fmt: skip
    made = outputs(await Harness(html).run(params, [[Item(json={"data": data})]]))[0]
    return [item.json["v"] for item in made] if isinstance(data, list) else made[0].json["v"]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        pytest.param({"cssSelector": "h1"}, "Big news", id="text"),
        pytest.param({"cssSelector": "li", "returnArray": True}, ["a", "b"], id="list"),
        pytest.param({"cssSelector": "ul"}, "* a\n * b", id="what is within, as people read it"),
        pytest.param(
            {"cssSelector": "h1, li", "returnValue": "value", "returnArray": True}, [None] * 3, id="no values"
        ),
        pytest.param({"cssSelector": "b", "returnValue": "html"}, "two", id="html"),
        pytest.param({"cssSelector": "a", "returnValue": "attribute", "attribute": "href"}, "/x", id="attribute"),
        pytest.param({"cssSelector": "a", "returnValue": "attribute"}, {"href": "/x"}, id="all attributes"),
        pytest.param({"cssSelector": "input", "returnValue": "value"}, "v", id="value"),
        pytest.param({"cssSelector": "select", "returnValue": "value"}, "2", id="chosen value"),
        pytest.param({"cssSelector": "p:contains(three)", "skipSelectors": "b"}, "One\nthree", id="skipped"),
        pytest.param({"cssSelector": "p:last"}, "link [/x] pic [i.png]", id="last"),
        pytest.param({"cssSelector": "video"}, "", id="none"),
        pytest.param({"cssSelector": "video", "returnArray": True}, [], id="none in a list"),
    ],
)
async def test_extraction(value: dict[str, Any], found: Any) -> None:
    assert await extracted(value) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        pytest.param({"cssSelector": "li"}, {"v": "ab"}, id="the text of all that was found"),
        pytest.param({"cssSelector": "li", "returnArray": True}, {"v": ["a", "b"]}, id="of each"),
        pytest.param({"cssSelector": "p:contains(three)", "skipSelectors": "b"}, {"v": "One  twothree"}, id="bare"),
        pytest.param({"cssSelector": "input"}, {}, id="an empty text is no field"),
        pytest.param({"cssSelector": "input, h1", "returnArray": True}, {"v": ["Big news", None]}, id="nor a text"),
        pytest.param({"cssSelector": "video", "returnValue": "value"}, {}, id="nor is what was not found"),
        pytest.param({"cssSelector": "input", "returnValue": "html"}, {}, id="nor what holds nothing"),
        pytest.param({"cssSelector": "h1", "returnValue": "attribute", "attribute": "id"}, {}, id="nor no attribute"),
    ],
)
async def test_extraction_before_version_1_2(value: dict[str, Any], found: Any) -> None:
    values = {"values": [{"key": "v", **value}]}
    params = {"operation": "extractHtmlContent", "extractionValues": values, "options": {}}

    made = outputs(await Harness(html).run(params, [[Item(json={"data": PAGE})]], version=1.1))[0]

    assert [item.json for item in made] == [found]


async def test_several_texts_give_several_items() -> None:
    assert await extracted({"cssSelector": "p"}, data=["<p>a", "<p>b"]) == ["a", "b"]


def test_a_page_as_people_read_it() -> None:
    body = select(parse(PAGE), "body")[0]

    assert readable(body).startswith("BIG NEWS\n\nOne two\nthree\n\n * a\n * b\n\nlink [/x] pic [i.png]")


async def test_a_template_is_filled_without_a_sign_in_front() -> None:
    params = {"html": "<p>{{ $json.n }}</p>{{ $json.missing }}"}

    made = outputs(await Harness(html).run(params, [[Item(json={"n": 1}), Item(json={"n": 2})]]))[0]

    assert [item.json["html"] for item in made] == ["<p>1</p>", "<p>2</p>"]


def test_deep_pages_are_read_and_very_deep_ones_refused() -> None:
    assert isinstance(readable(select(parse("<div>" * 1500 + "x"), "body")[0]), str)
    assert len(select(parse("<p>x<li>y" * 5000), "p")) == 5000
    with pytest.raises(NodeError, match="open elements is refused"):
        parse("<div>" * 100_000)


ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A</title><id>1</id>
<link rel="self" href="/s"/><link href="/a"/><author><name>Ada</name></author>
<updated>2024-01-02T03:04:05Z</updated><content type="html">&lt;b&gt;x&lt;/b&gt;</content></entry></feed>"""
RDF = b"""<rdf:RDF xmlns:rdf="r" xmlns:dc="d"><item><title>A</title><dc:creator>Ada</dc:creator>
<category>c</category><enclosure url="u" type="t"/><x:y xmlns:x="x">z</x:y></item></rdf:RDF>"""


@pytest.mark.parametrize(
    ("source", "found"),
    [
        pytest.param(ATOM, {"title": "A", "id": "1", "link": "/a", "author": "Ada", "content": "<b>x</b>",
                            "contentSnippet": "x", "pubDate": "2024-01-02T03:04:05.000Z",
                            "isoDate": "2024-01-02T03:04:05.000Z"}, id="atom"),
        pytest.param(RDF, {"title": "A", "dc:creator": "Ada", "creator": "Ada", "categories": ["c"],
                           "enclosure": {"url": "u", "type": "t"}, "x:y": "z"}, id="rdf"),
    ],
)  # fmt: skip
def test_feeds(source: bytes, found: dict[str, Any]) -> None:
    assert read_feed(source, ["x:y"]) == [found]


@pytest.mark.parametrize("source", [b"", b"<a/>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><rss>&b;</rss>"])
def test_what_is_no_feed(source: bytes) -> None:
    with pytest.raises(NodeError):
        read_feed(source)


async def test_a_table_shows_marks_of_values_as_such() -> None:
    params = {"operation": "convertToHtmlTable", "options": {"caption": "a & b", "customStyling": True}}
    result = await Harness(html).run(params, [[Item(json={"<b>": "<script>alert(1)</script>"})]])
    [table] = [item.json["table"] for item in outputs(result)[0]]
    assert "<caption>a &amp; b</caption>" in table
    assert "<th>&lt;b&gt;</th>" in table
    assert "<script>" not in table


def test_elements_of_a_feed_that_were_named_are_kept_as_n8n_keeps_them() -> None:
    feed = (
        b'<rdf:RDF xmlns:rdf="r" xmlns:m="m"><item rdf:about="x"><title>I</title><m:thumb url="t.jpg"/>'
        b'<m:foo a="1">zz</m:foo></item></rdf:RDF>'
    )

    assert read_feed(feed, ["m:thumb", "m:foo", "m:none"]) == [
        {"title": "I", "m:thumb": {"$": {"url": "t.jpg"}}, "m:foo": "zz", "rdf:about": "x"}
    ]
