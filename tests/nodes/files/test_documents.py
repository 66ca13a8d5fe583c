"""Tests of documents: PDF text, calendars, JSON and text, and the host's files.

Flow: items → readPDF, iCal, moveBinaryData, convertToFile, extractFromFile … → **here**.
"""

import base64
import io
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from nodes.files import binary, pdfs
from nodes.files.convert_to_file import convert_to_file
from nodes.files.extract_from_file import extract_from_file
from nodes.files.i_cal import i_cal
from nodes.files.move_binary_data import move_binary_data
from nodes.files.read_binary_file import read_binary_file
from nodes.files.read_binary_files import read_binary_files
from nodes.files.read_pdf import read_pdf
from nodes.files.read_write_file import read_write_file
from nodes.files.write_binary_file import write_binary_file
from nodes.sdk import Item, Items, NodeType
from nodes.sdk.harness import FakeBlobs, FakeFiles, Harness, outputs
from schemas.errors import NodeError


async def run(node_type: NodeType, params: dict[str, Any], item: Item | None = None, **more: Any) -> Items:
    kept = {key: more.pop(key) for key in ("files", "blobs") if key in more}
    return outputs(await Harness(node_type, **kept).run(params, [[item or Item(json={})]], **more))[0]


def holding(data: bytes, **json: Any) -> Item:
    return Item(json=json, binary={"data": {"data": base64.b64encode(data).decode(), "mimeType": "x/y"}})


def part(items: Items) -> dict[str, Any]:
    return dict((items[0].binary or {})["data"])


def pdf(*texts: str, password: str = "") -> bytes:
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for text in texts:
        page = writer.add_blank_page(200, 200)
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 10 100 Td ({text}) Tj ET".encode())
        page[NameObject("/Contents")] = writer._add_object(stream)
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    writer.add_metadata({"/Title": "Sample"})
    if password:
        writer.encrypt(password, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


async def test_pdf_gives_text_and_info() -> None:
    made = await run(read_pdf, {}, holding(pdf("One", "Two"), old=1))

    assert made[0].json["text"] == "One\n\nTwo"
    assert (made[0].json["numpages"], made[0].json["numrender"]) == (2, 2)
    assert made[0].json["info"]["Title"] == "Sample"
    assert made[0].binary
    assert "old" not in made[0].json


@pytest.mark.parametrize(
    ("options", "text", "shown"),
    [
        pytest.param({"joinPages": False}, ["One", "Two", "Three"], 3, id="by page"),
        pytest.param({"maxPages": 2}, "One\n\nTwo", 2, id="some pages"),
    ],
)
async def test_pdf_options(options: dict[str, Any], text: Any, shown: int) -> None:
    params = {"operation": "pdf", "options": options}

    made = await run(extract_from_file, params, holding(pdf("One", "Two", "Three")))

    assert (made[0].json["text"], made[0].json["numrender"]) == (text, shown)
    assert made[0].binary is None


@pytest.mark.parametrize(
    ("password", "message"),
    [("", "the PDF is encrypted"), ("wrong", "does not open the PDF"), ("right", None)],
    ids=["none", "wrong", "right"],
)
async def test_encrypted_pdf(password: str, message: str | None) -> None:
    given = holding(pdf("Secret", password="right"))
    params = {"encrypted": bool(password), "password": password}

    if message is None:
        made = await run(read_pdf, params, given)
        assert made[0].json["text"] == "Secret"
        assert made[0].json["info"]["EncryptFilterName"] == "Standard"
        return
    with pytest.raises(NodeError, match=message):
        await run(read_pdf, params, given)


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7", b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj", pdf("x")[:200]]
)
async def test_broken_pdf_fails(data: bytes) -> None:
    with pytest.raises(NodeError, match="PDF"):
        await run(read_pdf, {}, holding(data))


async def test_pdf_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfs, "MOST_PAGES", 1)

    with pytest.raises(NodeError, match="more than 1 pages"):
        await run(read_pdf, {}, holding(pdf("One", "Two")))


def test_the_tests_pdf_is_one() -> None:
    assert len(PdfReader(io.BytesIO(pdf("a", "b"))).pages) == 2


LUNCH = {"title": "Lunch, with Ada", "start": "2024-01-03T12:00:00", "end": "2024-01-03T13:00:00"}


async def events(params: dict[str, Any], **more: Any) -> dict[str, Any]:
    made = await run(i_cal, params, **more)
    found = await run(extract_from_file, {"operation": "fromIcs"}, Item(json={}, binary=made[0].binary))
    return dict(found[0].json["data"])


