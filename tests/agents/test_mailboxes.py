"""The email trigger on a real IMAP server: which messages it gives, once, and what it makes of them."""

import asyncio
import contextlib
import socket
import socketserver
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from imapclient import IMAPClient

from agents.mailboxes import RealMailboxes, _Mailbox
from nodes.sdk import Heard, Run, Since
from nodes.sdk.harness import FakeCredentials
from nodes.triggers.email_read_imap import EmailReadImap, criteria, listen
from schemas.errors import MillraceError, NodeError, OperationalError

RUN = Run(node="Mail", type="emailReadImap", version=2.1, inputs=[], now=1_700_000_000_000)
LETTER = (
    "From: Ada <ada@example.com>\r\nTo: bob@example.com\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= {n}\r\n"
    "Date: Tue, 02 Jan 2024 03:04:05 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    "--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello {n}\r\n"
    "--x\r\nContent-Type: text/html\r\n\r\n<b>Hello</b>\r\n"
    "--x\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=a.csv\r\n\r\na,b\r\n--x--\r\n"
)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
async def login() -> AsyncIterator[dict[str, Any]]:
    port = free_port()
    program = Path(sys.executable).with_name("pymap")
    arguments = ["--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict"]
    users = ["--demo-user", "ada", "--demo-password", "secret"]
    null = asyncio.subprocess.DEVNULL
    server = await asyncio.create_subprocess_exec(program, *arguments, *users, stdout=null, stderr=null)
    async with asyncio.timeout(20):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                await writer.wait_closed()
                break
            await asyncio.sleep(0.05)
    yield {"host": "127.0.0.1", "port": port, "secure": False, "user": "ada", "password": "secret"}
    server.kill()
    await server.wait()


@contextlib.contextmanager
def client(login: dict[str, Any]) -> Iterator[IMAPClient]:
    with IMAPClient(login["host"], port=login["port"], ssl=False, timeout=10) as found:
        found.login(login["user"], login["password"])
        found.select_folder("INBOX")
        yield found


def put(login: dict[str, Any], *numbers: int) -> None:
    with client(login) as box:
        for number in numbers:
            box.append("INBOX", LETTER.format(n=number).encode())


async def hear(login: dict[str, Any], count: int, since: Since, **params: Any) -> list[Heard]:
    """Listen until so many were heard, and a little longer than that."""
    model = EmailReadImap.model_validate(params)
    found: list[Heard] = []
    heard = listen(model, since, RUN, RealMailboxes(), FakeCredentials({"imap": login}))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(10 if count else 1):
            async for one in heard:
                found.append(one)
                if len(found) == count:
                    break
    await heard.aclose()  # type: ignore[attr-defined]
    return found


async def test_each_message_is_given_once_also_where_it_stays_unread(login: dict[str, Any]) -> None:
    await asyncio.to_thread(put, login, 1, 2)
    first = await hear(login, 2, Since(), postProcessAction="nothing")
    await asyncio.to_thread(put, login, 3)
    later = await hear(login, 1, Since(first[-1].since), postProcessAction="nothing")
    anew = await hear(login, 3, Since({**first[-1].since, "validity": 1}), postProcessAction="nothing")

    assert [one.items[0].json["subject"] for one in first] == ["Grüße 1", "Grüße 2"]
    assert [one.items[0].json["subject"] for one in later] == ["Grüße 3"]
    assert len(anew) == 3


async def test_what_was_given_is_marked_when_it_is_in_the_log(login: dict[str, Any]) -> None:
    await asyncio.to_thread(put, login, 1)
    heard = listen(EmailReadImap(), Since(), RUN, RealMailboxes(), FakeCredentials({"imap": login}))

    await anext(heard)
    with client(login) as box:
        before = box.search(["UNSEEN"])
    asking = asyncio.ensure_future(anext(heard))
    async with asyncio.timeout(10):
        while True:
            with client(login) as box:
                if not box.search(["UNSEEN"]):
                    break
            await asyncio.sleep(0.05)
    await asyncio.to_thread(put, login, 2)
    second = await asyncio.wait_for(asking, 30)
    await heard.aclose()  # type: ignore[attr-defined]

    assert len(before) == 1
    assert second.items[0].json["subject"] == "Grüße 2"


