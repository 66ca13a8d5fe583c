"""Email trigger: new mail in a mailbox starts an execution.

Flow: IMAP server → **emailReadImap** → any node.

A message is marked as read when its execution is in the log, so that none is lost in between.
"""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime
from typing import Any, Literal

from nodes.apps.mail_reading import letter_item
from nodes.sdk import Credentials, Example, Field, Heard, Item, Items, NodeError, NodeParams, Run, Since, trigger, using
from nodes.sdk.outside import Mailboxes
from schemas.trigger import Source

DATED = ("BEFORE", "ON", "SINCE", "SENTBEFORE", "SENTON", "SENTSINCE")


class EmailReadOptions(NodeParams):
    """Rarely needed choices."""

    custom_email_config: str = Field('["UNSEEN"]', description="Which messages count, as a JSON list of IMAP's terms.")
    allow_unauthorized_certs: bool = Field(False, description="Accept any TLS certificate (version 1).")
    force_reconnect: float = Field(60, ge=0, description="Minutes after which the connection is made anew.")
    track_last_message_id: bool = Field(True, description="Never give a message twice, also where it stays unread.")


class EmailReadImap(NodeParams):
    """Which mailbox, and what of its messages."""

    mailbox: str = Field("INBOX", description="Mailbox.")
    post_process_action: Literal["read", "nothing"] = Field("read", description="Mark messages as read, or leave them.")
    download_attachments: bool = Field(False, description="Give attachments as binary (simple).")
    format: Literal["raw", "resolved", "simple"] = Field("simple", description="How much to make of a message.")
    data_property_attachments_prefix_name: str = Field("attachment_", description="Prefix of the binary properties.")
    options: EmailReadOptions = EmailReadOptions()


def starts(raw: Mapping[str, Any], version: float, node: str) -> list[Source]:
    """Ask to be listened to."""
    return [Source(node, "emailReadImap")]


async def listen(
    params: EmailReadImap, since: Since, run: Run, boxes: Mailboxes, credentials: Credentials
) -> AsyncIterator[Heard]:
    """Give new messages, each as an execution of its own."""
    options, known = params.options, since.state if isinstance(since.state, dict) else {}
    login = dict(await credentials.get("imap"))
    if options.allow_unauthorized_certs:
        login["allowUnauthorizedCerts"] = True
    same = known.get("mailbox") == params.mailbox and (options.track_last_message_id or not since.activated)
    letters = boxes.follow(
        login,
        params.mailbox,
        criteria(options.custom_email_config),
        validity=known.get("validity", 0) if same else 0,
        after=known.get("uid", 0) if same else 0,
        mark_seen=params.post_process_action == "read",
        reconnect_seconds=max(options.force_reconnect, 1) * 60,
    )
    attachments = params.format == "resolved" or params.download_attachments
    async for found in letters:
        for uid, data in found.letters:
            item = letter_item(
                uid, data, params.format, params.data_property_attachments_prefix_name, attachments=attachments
            )
            yield Heard([item], {"mailbox": params.mailbox, "validity": found.validity, "uid": uid})
    raise NodeError("the connection is made anew")


@using("imap")
@trigger(
    "emailReadImap",
    kind="stream",
    title="Email Trigger (IMAP)",
    runs="effect",
    versions=(1, 2, 2.1, 2.2),
    starts=starts,
    listen=listen,
    examples=[
        Example(
            title="started by hand it stands for an empty message",
            given=[],
            then=[{"textHtml": "", "textPlain": "", "metadata": {}, "subject": "", "date": ""}],
        ),
        Example(
            title="what to search for is a list",
            params={"options": {"customEmailConfig": "UNSEEN"}},
            given=[],
            fails="not a JSON list",
        ),
    ],
)
async def email_read_imap(params: EmailReadImap) -> Items:
    """Start when mail arrives."""
    criteria(params.options.custom_email_config)
    return [Item(json={"textHtml": "", "textPlain": "", "metadata": {}, "subject": "", "date": ""})]


def criteria(text: str) -> list[Any]:
    """Read what to search for; raise NodeError where it is no list of terms."""
    try:
        found = json.loads(text or '["UNSEEN"]')
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list):
        raise NodeError(
            "what to search for is not a JSON list", field="options.customEmailConfig", hint='such as ["UNSEEN"]'
        )
    return [term for each in found for term in _terms(each)]


def _terms(each: Any) -> list[Any]:
    if isinstance(each, str):
        return ["NOT", each[1:]] if each.startswith("!") else [each]
    if not isinstance(each, list) or not each or not all(isinstance(one, str | int | list) for one in each):
        raise NodeError("a term of the search is neither a text nor a list", field="options.customEmailConfig")
    name, *rest = each
    if isinstance(name, str) and name.upper().lstrip("!") in DATED and rest:
        return [*_terms(name), _day(str(rest[0]))]
    return [*(_terms(name)), *[term for one in rest for term in (_terms(one) if isinstance(one, list) else [one])]]


def _day(text: str) -> date:
    for form in ("%Y-%m-%d", "%B %d, %Y", "%b %d, %Y", "%d-%b-%Y"):
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 a day has no zone
        except ValueError:
            continue
    raise NodeError(f'"{text}" is no day', field="options.customEmailConfig", hint='such as "May 20, 2024"')
