"""Pages at which executions wait, as a browser meets them: forms of several pages, approvals by mail, doors.

Flow: form, webhook → page, mail → HTTP → **here**.
"""

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator, Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from ops.bench.installation import Installation, free_port
from ops.bench.workflows import chain

pytestmark = pytest.mark.process

BROWSER = {"accept": "text/html"}


def asks(*labels: str, **more: Any) -> dict[str, Any]:
    return {"formFields": {"values": [{"fieldLabel": label, "requiredField": True} for label in labels]}, **more}


def pages(path: str) -> dict[str, Any]:
    return chain(
        "pages",
        [
            ("Start", "formTrigger", 2.2, asks("Name", formTitle="One", options={"path": path})),
            ("Two", "form", 1, asks("Age", options={"formTitle": "Two"})),
            ("Three", "form", 1, asks("Town", options={"formTitle": "=Three for {{ $('Start').item.json.Name }}"})),
            (
                "End",
                "form",
                1,
                {
                    "operation": "completion",
                    "completionTitle": "=Thanks {{ $('Start').item.json.Name }}, "
                    "{{ $('Two').item.json.Age }}, {{ $json.Town }}",
                },
            ),
        ],
    )


async def send(session: aiohttp.ClientSession, page: "Shown", **fields: str) -> "Shown":
    """Send what a page's form has, with the fields filled in."""
    key = re.search(r'name="page" value="([^"]*)"', page.text)
    data = {**({"page": key[1]} if key else {}), **fields}
    async with session.post(page.url, data=data, headers=BROWSER) as answer:
        return Shown(answer)._with(await answer.text())


class Shown:
    """A page after all redirects."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.url = str(answer.url)
        self.status = answer.status
        self.text = ""

    def _with(self, text: str) -> "Shown":
        self.text = text
        return self

    @property
    def title(self) -> str:
        found = re.search("<h1>(.*?)</h1>", self.text)
        return found[1] if found else ""


async def look(session: aiohttp.ClientSession, url: str, **headers: str) -> Shown:
    async with session.get(url, headers={**BROWSER, **headers}) as answer:
        return Shown(answer)._with(await answer.text())


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as made:
        yield made


async def test_a_form_of_several_pages_survives_a_kill_between_them(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    with Installation(tmp_path / "data") as millrace:
        workflow = millrace.add(pages("join"))
        first = await look(session, f"{millrace.address}/w/form/join")
        two = await send(session, first, f0_="Ada")
        millrace.stop(9)
        millrace.start()

        reloaded = await look(session, two.url)
        wrong = await send(session, reloaded, f0_="")
        three = await send(session, wrong, f0_="36")
        stale = await send(session, two, f0_="99")
        end = await send(session, three, f0_="London")
        late = await send(session, three, f0_="Paris")
        forged = await look(session, three.url[:-1] + ("A" if three.url[-1] != "A" else "B"))
        found = millrace.settled(workflow, 1)

    assert [page.title for page in (first, two, reloaded, wrong, three)] == [
        "One",
        "Two",
        "Two",
        "Two",
        "Three for Ada",
    ]
    assert two.url == three.url
    assert wrong.status == 422
    assert stale.title == "Three for Ada"
    assert end.title == "Thanks Ada, 36, London"
    assert (late.status, forged.status) == (404, 404)
    assert found == {"success": 1}


async def until(look: Callable[[], list[Any]]) -> list[Any]:
    """Look until there is something; the test's own time limit ends a wait in vain."""
    while not (found := look()):  # noqa: ASYNC110 - what is waited for knows no event
        await asyncio.sleep(0.1)
    return found


class Box:
    """A mailbox."""

    def __init__(self) -> None:
        self.mails: list[str] = []

    async def handle_DATA(self, server: SMTP, client: Session, envelope: Envelope) -> str:
        found = message_from_bytes(envelope.content or b"", policy=policy.default)  # type: ignore[arg-type]
        body = found.get_body(("plain",))
        self.mails.append(str(body.get_content()) if body is not None else "")
        return "250 OK"


@pytest.fixture(scope="module")
def box(running: Installation) -> Any:
    box = Box()
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    fields = {"host": "127.0.0.1", "port": port, "secure": False, "disableStartTls": True}
    running.client.call("POST", "/api/v1/credentials", {"name": "Mail", "type": "smtp", "data": fields})
    yield box
    controller.stop()