async def test_the_three_forms(login: dict[str, Any]) -> None:
    await asyncio.to_thread(put, login, 1)
    more = {"postProcessAction": "nothing", "downloadAttachments": True}

    [simple] = await hear(login, 1, Since(), format="simple", **more)
    [resolved] = await hear(login, 1, Since(), format="resolved", **more)
    [raw] = await hear(login, 1, Since(), format="raw", **more)

    one, two, three = (heard.items[0] for heard in (simple, resolved, raw))
    assert (one.json["textPlain"].strip(), one.json["textHtml"].strip()) == ("Hello 1", "<b>Hello</b>")
    assert (one.json["from"], one.json["to"]) == ("Ada <ada@example.com>", "bob@example.com")
    assert one.binary is not None
    assert (one.binary["attachment_0"]["fileName"], one.binary["attachment_0"]["mimeType"]) == ("a.csv", "text/csv")
    assert two.json["from"]["value"] == [{"address": "ada@example.com", "name": "Ada"}]
    assert two.json["date"] == "2024-01-02T03:04:05.000Z"
    assert three.json["raw"].startswith("From: Ada")


@pytest.mark.parametrize(
    ("change", "params", "error"),
    [
        pytest.param({"password": "x"}, {}, NodeError, id="wrong password"),
        pytest.param({"port": 1}, {}, OperationalError, id="no server"),
        pytest.param({}, {"mailbox": "None"}, NodeError, id="no such mailbox"),
        pytest.param({}, {"options": {"customEmailConfig": '["FROBNICATE"]'}}, NodeError, id="a term that is none"),
    ],
)
async def test_refusals(
    login: dict[str, Any], change: dict[str, Any], params: dict[str, Any], error: type[MillraceError]
) -> None:
    with pytest.raises(error):
        await hear({**login, **change}, 1, Since(), **params)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        pytest.param("", ["UNSEEN"], id="nothing said"),
        pytest.param('["UNSEEN", ["SINCE", "May 20, 2010"]]', ["UNSEEN", "SINCE", "2010-05-20"], id="a day"),
        pytest.param('["!SEEN", ["FROM", "ada"]]', ["NOT", "SEEN", "FROM", "ada"], id="not, and a text"),
    ],
)
def test_searches(text: str, terms: list[str]) -> None:
    assert [str(term) for term in criteria(text)] == terms


class HalfALine(socketserver.StreamRequestHandler):
    """An IMAP server that tells of a message in two pieces while its client is idle."""

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        while line := self.rfile.readline():
            tag, _, command = line.strip().partition(b" ")
            if command.upper() == b"IDLE":
                self.wfile.write(b"+ idling\r\n")
                time.sleep(0.05)
                self.wfile.write(b"* 2 FETCH (")
                time.sleep(0.2)
                self.wfile.write(b"FLAGS (\\Seen))\r\n")
                self.rfile.readline()
            elif command.upper() == b"CAPABILITY":
                self.wfile.write(b"* CAPABILITY IMAP4rev1 IDLE\r\n")
            elif command.upper() == b"LOGOUT":
                self.wfile.write(b"* BYE\r\n")
            self.wfile.write(tag + b" OK done\r\n")


def test_what_comes_in_pieces_is_read_to_its_end() -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), HalfALine) as server:
        serving = threading.Thread(target=server.handle_request)
        serving.start()
        box = _Mailbox({"host": "127.0.0.1", "port": server.server_address[1], "secure": False}, "INBOX", ["ALL"])
        box.open()
        box.wait()
        box.wait()
        box.close()
        serving.join()
