"""Waiting pages: what a browser sees at the address of a waiting execution.

Flow: door of the waiting node + request → **waiting pages** → page, or the item that wakes the node; answer → page.
"""

from typing import Any
from urllib.parse import parse_qs, urlencode

from gateway import forms
from gateway.bodies import parse_query
from gateway.form_pages import CHOICE, PAGE, done_page
from gateway.forms import Answer, Submission
from nodes.expressions.moments import DateTime
from schemas.clock import now_ms
from schemas.form import Page
from schemas.item import Item
from schemas.task import Reply

AGAIN = "again"
MOST_LOOKS = 100
APPROVED = "approve"
GONE = ("There is nothing to do here", "This was answered already, or it is over.")
BUSY = ("One moment, please", "What comes next is not ready yet. This page looks for it by itself.")


def shows_pages(headers: dict[str, str]) -> bool:
    """Say whether a browser asks, or sends a form."""
    kind = headers.get("content-type", "")
    sends = kind.startswith(("multipart/form-data", "application/x-www-form-urlencoded"))
    return sends or "text/html" in headers.get("accept", "")


def item_of_page(page: Page, sent: Submission, query: str) -> Item:
    """Make the item that a page which was sent gives."""
    told: dict[str, Any] = dict(sent.json)
    if page.form.choices:
        told = {**{name: value for name, value in told.items() if name != CHOICE}, "approved": told[CHOICE] == APPROVED}
    if page.under:
        return Item(json={page.under: told}, binary=sent.binary())
    told["submittedAt"] = DateTime(now_ms(), page.zone).json()
    told["formMode"] = "test" if page.test else "production"
    given = {name: value for name, value in parse_query(query).items() if name != AGAIN}
    return Item(json=told | ({"formQueryParameters": given} if given else {}), binary=sent.binary())


def after(page: Page, reply: Reply, body: bytes) -> Answer:
    """Give what follows when the execution took what was sent."""
    if reply.status == 200 and not reply.body and reply.blob is None:
        return forms.done(page.form)
    return forms.after(page.form, reply, body)


def missing(status: int, path: str, query: str) -> Answer:
    """Give what is shown where nothing waits: looked for again while the execution is there, but not for ever."""
    looks = parse_qs(query).get(AGAIN, ["0"])[-1]
    count = int(looks) + 1 if looks.isdigit() and len(looks) < 6 else MOST_LOOKS
    if status == 404 or count >= MOST_LOOKS:
        return status, PAGE, done_page(*GONE)
    return status, PAGE, done_page(*BUSY, again=f"{path}?{urlencode({AGAIN: count})}")
