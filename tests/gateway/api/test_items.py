"""What nodes gave, by the page and by the file, and expressions that see it.

Flow: client → gateway → history, blobs → **here**.
"""

import base64

import msgspec
import pytest

PATH = "/api/v1/executions/e/items"
FILE = {"data": base64.b64encode(b"hello").decode(), "mimeType": "text/plain", "fileName": "grüße.txt"}


def run(node, outputs, *, sources=(), blob=None, at=0):
    return {
        "node": node,
        "type": "set",
        "run": at,
        "seq": 0,
        "status": "success",
        "startedAt": 1,
        "counts": [len(items or []) for items in outputs or []],
        "outputs": None if blob else outputs,
        "blob": blob,
        "sources": list(sources),
    }


@pytest.fixture
async def lived(house):
    """An execution of two nodes: 1,200 items in a blob, then one of them with a file."""
    many = [[{"json": {"n": n}} for n in range(1200)], []]
    blob = await house.other.blobs.put(msgspec.json.encode(many))
    one = [[{"json": {"m": 7}, "binary": {"letter": FILE}, "pairedItem": 900}]]
    house.other.history.rows.append(house.parts.execution_row("e", 1))
    house.other.history.runs["e"] = [run("Many", many, blob=blob), run("One", one, sources=[["Many"]])]
    return house


PAGES = [
    pytest.param("node=Many", (0, 50), 1200, id="the first page"),
    pytest.param("node=Many&offset=1190&limit=100", (1190, 1200), 1200, id="the last page"),
    pytest.param("node=Many&output=1", (0, 0), 0, id="an empty output"),
    pytest.param("node=Many&output=9", (0, 0), 0, id="an output that is not there"),
]


@pytest.mark.parametrize(("query", "part", "total"), PAGES)
async def test_items_come_by_the_page(lived, query, part, total):
    page = await lived.call("GET", f"{PATH}?{query}", 200)

    assert page == {"data": [{"json": {"n": n}} for n in range(*part)], "total": total, "kept": True}


async def test_files_are_left_out_unless_wanted(lived):
    [thin] = (await lived.call("GET", f"{PATH}?node=One", 200))["data"]
    [whole] = (await lived.call("GET", f"{PATH}?node=One&whole=true", 200))["data"]

    assert thin["binary"]["letter"] == {**FILE, "data": ""}
    assert whole["binary"]["letter"] == FILE


async def test_a_file_comes_as_it_is(lived):
    headers = {"authorization": "Bearer a-token-for-tests"}
    answer = await lived.hook("GET", "/api/v1/executions/e/file?node=One&name=letter", headers=headers)

    assert (answer.status, answer.body) == (200, b"hello")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''gr%C3%BC%C3%9Fe.txt"


@pytest.mark.parametrize(
    "query", ["items?node=Gone", "items?node=Many&run=3", "file?node=One&name=gone", "file?node=One&item=4"]
)
async def test_what_is_not_there_is_missing(lived, query):
    await lived.call("GET", f"/api/v1/executions/e/{query}", 404)


async def test_what_is_no_longer_kept_says_so(lived):
    lived.other.blobs.kept.clear()

    assert await lived.call("GET", f"{PATH}?node=Many", 200) == {"data": [], "total": 0, "kept": False}


async def test_attempts_say_when_and_why(lived):
    said = {"due": 9, "error": {"message": "the shop is shut", "kind": "NodeError"}}
    lived.other.history.tries["e", "One", 0] = [[0, 5, msgspec.json.encode(said).decode()]]

    found = await lived.call("GET", "/api/v1/executions/e/attempts?node=One", 200)

    [one] = found["data"]
    assert (one["attempt"], one["at"], one["due"], one["error"]["message"]) == (0, 5, 9, "the shop is shut")
    assert await lived.call("GET", "/api/v1/executions/e/attempts?node=Many", 200) == {"data": []}


SEEN = [
    pytest.param("={{ $json.m }}", {"node": "One"}, {}, 7, id="the input's item"),
    pytest.param("={{ $('Many').item.json.n }}", {"node": "One"}, {}, 900, id="an item further back"),
    pytest.param("={{ $json.n + $itemIndex }}", {"node": "Many"}, {"itemIndex": 600}, 1200, id="the item at hand"),
    pytest.param("={{ $json.m }}", {"node": "One"}, {"runs": {"One": [[{"json": {"m": 8}}]]}}, 8, id="pinned"),
    pytest.param("={{ (() => $('Many').item.json.n)() }}", {"node": "One"}, {}, 900, id="in V8"),
]


@pytest.mark.parametrize(("expression", "arrival", "more", "value"), SEEN)
async def test_an_expression_sees_an_execution(lived, expression, arrival, more, value):
    body = {"expression": expression, "execution": "e", "node": "Next", "input": arrival, **more}

    answers = [await lived.call("POST", "/api/v1/expressions/evaluate", 200, json=body) for _ in range(2)]

    assert [answer["value"] for answer in answers] == [value, value]


async def test_fields_of_an_execution_are_completed(lived):
    text = "={{ $('Many').first().json."
    body = {"text": text, "position": len(text), "execution": "e", "input": {"node": "One"}}

    found = await lived.call("POST", "/api/v1/expressions/complete", 200, json=body)

    assert "n" in {one["label"] for one in found["data"]}
