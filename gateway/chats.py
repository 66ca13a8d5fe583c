"""Chats: a chat's page, and what was said in it, as an item.

Flow: request at a chat's address → **chats** → page, or item of the chat trigger; answer → what the page shows.
"""

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from gateway.answers import HeaderList
from gateway.bodies import Body, binary_parts
from gateway.form_pages import PAGE, document, heading
from gateway.forms import accepted
from gateway.problems import refuse
from schemas.form import Chat
from schemas.identifiers import new_id
from schemas.item import Item

MOST_CHARACTERS = 100_000
MOST_SAID = 200
Said = list[tuple[str, str]]
"""Who said what: "you" or "they"."""
SAYINGS = ("output", "text", "message", "response", "answer")


def show(chat: Chat, session: str, said: Said) -> tuple[int, HeaderList, bytes]:
    """Give the page with what was said so far."""
    lines = [("they", text) for text in chat.first] + said
    log = "".join(
        f'<li class="{who}"><span class="who">{"You" if who == "you" else "Answer"}:</span> '
        f'<span class="about">{escape(text)}</span></li>'
        for who, text in lines
    )
    multipart = ' enctype="multipart/form-data"' if chat.files else ""
    accept = "" if chat.accept in ("", "*") else f' accept="{escape(chat.accept)}"'
    label = '<div class="field"><label for="files">Files</label>'
    files = f'{label}<input type="file" id="files" name="files" multiple{accept}></div>' if chat.files else ""
    parts = [
        heading(chat.title, chat.subtitle),
        f'<ol class="said" role="log" aria-label="Conversation">{log}</ol>',
        f'<form method="post"{multipart}><div class="field"><label for="chatInput">Message</label>'
        f'<textarea id="chatInput" name="chatInput" rows="3" required autofocus '
        f'placeholder="{escape(chat.placeholder)}"></textarea></div>'
        f'<input type="hidden" name="sessionId" value="{escape(session)}">'
        f'<input type="hidden" name="said" value="{escape(json.dumps(said[-MOST_SAID:]))}">'
        f'{files}<button type="submit">Send</button></form>',
    ]
    return 200, PAGE, document(chat.title or "Chat", chat.css, parts)


def new_session() -> str:
    """Name a conversation that begins."""
    return new_id()


def from_page(body: Body) -> tuple[str, str, Said] | None:
    """Give session, message and what was said before, where the chat's own page sent this; else None."""
    found = body.value if isinstance(body.value, dict) else {}
    if "said" not in found:
        return None
    try:
        raw = json.loads(str(found["said"])[: 10 * MOST_CHARACTERS])
        said = [(str(who), str(text)) for who, text in raw][-MOST_SAID:]
    except (ValueError, TypeError, RecursionError):
        said = []
    return str(found.get("sessionId") or new_session()), str(found.get("chatInput") or "")[:MOST_CHARACTERS], said


def message(body: Body, session: str | None = None, text: str | None = None) -> Item:
    """Make the item of a message; raise 400 where it has no text."""
    found: dict[str, Any] = dict(body.value) if isinstance(body.value, dict) else {}
    found.pop("said", None)
    told = found if text is None else {"sessionId": session, "chatInput": text}
    if not isinstance(told.get("chatInput", ""), str) or (not told.get("chatInput") and not body.files):
        raise refuse("BadRequest", "a chat message has a text", field="chatInput", hint='send {"chatInput": "…"}')
    made = {"action": "sendMessage", "sessionId": new_session(), **told}
    return Item(json=made, binary=binary_parts(body.files) if body.files else None)


def taken(chat: Chat, body: Body) -> Body:
    """Give what a chat takes: a field left empty is no file; raise 415 where it takes none, or not of these kinds."""
    body = Body(body.value, {name: file for name, file in body.files.items() if file.data or file.name})
    if body.files and not chat.files:
        raise refuse("UnsupportedMediaType", "this chat takes no files", field="files")
    kinds = [part.strip().lower() for part in chat.accept.split(",") if part.strip()]
    for file in body.files.values():
        if kinds and not accepted(file, kinds):
            raise refuse("UnsupportedMediaType", f"this chat takes files of these kinds: {chat.accept}", field="files")
    return body


def answer_text(status: int, body: bytes) -> str:
    """Give what an execution's answer says."""
    if status >= 400:
        return "Something went wrong, and there is no answer."
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")[:MOST_CHARACTERS]
    if isinstance(found, Mapping):
        named = next((found[name] for name in SAYINGS if found.get(name)), None)
        found = named if named is not None else found
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)[:MOST_CHARACTERS]