@pytest.mark.parametrize(
    ("question", "fields", "given"),
    [
        pytest.param({}, {"choice": "approve"}, {"approved": True}, id="approve"),
        pytest.param(
            {"approvalOptions": {"values": {"approvalType": "double"}}},
            {"choice": "decline"},
            {"approved": False},
            id="decline",
        ),
        pytest.param({"responseType": "freeText"}, {"f0_": "Why not"}, {"text": "Why not"}, id="free text"),
        pytest.param({"responseType": "customForm", **asks("Sum")}, {"f0_": "5"}, {"Sum": "5"}, id="a form"),
    ],
)
async def test_who_is_asked_by_mail_answers_on_a_page(
    running: Installation,
    box: Box,
    session: aiohttp.ClientSession,
    question: dict[str, Any],
    fields: dict[str, str],
    given: dict[str, Any],
) -> None:
    box.mails.clear()
    asking = {
        "operation": "sendAndWait",
        "fromEmail": "a@example.com",
        "toEmail": "b@example.com",
        "subject": "May we?",
    }
    flow = chain(
        "asking",
        [
            ("Start", "webhook", 2, {"httpMethod": "POST", "path": "asking", "options": {}}),
            ("Ask", "emailSend", 2.1, {**asking, "message": "It costs 5.", **question}),
        ],
    )
    flow["nodes"][1]["credentials"] = {"smtp": {"name": "Mail"}}
    workflow = running.add(flow)
    async with session.post(f"{running.address}/w/asking") as answer:
        assert answer.status == 200
    mails = await until(lambda: box.mails)
    address = re.findall(r"http\S+", mails[0])[0]

    page = await look(session, address)
    nothing = await send(session, page)
    done = await send(session, page, **fields)
    rows = await until(lambda: ended(running, workflow))
    running.client.call("DELETE", f"/api/v1/workflows/{workflow}")

    assert page.title == "May we?"
    assert "It costs 5." in page.text
    assert (nothing.status, done.status, done.title) == (422, 200, "Got it, thanks")
    assert rows == [{"data": given}]


def ended(millrace: Installation, workflow: str, node: str = "Ask") -> list[Any]:
    """Give what a node gave in the workflow's execution."""
    query = f"SELECT outputs FROM node_runs WHERE workflow = '{workflow}' AND node = '{node}'"
    rows = millrace.client.call("POST", "/api/v1/sql", {"query": query})["rows"]
    outputs = [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in rows]
    return [item["json"] for each in outputs for item in each[0]]


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"ada:{password}".encode()).decode()


async def test_a_wait_asks_who_comes(
    running: Installation, session: aiohttp.ClientSession, add_waiting: Callable[..., Any]
) -> None:
    fields = {"user": "ada", "password": "correct horse"}
    running.client.call("POST", "/api/v1/credentials", {"name": "Gate", "type": "httpBasicAuth", "data": fields})
    form = {"resume": "form", "formTitle": "Wait", "incomingAuthentication": "basicAuth", **asks("Say")}
    workflow, url = await add_waiting(form, {"httpBasicAuth": {"name": "Gate"}})

    closed = await look(session, url)
    opened = await look(session, url, authorization=basic("correct horse"))
    data = {"page": re.findall(r'name="page" value="([^"]*)"', opened.text)[0], "f0_": "yes"}
    async with session.post(url, data=data, headers=BROWSER) as refused:
        pass
    async with session.post(url, data=data, headers={"authorization": basic("correct horse")}) as taken:
        shown = await taken.text()
    given = await until(lambda: ended(running, workflow, "Wait"))

    assert (closed.status, refused.status, taken.status) == (401, 401, 200)
    assert opened.title == "Wait"
    assert "Your response has been recorded" in shown
    assert {name: given[0][name] for name in ("Say", "formMode")} == {"Say": "yes", "formMode": "production"}


async def test_a_wait_goes_on_where_its_condition_holds(
    running: Installation, session: aiohttp.ClientSession, add_waiting: Callable[..., Any]
) -> None:
    options = {"onlyRunIf": "={{ $json.body.ok }}", "webhookSuffix": "yes"}
    workflow, url = await add_waiting({"resume": "webhook", "httpMethod": "POST", "options": options}, {})

    async with session.post(f"{url}/yes", json={"ok": False}) as first:
        told = await first.json()
    async with session.post(f"{url}/yes", json={"ok": True}) as second:
        assert second.status == 200
    given = await until(lambda: ended(running, workflow, "Wait"))

    assert "not started" in told["message"]
    assert [one["body"] for one in given] == [{"ok": True}]


@pytest.fixture
def add_waiting(running: Installation, session: aiohttp.ClientSession) -> Callable[..., Any]:
    """Begins an execution that waits; gives workflow and address."""

    async def begun(wait: dict[str, Any], credentials: dict[str, Any]) -> tuple[str, str]:
        told = [{"id": "a", "name": "address", "value": "={{ $execution.resumeUrl }}", "type": "string"}]
        flow = chain(
            "waiting",
            [
                ("Start", "webhook", 2, {"httpMethod": "POST", "path": "waiting", "options": {}}),
                ("Tell", "set", 3.4, {"mode": "manual", "assignments": {"assignments": told}, "options": {}}),
                ("Wait", "wait", 1.1, wait),
            ],
        )
        flow["nodes"][2]["credentials"] = credentials
        workflow = running.add(flow)
        async with session.post(f"{running.address}/w/waiting") as answer:
            assert answer.status == 200
        rows = await until(lambda: ended(running, workflow, "Tell"))
        running.client.call("POST", f"/api/v1/workflows/{workflow}/deactivate")
        return workflow, str(rows[0]["address"])

    return begun
