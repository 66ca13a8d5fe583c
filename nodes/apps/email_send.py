"""Send email: a mail for each item, with files of the item attached; or one that asks, and waits for the answer.

Flow: any node → **emailSend** → (page at the execution's address) → any node.  An effect that must not be repeated.
"""

import hashlib
from typing import Any, Literal

from nodes.apps import mail_questions
from nodes.apps.mail_messages import Attachment, Letter, compose
from nodes.apps.mail_questions import Question, QuestionOptions
from nodes.files import binary
from nodes.files.reading import read_part
from nodes.sdk import Blobs, Credentials, Example, Field, Files, Item, Items, Parameters, Run, node, using
from nodes.sdk.outside import MailServers
from nodes.sdk.ports import WaitForRequest
from nodes.transform import paths

ATTRIBUTION = "This email was sent automatically with Millrace"


class EmailOptions(QuestionOptions):
    """Rarely needed choices."""

    append_attribution: bool = Field(False, description="Say at the end by what the mail was sent.")
    attachments: str = Field("", description="Binary properties to attach, with commas between (from version 2).")
    file_attachments: str = Field("", description="Files of the host to attach, with commas between.")
    cc_email: str = Field("", description="Further recipients.")
    bcc_email: str = Field("", description="Recipients that the others do not see.")
    allow_unauthorized_certs: bool = Field(False, description="Accept any TLS certificate.")
    reply_to: str = Field("", description="Where answers go.")


class EmailSend(Question):
    """What to send, to whom."""

    resource: Literal["email"] = "email"
    operation: Literal["send", "sendAndWait"] = Field("send", description="Send a mail, or ask by mail and wait.")
    from_email: str = Field("", description="Sender.")
    to_email: str = Field("", description="Recipients, with commas between.")
    cc_email: str = Field("", description="Further recipients (version 1).")
    bcc_email: str = Field("", description="Recipients that the others do not see (version 1).")
    subject: str = Field("", description="Subject.")
    email_format: Literal["text", "html", "both"] | None = Field(
        None, description="Which texts to send: from version 2.1 on HTML unless said, in version 2 plain text."
    )
    text: str = Field("", description="Plain text.")
    html: str = Field("", description="HTML; `cid:name` shows the attached picture of that property.")
    attachments: str = Field("", description="Binary properties to attach, with commas between (version 1).")
    options: EmailOptions = EmailOptions()

    def texts(self, version: float) -> tuple[str, str]:
        """Give the plain text and the HTML that count."""
        wanted = "both" if version < 2 else self.email_format or ("html" if version >= 2.1 else "text")
        text = self.text if wanted != "html" else ""
        html = self.html if wanted != "text" else ""
        if self.options.append_attribution:
            text = f"{text}\n\n--\n{ATTRIBUTION}" if text else text
            html = f"{html}<br><br>--<br><em>{ATTRIBUTION}</em>" if html else html
        return text, html


@using("smtp")
@node(
    "emailSend",
    group="apps",
    title="Send Email",
    runs="effect",
    repeat="unsafe",
    versions=(1, 2, 2.1),
    examples=[
        Example(
            title="sends a text to two people",
            params={
                "fromEmail": "Ada <ada@example.com>",
                "toEmail": "bob@example.com, cy@example.com",
                "subject": "Hello",
                "emailFormat": "text",
                "text": "How are you?",
            },
            credentials={"smtp": {"host": "mail.example.com"}},
            then=[
                {
                    "accepted": ["bob@example.com", "cy@example.com"],
                    "rejected": [],
                    "response": "250 OK",
                    "envelope": {"from": "ada@example.com", "to": ["bob@example.com", "cy@example.com"]},
                }
            ],
        ),
        Example(
            title="an address must be one",
            params={"fromEmail": "ada@example.com", "toEmail": "bob"},
            credentials={"smtp": {"host": "mail.example.com"}},
            fails='"bob" is no mail address',
        ),
        Example(
            title="asks once and waits for the answer",
            params={
                "operation": "sendAndWait",
                "fromEmail": "ada@example.com",
                "toEmail": "bob@example.com",
                "subject": "May we?",
                "message": "It costs 5.",
            },
            credentials={"smtp": {"host": "mail.example.com"}},
            given=[{"n": 1}, {"n": 2}],
            then=[{"n": 1}, {"n": 2}],
        ),
    ],
)
async def email_send(
    parameters: Parameters[EmailSend],
    items: Items,
    run: Run,
    mail: MailServers,
    credentials: Credentials,
    blobs: Blobs,
    files: Files,
) -> Items | WaitForRequest:
    """Send an email for each item, or ask by one and wait for the answer."""
    login = await credentials.get("smtp") if items else {}
    if items and parameters(0).operation == "sendAndWait":
        return await _ask(parameters, items, run, mail, login)

    async def one(index: int, item: Item) -> Items:
        params = parameters(index)
        text, html = params.texts(run.version)
        options = params.options
        letter = Letter(
            sender=params.from_email,
            to=params.to_email,
            subject=params.subject,
            text=text,
            html=html,
            cc=options.cc_email or params.cc_email,
            bcc=options.bcc_email or params.bcc_email,
            reply_to=options.reply_to,
            attachments=[
                *await _parts(item, options.attachments or params.attachments, html, blobs),
                *[await _file(files, path) for path in paths.names(options.file_attachments)],
            ],
        )
        message, sender, recipients = compose(letter, run.now)
        posted = await mail.post(
            login, sender, recipients, message.as_bytes(), verify_tls=not options.allow_unauthorized_certs
        )
        json = {**posted._asdict(), "envelope": {"from": sender, "to": recipients}}
        return [Item(json=json, paired=index)]

    return await binary.each(items, run, one)


async def _ask(
    parameters: Parameters[EmailSend], items: Items, run: Run, mail: MailServers, login: dict[str, Any]
) -> WaitForRequest:
    """Send one mail for all items. Each question has an address of its own, so that an old mail answers no new one."""
    params = parameters(0)
    options, limit = params.options, params.options.limit_wait_time
    suffix = hashlib.sha256(run.task.encode()).hexdigest()[:16]
    opening = mail_questions.opening(params, options, params.subject, suffix, run)
    address = f"{parameters.scope.execution.get('resumeUrl') or ''}/{suffix}"
    html = mail_questions.html(params, options, address)
    if options.append_attribution:
        html += f"<br><br>--<br><em>{ATTRIBUTION}</em>"
    text = mail_questions.plain(params, address)
    letter = Letter(params.from_email, params.to_email, params.subject, text, html)
    message, sender, recipients = compose(letter, run.now)
    await mail.post(login, sender, recipients, message.as_bytes(), verify_tls=not options.allow_unauthorized_certs)
    kept = [Item(item.json, item.binary, at) for at, item in enumerate(items)]
    if limit is None:
        return WaitForRequest(opening, kept)
    return WaitForRequest(opening, kept, limit.values.until(run), fixed=limit.values.fixed)


async def _parts(item: Item, names: str, html: str, blobs: Blobs) -> list[Attachment]:
    made = []
    for name in paths.names(names):
        part = binary.part(item, name)
        shown = name if f"cid:{name}" in html else ""
        mime = str(part.get("mimeType") or binary.OCTETS)
        made.append(Attachment(await binary.content(part, blobs), str(part.get("fileName") or name), mime, shown))
    return made


async def _file(files: Files, path: str) -> Attachment:
    part = await read_part(files, path)
    return Attachment(await files.read(path), str(part["fileName"]), str(part["mimeType"]))
