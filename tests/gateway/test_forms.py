"""Forms over real HTTP: what the page shows, what is taken, and what is refused before anything starts."""

from typing import Any

import aiohttp
import pytest

from schemas.form import END_TYPE
from schemas.task import Reply

FIELDS: list[dict[str, Any]] = [
    {"fieldLabel": "Name", "requiredField": True, "placeholder": "Your <name>"},
    {"fieldLabel": "Age", "fieldType": "number"},
    {"fieldLabel": "Mail", "fieldType": "email"},
    {"fieldLabel": "Day", "fieldType": "date"},
    {"fieldLabel": "Size", "fieldType": "dropdown", "fieldOptions": {"values": [{"option": "S"}, {"option": "L"}]}},
    {
        "fieldLabel": "Extras",
        "fieldName": "extras",
        "fieldType": "checkbox",
        "fieldOptions": {"values": [{"option": "a"}, {"option": "b"}, {"option": "c"}]},
        "limitSelection": "range",
        "minSelections": 0,
        "maxSelections": 2,
    },
    {"fieldName": "source", "fieldType": "hiddenField", "fieldValue": "site"},
    {"fieldType": "html", "elementName": "note", "html": "<em>Note</em>"},
    {"fieldLabel": "CV", "fieldType": "file", "multipleFiles": False, "acceptFileTypes": ".pdf,.txt"},
    {"fieldLabel": "Text", "fieldType": "textarea"},
]


def flow(mode: str = "onReceived", **options: Any) -> dict[str, Any]:
    parameters = {
        "formTitle": "Join & us",
        "formDescription": "Two\nlines",
        "formFields": {"values": FIELDS},
        "responseMode": mode,
        "options": {"path": "join", **options},
    }
    node = {"name": "Form", "type": "n8n-nodes-base.formTrigger", "typeVersion": 2.5, "parameters": parameters}
    return {"name": "Join", "nodes": [node], "connections": {}}


def sent(**values: Any) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, value in {"f0_": "Ada", **values}.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, bytes):
                form.add_field(name, one, filename="cv.txt", content_type="text/plain")
            else:
                form.add_field(name, one)
    return form


async def test_the_page_needs_no_script_and_hides_nothing_from_anybody(house: Any) -> None:
    await house.make(flow(customCss="h1 { color: red } </style><script>"))

    answer = await house.hook("GET", "/w/form/join?Size=L&extras=a,c&source=ad&Name=%3Cb%3E")

    page = answer.body.decode()
    assert answer.status == 200
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "<script" not in page
    assert "<h1>Join &amp; us</h1>" in page
    assert '<label for="f0_">Name' in page
    assert 'placeholder="Your &lt;name&gt;"' in page
    assert 'value="&lt;b&gt;"' in page
    assert '<option value="L" selected>' in page
    assert page.count(" checked>") == 2
    assert '<input type="hidden" name="f6_" value="ad">' in page
    assert "<em>Note</em>" in page
    assert house.other.tasks == []


async def test_what_is_sent_starts_an_execution(house: Any) -> None:
    await house.make(flow())
    values = {"f1_": "41.5", "f2_": "a@b.cd", "f3_": "2024-02-29", "f4_": "L", "f5_": ["a", "b"], "f6_": "ad"}

    answer = await house.hook("POST", "/w/form/join?ref=x", data=sent(**values, f8_=b"hello", f9_="one\r\ntwo"))

    [task] = await house.other.settled(1)
    [item] = task.start.items
    told = dict(item.json)
    assert answer.status == 200
    assert b"Your response has been recorded" in answer.body
    assert told.pop("submittedAt").endswith("Z")
    assert told == {
        "Name": "Ada",
        "Age": 41.5,
        "Mail": "a@b.cd",
        "Day": "2024-02-29",
        "Size": "L",
        "extras": ["a", "b"],
        "source": "ad",
        "note": "<em>Note</em>",
        "CV": {"filename": "cv.txt", "mimetype": "text/plain", "size": 5},
        "Text": "one\r\ntwo",
        "formMode": "production",
        "formQueryParameters": {"ref": "x"},
    }
    assert item.binary["CV"]["data"] == "aGVsbG8="


