"""Mail to a real SMTP server: what arrives, and what a refusal becomes."""

import asyncio
import email
from collections.abc import AsyncIterator
from email import policy
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from agents.mail import SmtpMail
from nodes.apps.email_send import email_send
from nodes.sdk import Item
from nodes.sdk.harness import FakeCredentials, Harness, outputs
from schemas.errors import MillraceError, NodeError, OperationalError

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
PICTURE = {"data": "aGVsbG8=", "mimeType": "image/png", "fileName": "logo.png"}


class Postbox:
    """Takes mail; addresses that begin with a number are refused with it."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, _: Any) -> str:
        if address[:3].isdecimal():
            return f"{address[:3]} no"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.envelopes.append(envelope)
        return "250 taken"


def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"ada", b"secret")
    return AuthResult(success=good, handled=False)


@pytest.fixture
async def server() -> AsyncIterator[tuple[Postbox, dict[str, Any]]]:
    box = Postbox()
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        return SMTP(box, authenticator=check, auth_require_tls=False, auth_required=True, loop=loop)

    listening = await loop.create_server(protocol, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    yield box, {"host": "127.0.0.1", "port": port, "secure": False, "user": "ada", "password": "secret"}
    listening.close()


async def send(login: dict[str, Any], params: dict[str, Any], version: float = 2.1) -> dict[str, Any]:
    harness = Harness(email_send, credentials=FakeCredentials({"smtp": login}))
    harness.outside.mail = SmtpMail()  # type: ignore[assignment]
    item = Item(json={}, binary={"logo": PICTURE})
    params = {"fromEmail": "Ada <ada@example.com>", "toEmail": "bob@example.com", **params}
    [[made]] = outputs(await harness.run(params, [[item]], version=version))
    return made.json


async def test_a_mail_arrives_with_its_texts_attachments_and_all_recipients(server: Any) -> None:
    box, login = server

    told = await send(
        login,
        {
            "subject": "Grüße",
            "emailFormat": "both",
            "text": "Hello",
            "html": "<b>Hello</b><img src='cid:logo'>",
            "options": {"ccEmail": "cy@example.com", "bccEmail": "di@example.com", "attachments": "logo"},
        },
    )

    [envelope] = box.envelopes
    message = email.message_from_bytes(envelope.content, policy=policy.default)
    kinds = [part.get_content_type() for part in message.walk() if not part.is_multipart()]
    [picture] = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert envelope.rcpt_tos == ["bob@example.com", "cy@example.com", "di@example.com"]
    assert (message["Subject"], message["To"], message["Bcc"]) == ("Grüße", "bob@example.com", None)
    assert kinds == ["text/plain", "text/html", "image/png"]
    assert (picture["Content-ID"], picture.get_content()) == ("<logo>", b"hello")
    assert (told["accepted"], told["rejected"]) == (envelope.rcpt_tos, [])


@pytest.mark.parametrize(
    ("version", "params", "kinds"),
    [
        pytest.param(1, {"text": "a", "html": "<b>a</b>"}, ["text/plain", "text/html"], id="version 1 sends both"),
        pytest.param(2, {"text": "a", "html": "b"}, ["text/plain"], id="version 2 plain text"),
        pytest.param(2.1, {"text": "a", "html": "b"}, ["text/html"], id="version 2.1 HTML"),
    ],
)
async def test_texts_by_version(server: Any, version: float, params: dict[str, Any], kinds: list[str]) -> None:
    box, login = server

    await send(login, params, version)

    message = email.message_from_bytes(box.envelopes[0].content, policy=policy.default)
    assert [part.get_content_type() for part in message.walk() if not part.is_multipart()] == kinds


@pytest.mark.parametrize(
    ("login", "params", "error", "said"),
    [
        pytest.param({"password": "x"}, {}, NodeError, "refused the login", id="wrong password"),
        pytest.param({}, {"toEmail": "550@example.com"}, NodeError, "550", id="refused for good"),
        pytest.param({}, {"toEmail": "450@example.com"}, OperationalError, "450", id="refused for now"),
        pytest.param({"port": 1}, {}, OperationalError, "no mail server answered", id="no server"),
        pytest.param({}, {"subject": "a\r\nBcc: x@y"}, NodeError, "cannot be written", id="a header in the subject"),
        pytest.param({}, {"fromEmail": "a@b\r\nBcc: x@y"}, NodeError, "cannot be written", id="a header in an address"),
    ],
)
async def test_refusals(
    server: Any, login: dict[str, Any], params: dict[str, Any], error: type[MillraceError], said: str
) -> None:
    box, good = server

    with pytest.raises(error) as bad:
        await send({**good, **login}, params)

    assert said in bad.value.message
    assert box.envelopes == []


async def test_one_of_several_refused_recipients_is_told(server: Any) -> None:
    box, login = server

    told = await send(login, {"toEmail": "bob@example.com, 550@example.com"})

    assert (told["accepted"], told["rejected"]) == (["bob@example.com"], ["550@example.com"])
    assert len(box.envelopes) == 1
