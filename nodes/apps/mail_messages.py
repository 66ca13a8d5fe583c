"""Mail messages: texts, addresses and attachments as a message that a mail server takes.

Flow: emailSend → **mail messages** → MailServers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import formatdate, getaddresses, make_msgid

from nodes.sdk import NodeError

ADDRESS_HINT = 'such as "ada@example.com" or "Ada <ada@example.com>", with commas between'


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail; one with ``content_id`` may be shown by its HTML."""

    data: bytes
    name: str
    mime: str
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to be made."""

    sender: str
    to: str
    subject: str = ""
    text: str = ""
    html: str = ""
    cc: str = ""
    bcc: str = ""
    reply_to: str = ""
    attachments: Sequence[Attachment] = field(default_factory=tuple)


def addresses(text: str, field_name: str) -> list[str]:
    """List the bare addresses of a text; raise NodeError where one is none."""
    found = [address for _, address in getaddresses([text.replace(";", ",")]) if address]
    for address in found:
        local, at, domain = address.rpartition("@")
        if not (local and at and domain) or any(sign.isspace() for sign in address):
            raise NodeError(f'"{address}" is no mail address', field=field_name, hint=ADDRESS_HINT)
    return found


def compose(letter: Letter, at_ms: int) -> tuple[EmailMessage, str, list[str]]:
    """Make a message; give it with the sender and all recipients. Raises NodeError naming the field."""
    senders = addresses(letter.sender, "fromEmail")
    if not senders:
        raise NodeError("a mail needs a sender", field="fromEmail", hint=ADDRESS_HINT)
    to, cc, bcc = addresses(letter.to, "toEmail"), addresses(letter.cc, "ccEmail"), addresses(letter.bcc, "bccEmail")
    if not (to or cc or bcc):
        raise NodeError("a mail needs a recipient", field="toEmail", hint=ADDRESS_HINT)
    message = EmailMessage(policy=policy.SMTP)
    try:
        for name, value in (
            ("From", letter.sender),
            ("To", letter.to),
            ("Cc", letter.cc),
            ("Reply-To", letter.reply_to),
            ("Subject", letter.subject),
        ):
            if value:
                message[name] = value.replace(";", ",") if name != "Subject" else value
        message["Date"] = formatdate(at_ms / 1000)
        message["Message-ID"] = make_msgid(domain=senders[0].rpartition("@")[2])
        _fill(message, letter)
    except (MessageError, ValueError, LookupError) as bad:
        raise NodeError(f"the mail cannot be written: {bad}".lower(), hint="headers have no line breaks") from None
    return message, senders[0], list(dict.fromkeys([*to, *cc, *bcc]))


def _fill(message: EmailMessage, letter: Letter) -> None:
    if letter.text or not letter.html:
        message.set_content(letter.text)
    if letter.html:
        (message.add_alternative if letter.text else message.set_content)(letter.html, subtype="html")
    for one in letter.attachments:
        main, _, sub = one.mime.partition("/")
        message.add_attachment(
            one.data,
            maintype=main or "application",
            subtype=sub or "octet-stream",
            filename=one.name,
            cid=f"<{one.content_id}>" if one.content_id else None,
            disposition="inline" if one.content_id else "attachment",
        )
