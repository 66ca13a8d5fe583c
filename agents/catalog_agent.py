"""The catalog agent: the one that decides every command, on partition 0 of `commands`.

Flow: topic `commands` → **catalog agent** (decide) → table `catalog` durable → `replies` → acknowledge.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import msgspec

from agents.catalog import Decision, decide
from agents.dead_letters import DeadLetters
from agents.refusing import refusal
from nodes.sdk.registry import Registry
from schemas.clock import now_ms
from schemas.commands import Answer, Command, snapshot_key
from schemas.errors import OperationalError, Revoked, UserError
from schemas.failpoints import failpoint
from schemas.task import Reply, ReplyFrame
from streams import codecs
from streams.app import Streams
from streams.stores.views import CatalogView
from streams.tables import Owner
from streams.topics import CATALOG, CATALOG_TABLE, COMMANDS, REPLIES

PARTITION = 0
RETRY_SECONDS = 0.5

logger = logging.getLogger(__name__)


def attach_catalog(
    streams: Streams,
    registry: Registry,
    view: CatalogView,
    *,
    zone: str = "UTC",
    now: Callable[[], int] = now_ms,
) -> None:
    """Make the agent; before the app starts. ``view`` must be followed by the caller for as long as the app runs.

    ``zone`` is for schedules of workflows that name none; ``now`` gives epoch ms.
    """
    agent = _CatalogAgent(streams, registry, view, zone, now)
    streams.app.agent(streams.topic(COMMANDS), name="catalog")(agent.run)


class _CatalogAgent:
    """Handles commands one after the other: each sees what the one before it changed."""

    def __init__(
        self, streams: Streams, registry: Registry, view: CatalogView, zone: str, now: Callable[[], int]
    ) -> None:
        self._streams = streams
        self._registry = registry
        self._view = view
        self._zone = zone
        self._now = now
        self._letters = DeadLetters(streams)

    async def run(self, stream: Any) -> None:
        """Take commands for ever. No exception may reach Faust: it would lose the record."""
        async for event in stream.noack().events():
            owner = self._streams.owner(event.message.partition)
            if owner is None:
                continue  # left for its new owner
            try:
                await self._settle(event.message, owner)
            except Revoked:
                continue
            event.ack()

    async def _settle(self, message: Any, owner: Owner) -> None:
        """Handle one record; where the world fails, again until it does not."""
        while True:
            owner.check()
            try:
                return await self._once(message, owner)
            except Revoked:
                raise
            except OperationalError as bad:
                logger.warning("command waits", extra={"offset": message.offset, "reason": bad.message})
            except Exception as bad:
                logger.exception("command failed", extra={"offset": message.offset})
                return await self._letter(message, bad)
            await asyncio.sleep(RETRY_SECONDS)

    async def _once(self, message: Any, owner: Owner) -> None:
        try:
            if message.partition != PARTITION:
                raise UserError(
                    f"commands belong to partition {PARTITION}", hint="send them there: one decides for all"
                )
            command = codecs.decode(message.value or b"", Command)
        except UserError as bad:
            await self._letter(message, bad)
            return
        decision = await self._decide(command)
        failpoint("catalog.decided")
        answer = await self._put(decision, owner)
        failpoint("catalog.put")
        await self._view.wait(answer.offset)
        await self._reply(command, answer)
        failpoint("catalog.replied")

    async def _letter(self, message: Any, error: Exception) -> None:
        while True:
            try:
                return await self._letters.raw(message, error)
            except OperationalError:
                await asyncio.sleep(RETRY_SECONDS)
            except Exception:  # nothing is left to do with it, and the commands behind it wait
                logger.exception("dead letter lost", extra={"offset": message.offset})
                return None

    async def _decide(self, command: Command) -> Decision:
        end = (await self._streams.log.ends(CATALOG)).get(PARTITION, 0)
        await self._view.wait(end - 1)
        try:
            return decide(command, self._view, self._registry, self._now(), zone=self._zone)
        except Exception as bad:
            logger.exception("command cannot be decided", extra={"command": command.id})
            return Decision([], refusal(bad))

    async def _put(self, decision: Decision, owner: Owner) -> Answer:
        """Make the snapshots durable; give the answer with the offset at which they can be read."""
        table = self._streams.table(CATALOG_TABLE)
        try:
            puts = [table.put(owner, snapshot_key(snapshot), snapshot) for snapshot in decision.snapshots]
        except UserError as bad:  # a record that is too large for the log
            return msgspec.structs.replace(refusal(bad), offset=self._view.position - 1)
        offsets = await asyncio.gather(*puts)
        return msgspec.structs.replace(decision.answer, offset=max(offsets, default=self._view.position - 1))

    async def _reply(self, command: Command, answer: Answer) -> None:
        if command.boot is None:
            return
        status = 200 if answer.ok else answer.body["status"]
        headers = [("content-type", "application/json")]
        reply = Reply(command.boot, command.request, status, headers, msgspec.json.encode(answer))
        try:
            await self._streams.log.send(REPLIES, command.partition, codecs.encode(ReplyFrame([reply])))
        except Exception:  # whoever waited asks again, and gets the remembered answer
            logger.exception("cannot answer a command", extra={"command": command.id})
