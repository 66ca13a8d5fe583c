"""Bodies of webhooks over real HTTP: what becomes of each kind, and of bad ones."""

import base64
import json

import aiohttp
import msgspec
import pytest

from gateway.bodies import parse_query


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        pytest.param({"json": {"a": [1, {"b": None}]}}, {"a": [1, {"b": None}]}, id="json"),
        pytest.param({"json": [1, 2]}, [1, 2], id="json list"),
        pytest.param({"data": {"a": "1", "b": "x y"}}, {"a": "1", "b": "x y"}, id="form"),
        pytest.param(
            {"data": b"a=1&a=2&c[]=3", "headers": {"content-type": "application/x-www-form-urlencoded"}},
            {"a": ["1", "2"], "c[]": "3"},
            id="form with repeated names",
        ),
        pytest.param(
            {"data": "grüß".encode("latin-1"), "headers": {"content-type": "text/plain; charset=latin-1"}},
            "grüß",
            id="text with charset",
        ),
        pytest.param(
            {"data": b"+2AA-", "headers": {"content-type": "text/plain; charset=utf-7"}}, "?", id="half a character"
        ),
        pytest.param(
            {"json": json.loads("[" * 256 + "]" * 256)}, json.loads("[" * 256 + "]" * 256), id="json as deep as may be"
        ),
        pytest.param({"data": b"<a/>", "headers": {"content-type": "application/xml"}}, {"a": ""}, id="xml"),
        pytest.param(
            {
                "data": b'<Root A="1"><n:It xmlns:n="u"> a  b </n:It><e/><e>2</e></Root>',
                "headers": {"content-type": "text/xml"},
            },
            {"root": {"$": {"A": "1"}, "n:it": {"_": "a b", "$": {"xmlns:n": "u"}}, "e": ["", "2"]}},
            id="xml with names in lower case",
        ),
        pytest.param({}, {}, id="none"),
    ],
)
async def test_bodies(house, sent, body):
    await house.make(house.parts.webhook("in"))

    async with house.session.post("/w/in", **sent) as answer:
        item = await answer.json()

    assert item["json"]["body"] == body
    assert "binary" not in item


@pytest.mark.parametrize(
    ("type_", "body", "extension"),
    [
        pytest.param("application/vnd.x+json", 3, None, id="json suffix"),
        pytest.param("text/csv", "3", "csv", id="another text"),
        pytest.param("image/png", {}, "png", id="a picture"),
    ],
)
async def test_a_body_of_another_type_is_a_file_too(house, type_, body, extension):
    await house.make(house.parts.webhook("in"))

    async with house.session.post("/w/in", data=b"3", headers={"content-type": type_}) as answer:
        item = await answer.json()

    part = item["binary"]["data"]
    assert (item["json"]["body"], part["mimeType"], part.get("fileExtension")) == (body, type_, extension)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("a[b][c]=1&a[b][d]=2", {"a": {"b": {"c": "1", "d": "2"}}}),
        ("e[]=1&e[]=2&f[1]=x&f[0]=y&g[5]=z", {"e": ["1", "2"], "f": ["y", "x"], "g": ["z"]}),
        ("h[a]=1&h=2&j[a][]=1", {"h": [{"a": "1"}, "2"], "j": {"a": ["1"]}}),
        ("&".join(f"a[b][]={at}" for at in range(30)), {"a": {"b": [str(at) for at in range(30)]}}),
        ("n[30]=x&q=1&q=2&r=", {"n": {"30": "x"}, "q": ["1", "2"], "r": ""}),
    ],
)
def test_names_in_a_query_nest_as_in_n8n(text, query):
    assert parse_query(text) == query