async def test_an_event_there_and_back() -> None:
    fields = {
        "description": "first;\nsecond",
        "location": "Oslo",
        "url": "https://a.test/x",
        "calName": "Work",
        "recurrenceRule": "FREQ=WEEKLY;COUNT=3;BYDAY=MO,WE",
        "uid": "u1",
        "sequence": 2,
        "status": "TENTATIVE",
        "organizerUi": {"organizerValues": {"name": "Bob", "email": "bob@a.test"}},
        "attendeesUi": {"attendeeValues": [{"name": "Ada", "email": "ada@a.test", "rsvp": True}]},
        "geolocationUi": {"geolocationValues": {"lat": "59.9", "lon": "10.7"}},
    }

    calendar = await events({**LUNCH, "additionalFields": fields})

    assert (calendar["version"], calendar["name"]) == ("2.0", "Work")
    event = calendar["events"][0]
    assert event.pop("stamp")["type"] == "DATE-TIME"
    assert event == {
        "summary": "Lunch, with Ada",
        "uid": "u1",
        "description": "first;\nsecond",
        "location": "Oslo",
        "url": "https://a.test/x",
        "status": "TENTATIVE",
        "start": {"date": "2024-01-03T12:00:00.000Z", "type": "DATE-TIME"},
        "end": {"date": "2024-01-03T13:00:00.000Z", "type": "DATE-TIME"},
        "sequence": 2,
        "recurrenceRule": {"frequency": "WEEKLY", "count": 3, "byDay": ["MO", "WE"]},
        "geo": {"lat": 59.9, "lon": 10.7},
        "organizer": {"email": "bob@a.test", "name": "Bob"},
        "attendees": [{"email": "ada@a.test", "name": "Ada", "rsvp": True}],
    }


async def test_whole_days_and_zones() -> None:
    days = await events({**LUNCH, "allDay": True})
    local = await events({**LUNCH, "additionalFields": {"useWorkflowTimezone": True}}, timezone="America/New_York")

    assert days["events"][0]["start"] == {"date": "2024-01-03T00:00:00.000Z", "type": "DATE"}
    assert days["events"][0]["end"] == {"date": "2024-01-04T00:00:00.000Z", "type": "DATE"}
    assert local["events"][0]["start"]["date"] == "2024-01-03T17:00:00.000Z"


async def test_the_same_task_makes_the_same_event() -> None:
    assert part(await run(i_cal, LUNCH)) == part(await run(i_cal, LUNCH))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"end": "2024-01-01"}, "ends before it begins"),
        ({"start": "soon"}, "is not a date"),
        ({"additionalFields": {"recurrenceRule": "FREQ=NEVER"}}, "not a valid event"),
    ],
)
async def test_events_that_make_no_sense_fail(change: dict[str, Any], message: str) -> None:
    with pytest.raises(NodeError, match=message):
        await run(i_cal, {**LUNCH, **change})


@pytest.mark.parametrize("data", [b"", b"BEGIN:VCALENDAR", b"\xff\xfe\x00"])
async def test_broken_calendars_fail(data: bytes) -> None:
    with pytest.raises(NodeError, match="not a valid iCalendar file"):
        await run(extract_from_file, {"operation": "fromIcs"}, holding(data))


MOVES: list[Any] = [
    pytest.param({}, {"a": 1}, id="the whole item"),
    pytest.param({"setAllData": False}, {"old": 1, "data": '{"a":1}'}, id="text"),
    pytest.param({"setAllData": False, "options": {"jsonParse": True}}, {"old": 1, "data": {"a": 1}}, id="JSON"),
    pytest.param(
        {"setAllData": False, "options": {"keepAsBase64": True}}, {"old": 1, "data": "eyJhIjoxfQ=="}, id="base64"
    ),
    pytest.param({"setAllData": False, "options": {"encoding": "hex"}}, {"old": 1, "data": "7b2261223a317d"}, id="hex"),
]


@pytest.mark.parametrize(("params", "then"), MOVES)
async def test_binary_to_json(params: dict[str, Any], then: dict[str, Any]) -> None:
    made = await run(move_binary_data, params, holding(b'{"a":1}', old=1))

    assert made[0].json == then
    assert made[0].binary is None


