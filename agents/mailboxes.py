"""Mailboxes: messages of IMAP servers, as they come.

Flow: IMAP server → **mailboxes** → emailReadImap.
Each mailbox has a connection and a thread of its own: the library waits in it for what the server tells.
"""

import asyncio
import selectors
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from nodes.sdk.outside import Letters, Login, RawLetter
from schemas.errors import NodeError, OperationalError

CONNECT_SECONDS = 30.0
IDLE_SECONDS = 20.0
POLL_SECONDS = 30.0
AT_ONCE = 20
LARGEST = 64 * 1024 * 1024


class RealMailboxes:
    """Follows mailboxes over IMAP."""

    async def follow(
        self,
        login: Login,
        mailbox: str,
        criteria: Sequence[Any],
        *,
        validity: int,
        after: int,
        mark_seen: bool,
        reconnect_seconds: float,
    ) -> AsyncIterator[Letters]:
        """Give messages that fit, oldest first; what was given is marked as seen when the next are asked for."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, thread_name_prefix="imap") as thread:
            box = _Mailbox(login, mailbox, criteria)
            aside = partial(loop.run_in_executor, thread)
            try:
                current = await aside(_guarded, box.open)
                last = after if current == validity else 0
                until = loop.time() + reconnect_seconds
                while loop.time() < until:
                    found = await aside(_guarded, partial(box.fetch, last))
                    if found:
                        yield Letters(current, found)
                        last = max(one.uid for one in found)
                        if mark_seen:
                            await aside(_guarded, partial(box.seen, [one.uid for one in found]))
                    else:
                        await aside(_guarded, box.wait)
            finally:
                thread.submit(box.close)


class _Mailbox:
    """One connection; every method blocks."""

    def __init__(self, login: Login, mailbox: str, criteria: Sequence[Any]) -> None:
        self._login = login
        self._mailbox = mailbox
        self._criteria = list(criteria)
        self._client: IMAPClient | None = None
        self._idles = False

    def open(self) -> int:
        """Log in; give the number that the mailbox's numbering has."""
        login, secure = self._login, bool(self._login.get("secure", True))
        context = ssl.create_default_context()
        if login.get("allowUnauthorizedCerts"):
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self._client = client = IMAPClient(
            str(login.get("host") or ""),
            port=int(login.get("port") or (993 if secure else 143)),
            ssl=secure,
            ssl_context=context if secure else None,
            timeout=CONNECT_SECONDS,
        )
        client.login(str(login.get("user") or ""), str(login.get("password") or ""))
        self._idles = client.has_capability("IDLE")
        told: dict[bytes, Any] = client.select_folder(self._mailbox)
        return int(told.get(b"UIDVALIDITY", 0))

    def fetch(self, after: int) -> list["RawLetter"]:
        """Give the next messages after a number."""
        client = self._connected()
        client.noop()
        found = sorted(uid for uid in client.search(["UID", f"{after + 1}:*", *self._criteria]) if uid > after)
        letters = []
        for uid in found[:AT_ONCE]:
            size = client.fetch([uid], ["RFC822.SIZE"]).get(uid, {}).get(b"RFC822.SIZE", 0)
            part = "BODY.PEEK[]" if size <= LARGEST else "BODY.PEEK[HEADER]"
            parts = client.fetch([uid], [part]).get(uid, {})
            data = parts.get(b"BODY[]") or parts.get(b"BODY[HEADER]") or b""
            letters.append(RawLetter(uid, data))
        return letters

    def seen(self, uids: list[int]) -> None:
        """Mark messages as read."""
        self._connected().add_flags(uids, [b"\\Seen"], silent=True)

    def wait(self) -> None:
        """Wait until the server tells of something, or for a while."""
        client = self._connected()
        if not self._idles:
            client.noop()
            time.sleep(POLL_SECONDS)
            return
        client.idle()
        with selectors.DefaultSelector() as ready:
            ready.register(client.socket(), selectors.EVENT_READ)
            ready.select(IDLE_SECONDS)
        client.idle_done()  # reads to the end of what came; idle_check takes half a line for the end of the connection

    def close(self) -> None:
        """Log out, as far as the server still listens."""
        if self._client is not None:
            try:
                self._client.logout()
            except (IMAPClientError, OSError):
                self._client.shutdown()

    def _connected(self) -> IMAPClient:
        if self._client is None:
            raise OperationalError("the mailbox is not open")
        return self._client


def _guarded(call: Any) -> Any:
    try:
        return call()
    except LoginError:
        raise NodeError("the mail server refused the login", hint="check user and password") from None
    except IMAPClientError as bad:
        raise NodeError(f"the mail server refused: {bad}".lower(), hint="check mailbox and search") from None
    except OSError as bad:
        raise OperationalError(f"the mail server does not answer: {bad}".lower()) from None