async def test_multipart_gives_fields_and_files(house):
    await house.make(house.parts.webhook("in"))
    form = aiohttp.FormData()
    form.add_field("name", "Ada")
    form.add_field("tag", "x")
    form.add_field("tag", "y")
    form.add_field("photo", b"\x00\x01", filename="me.png", content_type="image/png")
    form.add_field("page", b"one", filename="1.txt", content_type="text/plain")
    form.add_field("page", b"two", filename="2.txt", content_type="text/plain")

    async with house.session.post("/w/in", data=form) as answer:
        item = await answer.json()

    assert item["json"]["body"] == {"name": "Ada", "tag": ["x", "y"]}
    assert sorted(item["binary"]) == ["page0", "page1", "photo"]
    photo = item["binary"]["photo"]
    assert base64.b64decode(photo.pop("data")) == b"\x00\x01"
    expected = {"mimeType": "image/png", "fileName": "me.png", "fileExtension": "png", "fileSize": "2 B", "bytes": 2}
    expected["fileType"] = "image"
    assert photo == expected


@pytest.mark.parametrize(
    ("options", "name"),
    [pytest.param({}, "data", id="default name"), pytest.param({"binaryPropertyName": "file"}, "file", id="own name")],
)
async def test_other_bodies_are_binary(house, options, name):
    await house.make(house.parts.webhook("in", options=options))

    headers = {"content-type": "application/pdf"}
    async with house.session.post("/w/in", data=b"%PDF", headers=headers) as answer:
        item = await answer.json()

    assert item["json"]["body"] == {}
    assert item["binary"][name]["mimeType"] == "application/pdf"
    assert base64.b64decode(item["binary"][name]["data"]) == b"%PDF"


async def test_raw_body_comes_along_and_need_not_parse(house):
    await house.make(house.parts.webhook("in", options={"rawBody": True}))

    async with house.session.post("/w/in", data=b"{no", headers={"content-type": "application/json"}) as answer:
        item = await answer.json()

    assert item["json"]["body"] == {}
    assert base64.b64decode(item["binary"]["data"]["data"]) == b"{no"


async def test_large_items_go_by_reference(house):
    await house.make(house.parts.webhook("in", responseMode="onReceived"))
    body = {"text": "x" * 600_000}

    async with house.session.post("/w/in", json=body) as answer:
        assert answer.status == 200
    [task] = await house.other.settled(1)

    assert task.start.items is None
    [item] = msgspec.json.decode(house.other.blobs.kept[task.start.blob])
    assert item["json"]["body"] == body


@pytest.mark.parametrize(
    ("raw", "content_type", "says"),
    [
        pytest.param(b"{no", "application/json", "not valid JSON", id="malformed JSON"),
        pytest.param(b'"\xff"', "application/json", "not valid JSON", id="JSON that is no UTF-8"),
        pytest.param(b"[" * 100_000, "application/json", "nested deeper", id="JSON nested without end"),
        pytest.param(b"[" * 300 + b"]" * 300, "application/json", "nested deeper", id="JSON nested too deep"),
        pytest.param(b"x", "multipart/form-data", "not valid multipart", id="multipart without boundary"),
        pytest.param(b"&" * 10_001, "application/x-www-form-urlencoded", "more than", id="form with too many fields"),
    ],
)
async def test_bad_bodies_name_workflow_and_node(house, raw, content_type, says):
    made = await house.make(house.parts.webhook("in"))

    async with house.session.post("/w/in", data=raw, headers={"content-type": content_type}) as answer:
        problem = await answer.json()

    assert answer.status == 400
    assert answer.content_type == "application/problem+json"
    assert says in problem["detail"]
    assert (problem["workflow"], problem["node"]) == (made["id"], "Hook")
    assert '"flow in"' in problem["detail"]
    assert not house.other.tasks


@pytest.mark.parametrize("chunked", [pytest.param(False, id="announced"), pytest.param(True, id="chunked")])
async def test_body_over_the_limit(open_house, chunked):
    house = await open_house(body_limit=1000)
    await house.make(house.parts.webhook("in"))

    async def stream():
        for _ in range(20):
            yield b"x" * 100

    data = stream() if chunked else b"x" * 1001
    async with house.session.post("/w/in", data=data, headers={"content-type": "text/plain"}) as answer:
        problem = await answer.json()

    assert (answer.status, problem["field"]) == (413, "body")
    async with house.session.post("/w/in", data=b"x" * 1000, headers={"content-type": "text/plain"}) as answer:
        assert answer.status == 200
