"""Ingress: the hot path of webhooks, a raw ASGI callable free of layers.

Flow: HTTP request → route → item → **ingress** → start task, durable → answer (at once, or the workflow's reply).
"""

import logging
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import msgspec
from starlette.types import Receive, Scope, Send

from gateway import chats, forms, visitors
from gateway.admission import NOT_STARTED, Admission
from gateway.answers import SANDBOX, HeaderList, safe_headers, send_answer, send_problem
from gateway.arrivals import Arrival, Doorkeeper, packed, read_item
from gateway.bodies import parse_body, parse_query
from gateway.forwarded import origin_of
from gateway.meters import Meters
from gateway.pressure import Pressures
from gateway.problems import HttpProblem, http_problem, refuse
from gateway.publishing import Publishing
from gateway.routing import Match, Target
from gateway.settings import GatewaySettings
from gateway.waiting import Waiting, wait_or_leave
from nodes.sdk.context import Blobs
from schemas.clock import now_ms
from schemas.errors import UserError
from schemas.failpoints import failpoint
from schemas.form import Chat, Form
from schemas.identifiers import digest_ids, fresh_ids
from schemas.item import Item
from schemas.task import Mode, Reply, ReplyTo, Start, Task

MAX_KEY = 256
STARTED = b'{"message":"Workflow was started"}'
JSON = (b"content-type", b"application/json; charset=utf-8")

logger = logging.getLogger(__name__)


class Door(Protocol):
    """What is behind a prefix: production routes, or those somebody listens to."""

    prefix: str
    mode: Mode
    shown_mode: str
    missing_hint: str

    async def find(self, method: str, path: str, raw_path: bytes | None) -> Match | None:
        """Find the target; look again where it seems to be missing."""
        ...

    def position(self) -> int:
        """Give the catalog offset that what was found needs."""
        ...

    def started(self, target: Target, execution: str) -> None:
        """Hear of an execution that is about to start."""
        ...


@dataclass(frozen=True, slots=True)
class _Visit:
    scope: Scope
    receive: Receive
    send: Send
    target: Target
    headers: dict[str, str]
    cors: HeaderList