@pytest.mark.parametrize(
    ("values", "said"),
    [
        pytest.param({"f0_": " "}, "Please answer this.", id="nothing where something is needed"),
        pytest.param({"f1_": "many"}, "Please enter a number.", id="no number"),
        pytest.param({"f1_": "nan"}, "Please enter a number.", id="no number that JSON knows"),
        pytest.param({"f2_": "ada"}, "Please enter an email address.", id="no address"),
        pytest.param({"f3_": "2023-02-29"}, "Please enter a date.", id="no date"),
        pytest.param({"f4_": "XXL"}, "Please choose from the list.", id="what is not offered"),
        pytest.param({"f4_": ["S", "L"]}, "Please give one answer.", id="two where one is asked"),
        pytest.param({"f5_": ["a", "b", "c"]}, "Please choose from 0 to 2.", id="too many"),
    ],
)
async def test_what_the_form_does_not_allow_starts_nothing(house: Any, values: dict[str, Any], said: str) -> None:
    await house.make(flow())

    answer = await house.hook("POST", "/w/form/join", data=sent(**{"f9_": "kept <text>", **values}))

    page = answer.body.decode()
    assert answer.status == 422
    assert said in page
    assert 'role="alert"' in page
    assert "kept &lt;text&gt;" in page
    assert house.other.tasks == []


async def test_a_file_of_another_kind_is_refused(house: Any) -> None:
    await house.make(flow())
    form = sent()
    form.add_field("f8_", b"MZ", filename="cv.exe", content_type="application/x-msdownload")

    answer = await house.hook("POST", "/w/form/join", data=form)

    assert answer.status == 422
    assert b"Please choose files of these kinds" in answer.body


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"origin": "https://evil.example"}, 403, id="another site"),
        pytest.param({"origin": "null", "sec-fetch-site": "cross-site"}, 403, id="a site that hides"),
        pytest.param({"sec-fetch-site": "same-origin"}, 200, id="the form itself"),
        pytest.param({}, 200, id="no browser"),
    ],
)
async def test_other_sites_may_not_send_it(house: Any, headers: dict[str, str], status: int) -> None:
    await house.make(flow())

    answer = await house.hook("POST", "/w/form/join", data=sent(), headers=headers)

    assert answer.status == status


@pytest.mark.parametrize(
    ("address", "status"),
    [
        pytest.param("https://example.com/thanks", 303, id="another page"),
        pytest.param("javascript:alert(1)", 200, id="no address of a page"),
    ],
)
async def test_redirects(house: Any, address: str, status: int) -> None:
    await house.make(flow(respondWithOptions={"values": {"respondWith": "redirect", "redirectUrl": address}}))

    answer = await house.hook("POST", "/w/form/join", data=sent(), allow_redirects=False)

    assert answer.status == status
    assert answer.headers.get("location") == (address if status == 303 else None)


@pytest.mark.parametrize(
    ("status", "headers", "body", "shown"),
    [
        pytest.param(200, [("content-type", "application/json")], b"{}", b"has been recorded", id="the result is ours"),
        pytest.param(500, [("content-type", "application/json")], b"{}", b"This did not work", id="a failure"),
        pytest.param(200, [("content-type", "text/html")], b"<p>own", b"<p>own", id="a page of the workflow's own"),
        pytest.param(200, [("content-type", END_TYPE)], b'{"title":"Bye <"}', b"Bye &lt;", id="the end of a form node"),
        pytest.param(200, [("content-type", END_TYPE)], b'{"html":"<p>own"}', b"<p>own", id="its own HTML"),
        pytest.param(
            200, [("content-type", "x/y"), ("content-disposition", "attachment")], b"file", b"file", id="a file"
        ),
    ],
)
async def test_the_last_node_decides(
    house: Any, status: int, headers: list[tuple[str, str]], body: bytes, shown: bytes
) -> None:
    await house.make(flow("lastNode"))
    house.other.answer = lambda task: Reply(task.start.reply.boot, task.start.reply.request, status, headers, body)

    answer = await house.hook("POST", "/w/form/join", data=sent())

    assert answer.status == status
    assert shown in answer.body
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
