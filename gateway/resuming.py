"""Resuming: requests at the addresses of waiting executions, `/w-wait/<token>`, with what the node wants behind it.

Flow: HTTP request → token → item → **resuming** → `control`, durable → the waiting node's answer.
Where the node has a door (who may ask, a page), the answer is that door; the request comes again when it has passed it.
"""

import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec
from starlette.types import Receive, Scope, Send

from gateway import forms, visitors, waiting_pages
from gateway.admission import NOT_STARTED, Admission
from gateway.answers import SANDBOX, safe_headers, send_answer, send_problem
from gateway.arrivals import Doorkeeper, item_of, packed
from gateway.bodies import parse_body
from gateway.form_pages import KEY
from gateway.forwarded import Origin, origin_of
from gateway.problems import HttpProblem, http_problem, refuse
from gateway.publishing import Publishing
from gateway.routing import Match, Target, prepare
from gateway.settings import GatewaySettings
from gateway.waiting import Waiting, wait_or_leave
from nodes.sdk.context import Blobs
from schemas.errors import UserError
from schemas.form import DOOR_TYPE, Door, Page
from schemas.item import Item
from schemas.resume import RESUME_PREFIX, Sign, read_resume_token
from schemas.task import Reply, Resume
from schemas.trigger import Route

MODE = "production"
USUAL: dict[str, Any] = {"binaryPropertyName": "data"}

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Call:
    """A request whose address was read."""

    scope: Scope
    receive: Receive
    send: Send
    execution: str
    version: str
    suffix: str
    headers: dict[str, str]
    origin: Origin
    raw: bytes

    @property
    def method(self) -> str:
        return str(self.scope["method"])

    @property
    def query(self) -> str:
        return str(self.scope["query_string"].decode("latin-1"))

    def target(self, options: dict[str, Any]) -> Target:
        route = Route("", "wait", self.method, self.suffix, options=options)
        return prepare(route, workflow="", name="", version=self.version, topic="")

    async def item(self, target: Target, headers: dict[str, str]) -> Item:
        return await item_of(self.raw, self.scope, headers, Match(target), self.origin.url, MODE)


class Resuming:
    """Serves the addresses of waiting executions. The engine knows which node waits, and answers for it."""

    def __init__(
        self,
        sign: Sign,
        admission: Admission,
        *,
        settings: GatewaySettings,
        publishing: Publishing,
        waiting: Waiting,
        blobs: Blobs,
        keeper: Doorkeeper,
    ) -> None:
        self._sign = sign
        self._admission = admission
        self._settings = settings
        self._publishing = publishing
        self._waiting = waiting
        self._blobs = blobs
        self._keeper = keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            with self._keeper.visit():
                await self._serve(await self._call(scope, receive, send))
        except Exception as error:
            if not isinstance(error, HttpProblem):
                logger.log(logging.DEBUG if hasattr(error, "retryable") else logging.ERROR, "resume failed: %s", error)
            await send_problem(send, http_problem(error))

    async def _call(self, scope: Scope, receive: Receive, send: Send) -> _Call:
        token, _, suffix = scope["path"][len(RESUME_PREFIX) :].partition("/")
        named = read_resume_token(token, self._sign)
        if named is None:
            raise refuse("NotFoundError", "there is no such address", hint="take it whole from $execution.resumeUrl")
        headers = visitors.headers_of(scope)
        origin = origin_of(scope, headers, self._settings)
        raw = await self._keeper.read(scope, receive, headers)
        return _Call(scope, receive, send, *named, suffix.strip("/"), headers, origin, raw)

    async def _serve(self, call: _Call) -> None:
        item = await call.item(call.target(USUAL), call.headers)
        reply = await self._ask(call, item, "")
        if reply is None:
            return
        door = _door(reply)
        if door is None:
            await self._answer(call, reply)
            return
        target = call.target({**USUAL, **door.options})
        visitors.admit(target, call.headers, call.origin.client)
        caller = self._admission.caller(target, call.headers)
        if door.page is not None:
            await self._serve_page(call, door.page, door.key)
            return
        item = await call.item(target, caller.headers)
        item.json |= caller.told
        if not await self._admission.begins(target, item):
            await send_answer(call.send, 200, [(b"content-type", b"application/json")], NOT_STARTED)
        elif (reply := await self._ask(call, item, door.key)) is not None:
            await self._answer(call, reply)

    async def _serve_page(self, call: _Call, page: Page, key: str) -> None:
        """Show a page, or take what was sent with it; the execution goes on only with what the form allows."""
        if call.method != "POST":
            await send_answer(call.send, *forms.show(page.form, call.query, test=page.test, key=key))
            return
        forms.check_origin(call.headers, urlsplit(call.origin.url).netloc)
        try:
            body = await parse_body(call.raw, call.headers.get("content-type", ""), {})
        except UserError as bad:
            raise refuse("BadRequest", bad.message, field=bad.field) from None
        shown = body.value.get(KEY) if isinstance(body.value, dict) else None
        if shown != key:  # an earlier page, sent once more: its person is led to the one that waits now
            await send_answer(call.send, 303, [(b"location", call.scope["path"].encode("latin-1"))], b"")
            return
        sent = forms.read_submission(page.form, body)
        if sent.errors:
            await send_answer(call.send, *forms.show(page.form, call.query, test=page.test, sent=sent, key=key))
            return
        reply = await self._ask(call, waiting_pages.item_of_page(page, sent, call.query), key)
        if reply is None:
            return
        if reply.status in (404, 409):
            await self._answer(call, reply)
            return
        await send_answer(call.send, *waiting_pages.after(page, reply, await self._body(reply)))

    async def _ask(self, call: _Call, item: Item, key: str) -> Reply | None:
        """Ask the engine to let the execution go on; give its answer, None where the client left."""
        arrival = await packed(item, len(call.raw), self._keeper, self._blobs)
        to, waiter = self._waiting.open()
        try:
            resume = Resume(call.version, call.method, call.suffix, arrival.items, arrival.blob, to, key)
            await self._publishing.resume(call.execution, resume, arrival.at)
            del arrival, resume
            return await wait_or_leave(waiter, call.receive, self._settings.reply_timeout_seconds)
        except TimeoutError:
            hint = "the execution goes on; its result can be read under its id"
            raise refuse(
                "TimedOut", "the workflow gave no answer in time", execution=call.execution, hint=hint
            ) from None
        finally:
            self._waiting.close(to)

    async def _answer(self, call: _Call, reply: Reply) -> None:
        if reply.status in (404, 409) and waiting_pages.shows_pages(call.headers):
            await send_answer(call.send, *waiting_pages.missing(reply.status, call.scope["path"], call.query))
            return
        more = [*safe_headers(reply.headers), (b"millrace-execution", call.execution.encode()), *SANDBOX]
        await send_answer(call.send, reply.status, more, await self._body(reply))

    async def _body(self, reply: Reply) -> bytes:
        return reply.body if reply.blob is None else await self._blobs.get(reply.blob)


def _door(reply: Reply) -> Door | None:
    """Read the door that an answer is, None where it is an answer."""
    if reply.status != 200 or ("content-type", DOOR_TYPE) not in reply.headers:
        return None
    return msgspec.json.decode(reply.body, type=Door)