class Ingress:
    """Serves one door."""

    def __init__(
        self,
        door: Door,
        *,
        settings: GatewaySettings,
        publishing: Publishing,
        waiting: Waiting,
        blobs: Blobs,
        keeper: Doorkeeper,
        meters: Meters,
        admission: Admission,
        pressures: Pressures,
    ) -> None:
        self._door = door
        self._settings = settings
        self._publishing = publishing
        self._waiting = waiting
        self._blobs = blobs
        self._keeper = keeper
        self._meters = meters
        self._pressures = pressures
        self._admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        cors: HeaderList = []
        try:
            with self._keeper.visit():
                await self._serve(scope, receive, send, cors)
        except Exception as error:
            if not isinstance(error, HttpProblem):
                logger.log(_level(error), "webhook failed", extra={"path": scope["path"]}, exc_info=error)
            failed = http_problem(error)
            self._meters.refused(failed.problem.status)
            await send_problem(send, failed, cors)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, cors: HeaderList) -> None:
        method, path = scope["method"], scope["path"][len(self._door.prefix) :]
        raw_path = scope.get("raw_path")
        found = await self._door.find(method, path, raw_path[len(self._door.prefix) :] if raw_path else None)
        if found is None:
            detail = f'no workflow listens at "{self._door.prefix}{path}"'
            raise refuse("NotFoundError", detail, hint=self._door.missing_hint)
        headers = visitors.headers_of(scope)
        cors += visitors.cors_headers(found, headers)
        if found.target is None:
            await _no_target(send, method, found, headers, cors)
            return
        origin = origin_of(scope, headers, self._settings)
        visitors.admit(found.target, headers, origin.client)
        caller = self._admission.caller(found.target, headers)
        visit = _Visit(scope, receive, send, found.target, caller.headers, cors)
        pages = {"form": self._serve_form, "chat": self._serve_chat}
        for kind in pages.keys() & found.target.route.options.keys():
            await pages[kind](visit, origin.url)
            return
        mode = self._door.shown_mode
        item, size = await read_item(scope, receive, caller.headers, found, origin.url, mode, self._keeper)
        item.json |= caller.told
        if not await self._admission.begins(found.target, item):
            await self._answer(visit, "", 200, [JSON], NOT_STARTED)
            return
        arrival = packed(item, size, self._keeper, self._blobs)
        del item
        if found.target.route.mode == "onReceived":
            await self._start(visit, await arrival)
        else:
            await self._start_and_wait(visit, await arrival)

    async def _serve_form(self, visit: _Visit, url: str) -> None:
        """Show a form, or take what was sent with it; the workflow runs only for what the form allows."""
        form = msgspec.convert(visit.target.route.options["form"], Form)
        query, test = visit.scope["query_string"].decode("latin-1"), visit.target.listen is not None
        if visit.scope["method"] != "POST":
            await self._answer_page(visit, forms.show(form, query, test=test))
            return
        forms.check_origin(visit.headers, urlsplit(url).netloc)
        raw = await self._keeper.read(visit.scope, visit.receive, visit.headers)
        try:
            sent = forms.read_submission(form, await parse_body(raw, visit.headers.get("content-type", ""), {}))
        except UserError as bad:
            raise refuse("BadRequest", bad.message, field=bad.field) from None
        if sent.errors:
            await self._answer_page(visit, forms.show(form, query, test=test, sent=sent))
            return
        zone = str(visit.target.route.options.get("zone") or "UTC")
        item = sent.item(now_ms(), self._door.shown_mode, parse_query(query), zone)
        arrival = await packed(item, len(raw), self._keeper, self._blobs)
        if visit.target.route.mode == "onReceived":
            await self._publish(visit, arrival)
            await self._answer_page(visit, forms.done(form))
        elif (found := await self._reply(visit, arrival)) is not None:
            _, reply, body = found
            await self._answer_page(visit, forms.after(form, reply, body))

    async def _serve_chat(self, visit: _Visit, url: str) -> None:
        """Show a chat, or take a message and say what the workflow answers: on the page, or as it is."""
        chat = msgspec.convert(visit.target.route.options["chat"], Chat)
        if visit.scope["method"] != "POST":
            await self._answer_page(visit, chats.show(chat, chats.new_session(), []))
            return
        raw = await self._keeper.read(visit.scope, visit.receive, visit.headers)
        try:
            body = await parse_body(raw, visit.headers.get("content-type", ""), {})
        except UserError as bad:
            raise refuse("BadRequest", bad.message, field=bad.field) from None
        body = chats.taken(chat, body)
        page = chats.from_page(body)
        if page is not None:
            forms.check_origin(visit.headers, urlsplit(url).netloc)
        item = chats.message(body) if page is None else chats.message(body, page[0], page[1])
        arrival = await packed(item, len(raw), self._keeper, self._blobs)
        found = await self._reply(visit, arrival)
        if found is None:
            return
        execution, reply, answer = found
        if page is None:
            await self._answer(visit, execution, reply.status, safe_headers(reply.headers), answer)
            return
        session, text, said = page
        said += [("you", text), ("they", chats.answer_text(reply.status, answer))]
        await self._answer_page(visit, chats.show(chat, session, said))

    async def _start(self, visit: _Visit, arrival: Arrival) -> None:
        execution = await self._publish(visit, arrival)
        await self._answer(visit, execution, visit.target.route.status, *_received(visit.target))

    async def _publish(self, visit: _Visit, arrival: Arrival) -> str:
        task = await self._task(visit, arrival, None)
        await self._publishing.start(visit.target.topic, task, self._door.position())
        failpoint("gateway.accepted")
        return task.execution

    async def _start_and_wait(self, visit: _Visit, arrival: Arrival) -> None:
        if (found := await self._reply(visit, arrival)) is not None:
            execution, reply, body = found
            await self._answer(visit, execution, reply.status, safe_headers(reply.headers), body)

    async def _reply(self, visit: _Visit, arrival: Arrival) -> tuple[str, Reply, bytes] | None:
        """Start an execution and give its answer, None where the client left."""
        to, waiter = self._waiting.open()
        task = await self._task(visit, arrival, to)
        execution = task.execution
        try:
            await self._publishing.start(visit.target.topic, task, self._door.position())
            failpoint("gateway.accepted")
            # Many may wait for long; what they sent is on the log and need not be held here as well.
            del task, arrival
            reply = await wait_or_leave(waiter, visit.receive, self._settings.reply_timeout_seconds)
        except TimeoutError:
            raise self._late(visit.target, execution) from None
        finally:
            self._waiting.close(to)
        if reply is None:
            return None
        if not 200 <= reply.status <= 599:
            node, detail = visit.target.route.node, f"the workflow answered with status {reply.status}"
            raise refuse("BadAnswer", detail, workflow=visit.target.workflow, node=node, execution=execution)
        body = reply.body if reply.blob is None else await self._blobs.get(reply.blob)
        return execution, reply, body

    def _late(self, target: Target, execution: str) -> HttpProblem:
        return refuse(
            "TimedOut",
            f"the workflow gave no answer within {self._settings.reply_timeout_seconds:g} seconds",
            workflow=target.workflow,
            node=target.route.node,
            execution=execution,
            hint="the execution goes on; its result can be read under its id",
            headers=[("Millrace-Execution", execution)],
        )

    async def _task(self, visit: _Visit, arrival: Arrival, reply: ReplyTo | None) -> Task:
        target, route = visit.target, visit.target.route
        self._pressures.admit(target.tenant)
        # A test request never takes the place of a real one with the same key.
        key = visit.headers.get("idempotency-key") or None if target.listen is None else None
        if key and len(key) > MAX_KEY:
            raise refuse("BadRequest", f"the key is longer than {MAX_KEY} characters", field="Idempotency-Key")
        ids = digest_ids(target.workflow, route.node, key) if key else fresh_ids(arrival.at)
        if target.holding is None:
            execution = next(ids)
        else:
            execution = target.holding.place(await self._items(arrival), self._settings.partitions, ids)
        start = Start(
            items=arrival.items,
            output=route.output,
            mode=self._door.mode,
            reply=reply,
            key=key,
            keep_seconds=self._settings.key_seconds if key else 0,
            listen=target.listen,
            blob=arrival.blob,
        )
        self._door.started(target, execution)
        return Task(execution, target.workflow, target.version, route.node, arrival.at, start=start)

    async def _items(self, arrival: Arrival) -> list[Item]:
        if arrival.blob is None:
            return arrival.items or []
        return msgspec.json.decode(await self._blobs.get(arrival.blob), type=list[Item])

    async def _answer(self, visit: _Visit, execution: str, status: int, headers: HeaderList, body: bytes) -> None:
        more = [*headers, *visit.cors, *([(b"millrace-execution", execution.encode())] if execution else [])]
        if not any(name == b"content-type" and b"json" in value for name, value in headers):
            more += SANDBOX
        await send_answer(visit.send, status, more, body)
        self._meters.answered(status)

    async def _answer_page(self, visit: _Visit, answer: forms.Answer) -> None:
        status, headers, body = answer
        await send_answer(visit.send, status, headers, body)
        self._meters.answered(status)


def _received(target: Target) -> tuple[HeaderList, bytes]:
    headers = safe_headers(target.route.headers)
    typed = any(name == b"content-type" for name, _ in headers)
    if target.route.body is None:
        return (headers if typed else [*headers, JSON]), STARTED
    body = target.route.body.encode()
    return (headers if typed or not body else [*headers, (b"content-type", b"text/html; charset=utf-8")]), body


async def _no_target(send: Send, method: str, found: Match, headers: dict[str, str], cors: HeaderList) -> None:
    methods = ", ".join(sorted({*found.allowed, "OPTIONS"}))
    allow = (b"allow", methods.encode())
    if method == "OPTIONS":
        await send_answer(send, 204, [allow, *cors, *visitors.preflight_headers(found, headers)], b"")
        return
    target = next(iter(found.allowed.values()))
    raise refuse(
        "MethodNotAllowed",
        f'the workflow "{target.workflow_name}" does not listen for {method} here, but for {methods}',
        workflow=target.workflow,
        node=target.route.node,
        headers=[("Allow", methods)],
    )


def _level(error: Exception) -> int:
    return logging.DEBUG if hasattr(error, "retryable") else logging.ERROR