BACK: list[Any] = [
    pytest.param({}, {"data": "eyJhIjoiaGkifQ==", "mimeType": "application/json"}, {}, id="the whole item"),
    pytest.param({"convertAllData": False, "sourceKey": "a"}, {"data": "ImhpIg=="}, {}, id="a field as JSON"),
    pytest.param(
        {"convertAllData": False, "sourceKey": "a", "options": {"useRawData": True, "mimeType": "text/plain"}},
        {"data": "aGk=", "fileExtension": "txt", "fileSize": "2 B"}, {}, id="a field as text",
    ),
    pytest.param(
        {"convertAllData": False, "sourceKey": "a", "options": {"keepSource": True, "fileName": "x.json"}},
        {"fileName": "x.json"}, {"a": "hi"}, id="the source kept",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("params", "shown", "rest"), BACK)
async def test_json_to_binary(params: dict[str, Any], shown: dict[str, Any], rest: dict[str, Any]) -> None:
    made = await run(move_binary_data, {"mode": "jsonToBinary", **params}, Item(json={"a": "hi"}), version=1)

    assert part(made) | shown == part(made)
    assert made[0].json == rest


@pytest.mark.parametrize(
    ("keep", "json", "kept"),
    [("", {"data": "hi"}, False), ("json", {"n": 1, "data": "hi"}, False), ("binary", {"data": "hi"}, True),
     ("both", {"n": 1, "data": "hi"}, True)],
)  # fmt: skip
async def test_what_of_the_source_is_kept(keep: str, json: dict[str, Any], kept: bool) -> None:
    params = {"operation": "text", "options": {"keepSource": keep}}

    made = await run(extract_from_file, params, holding(b"\xef\xbb\xbfhi", n=1))

    assert made[0].json == json
    assert (made[0].binary is not None) is kept


TEXTS: list[Any] = [
    pytest.param("toText", {"sourceProperty": "t"}, "ž".encode(), "file.txt", id="text"),
    pytest.param("toText", {"sourceProperty": "t", "options": {"encoding": "windows1250"}}, b"\x9e", "file.txt",
                 id="encoded"),
    pytest.param("toText", {"sourceProperty": "o"}, b'{"x":[1]}', "file.json", id="an object as JSON"),
    pytest.param("toJson", {"mode": "each", "options": {"format": True, "addBOM": True, "fileName": "my.json"}},
                 '\ufeff{\n  "t": "ž",\n  "o": {\n    "x": [\n      1\n    ]\n  },\n  "b": "aGk="\n}'.encode(),
                 "my.json", id="JSON with line breaks"),
    pytest.param("toBinary", {"sourceProperty": "b", "options": {"mimeType": "image/png"}}, b"hi", "file.png",
                 id="base64"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "params", "data", "name"), TEXTS)
async def test_fields_to_files(operation: str, params: dict[str, Any], data: bytes, name: str) -> None:
    item = Item(json={"t": "ž", "o": {"x": [1]}, "b": "aGk="})

    made = part(await run(convert_to_file, {"operation": operation, **params}, item))

    assert base64.b64decode(made["data"]) == data
    assert made["fileName"] == name


async def test_version_1_takes_text_where_it_is_not_base64() -> None:
    params = {"operation": "toBinary", "sourceProperty": "t", "options": {"dataIsBase64": False}}

    made = part(await run(convert_to_file, params, Item(json={"t": "ž"}), version=1))

    assert base64.b64decode(made["data"]) == "ž".encode()


async def test_files_of_the_host() -> None:
    files = FakeFiles({"/d/a.csv": b"1", "/d/b.csv": b"22"})

    one = await run(read_binary_file, {"filePath": "/d/a.csv"}, Item(json={"n": 1}), files=files)
    all_ = await run(read_binary_files, {"fileSelector": "/d/*"}, files=files)
    named = await run(
        read_write_file,
        {"fileSelector": "/d/b.csv", "options": {"fileName": "x", "dataPropertyName": "f"}},
        files=files,
    )

    assert part(one) == {
        "data": "MQ==", "mimeType": "text/csv", "fileType": "text", "fileExtension": "csv", "fileName": "a.csv",
        "directory": "/d", "fileSize": "1 B",
    }  # fmt: skip
    assert [(item.binary or {})["data"]["fileName"] for item in all_] == ["a.csv", "b.csv"]
    assert named[0].json["fileName"] == "x"
    assert list(named[0].binary or {}) == ["f"]


@pytest.mark.parametrize("node_type", [write_binary_file, read_write_file], ids=lambda each: each.name)
async def test_writes_and_appends(node_type: NodeType) -> None:
    files, blobs = FakeFiles(), FakeBlobs()
    blob = await blobs.put(b"two")
    params = {"operation": "write", "fileName": "/d/out"}

    await run(node_type, params, holding(b"one"), files=files)
    stored = Item(json={}, binary={"data": {"id": blob, "mimeType": "x/y"}})
    made = await run(node_type, {**params, "options": {"append": True}}, stored, files=files, blobs=blobs)

    assert files.kept == {"/d/out": b"onetwo"}
    assert made[0].json == {"fileName": "/d/out"}


async def test_a_failing_item_continues() -> None:
    made = await run(read_binary_file, {"filePath": "/none"}, continue_on_fail=True)

    assert made[0].json == {"error": 'no file "/none"'}


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (18861, "18.9 kB"), (999_999, "1 MB")]
)
def test_sizes(count: int, text: str) -> None:
    assert binary.size(count) == text


@pytest.mark.parametrize(
    ("data", "name", "mime", "extension"),
    [
        pytest.param(b"x", "a.json", "application/json", "json", id="by name"),
        pytest.param(b"%PDF-1.4", "", "application/pdf", "pdf", id="by its first bytes"),
        pytest.param(b"\xff\xd8\xff", "photo", "image/jpeg", "jpg", id="a photo"),
        pytest.param(b"x", "a.unheard", "text/plain", "unheard", id="else text"),
    ],
)
def test_parts(data: bytes, name: str, mime: str, extension: str) -> None:
    made = binary.make(data, name=name)

    assert (made["mimeType"], made["fileExtension"]) == (mime, extension)


@pytest.mark.parametrize("broken", [{"data": 5}, {"data": "é"}, {"mimeType": "x/y"}, "x"])
async def test_broken_parts_fail(broken: Any) -> None:
    with pytest.raises(NodeError, match="binary data"):
        await run(extract_from_file, {"operation": "text"}, Item(json={}, binary={"data": broken}))
