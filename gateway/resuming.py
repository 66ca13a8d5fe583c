"""Resuming: requests at the addresses of waiting executions, `/w-wait/<token>`, with what the node wants behind it.

Flow: HTTP request → token → item → **resuming** → `control`, durable → the waiting node's answer.
"""

import logging

from starlette.types import Receive, Scope, Send

from gateway import visitors
from gateway.answers import safe_headers, send_answer, send_problem
from gateway.arrivals import Doorkeeper, packed, read_item
from gateway.forwarded import origin_of
from gateway.ingress import SANDBOX
from gateway.problems import HttpProblem, http_problem, refuse
from gateway.publishing import Publishing
from gateway.routing import Match, Target
from gateway.settings import GatewaySettings
from gateway.waiting import Waiting, wait_or_leave
from nodes.sdk.context import Blobs
from schemas.resume import RESUME_PREFIX, Sign, read_resume_token
from schemas.task import Resume
from schemas.trigger import Route

logger = logging.getLogger(__name__)


class Resuming:
    """Serves the addresses of waiting executions. The engine knows which node waits, and answers for it."""

    def __init__(
        self,
        sign: Sign,
        *,
        settings: GatewaySettings,
        publishing: Publishing,
        waiting: Waiting,
        blobs: Blobs,
        keeper: Doorkeeper,
    ) -> None:
        self._sign = sign
        self._settings = settings
        self._publishing = publishing
        self._waiting = waiting
        self._blobs = blobs
        self._keeper = keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            with self._keeper.visit():
                await self._serve(scope, receive, send)
        except Exception as error:
            if not isinstance(error, HttpProblem):
                logger.log(logging.DEBUG if hasattr(error, "retryable") else logging.ERROR, "resume failed: %s", error)
            await send_problem(send, http_problem(error))

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        token, _, suffix = scope["path"][len(RESUME_PREFIX) :].partition("/")
        named = read_resume_token(token, self._sign)
        if named is None:
            raise refuse("NotFoundError", "there is no such address", hint="take it whole from $execution.resumeUrl")
        execution, version = named
        headers = visitors.headers_of(scope)
        origin = origin_of(scope, headers, self._settings)
        route = Route("", "wait", scope["method"], suffix, options={"binaryPropertyName": "data"})
        found = Match(Target(route, "", "", version, ""))
        item, size = await read_item(scope, receive, headers, found, origin.url, "production", self._keeper)
        arrival = await packed(item, size, self._keeper, self._blobs)
        to, waiter = self._waiting.open()
        try:
            resume = Resume(version, scope["method"], suffix.strip("/"), arrival.items, arrival.blob, to)
            await self._publishing.resume(execution, resume, arrival.at)
            del arrival, resume
            reply = await wait_or_leave(waiter, receive, self._settings.reply_timeout_seconds)
        except TimeoutError:
            hint = "the execution goes on; its result can be read under its id"
            raise refuse("TimedOut", "the workflow gave no answer in time", execution=execution, hint=hint) from None
        finally:
            self._waiting.close(to)
        if reply is not None:
            body = reply.body if reply.blob is None else await self._blobs.get(reply.blob)
            more = [*safe_headers(reply.headers), (b"millrace-execution", execution.encode()), *SANDBOX]
            await send_answer(send, reply.status, more, body)
