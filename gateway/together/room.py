"""A room: one workflow's document on this gateway, folded from the log, and the members who draw in it.

Flow: member → topic `collaboration` → **room** → members of this gateway; other gateways fold the same records.

What a member sends counts once it is durable and comes back from the log. All that is written of a document are Yjs
updates, which commute and may repeat, so gateways that fold the same records have the same document. Now and then one
record takes the place of many: it holds them all, is durable before they are removed, and is an update like any other.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from pycrdt import Awareness, Doc, create_update_message

from gateway.problems import refuse
from gateway.reading import Catalog
from gateway.together.document import DRAFT, SAVING, Facts, flatten, open_document, read, seed, unflatten, write
from gateway.together.member import Member
from gateway.together.storage import Kept, Storage
from schemas.commands import VersionSnapshot
from schemas.errors import NotFoundError
from schemas.workflow import content_hash

COVER_AFTER = 400
"""Records after which one takes their place."""
BYTES_MAX = 8 << 20


class Room:
    """Made by ``Rooms``; usable once ``open`` has returned."""

    def __init__(self, workflow: str, storage: Storage, catalog: Catalog) -> None:
        self.workflow = workflow
        self.members: set[Member] = set()
        self.document: Doc[Any] = open_document()
        self.awareness = Awareness(self.document)
        self.awareness.set_local_state(None)  # a room is nobody
        self._storage = storage
        self._catalog = catalog
        self._keys: dict[str, None] = {}
        self._bytes = 0
        self._covering: asyncio.Task[None] | None = None
        self._absorbing = asyncio.Lock()

    async def open(self) -> None:
        """Fold what the log has; begin the document with the draft where it has nothing."""
        await self._storage.follow(self.workflow, self.fold)
        if not self._keys:
            draft = self._draft()
            await self._storage.put(self.workflow, seed(draft.body, draft.id), "")
            await self._storage.caught_up(self.workflow)
        await self.absorb()

    async def close(self) -> None:
        """Stop folding; what the log has stays there."""
        await self._storage.leave(self.workflow)
        if self._covering is not None:
            await asyncio.gather(self._covering, return_exceptions=True)

    async def take(self, member: Member, update: bytes) -> None:
        """Make a member's update durable. Raises a problem where the document would become too large."""
        if self._bytes + len(update) > BYTES_MAX:
            raise refuse("TooLarge", f"this workflow's document would be larger than {BYTES_MAX >> 20} MB")
        await self._storage.put(self.workflow, update, member.id)

    def fold(self, kept: Kept) -> None:
        """Take a record of the log into the document, and pass it on."""
        self.document.apply_update(kept.update)
        for key in kept.covers:
            self._keys.pop(key, None)
        self._keys[kept.key] = None
        self._bytes = len(kept.update) + (0 if kept.covers else self._bytes)
        message = create_update_message(kept.update)
        for member in self.members:
            if member.id != kept.origin:
                member.put(message)
        if len(self._keys) > COVER_AFTER and (self._covering is None or self._covering.done()):
            self._covering = asyncio.create_task(self._cover())

    async def absorb(self) -> None:
        """Take in what was saved beside the document, through the API or by another gateway.

        What differs between the version that the document agreed with last and the draft of now is changed in the
        document as well; where both changed the same fact, the draft counts.
        """
        async with self._absorbing:
            await self._storage.caught_up(self.workflow)
            draft, facts = self._draft(), read(self.document)
            agreed = facts.get(("meta", DRAFT))
            if agreed == draft.id:
                return
            if ("meta", SAVING + draft.id) in facts:
                await self._agreed(draft.id)
                return
            theirs = flatten(draft.body)
            base = self._base(agreed)
            changed = {fact: value for fact, value in theirs.items() if base is not None and base.get(fact) != value}
            gone = base.keys() - theirs.keys() if base is not None else set()
            after = {fact: value for fact, value in facts.items() if fact not in gone} | changed
            await self._write({**after, ("meta", DRAFT): draft.id}, facts)

    @contextlib.asynccontextmanager
    async def saving(self) -> AsyncIterator[dict[str, Any]]:
        """Give the document as a workflow's JSON, of which the block makes the draft.

        The mark is there before the draft is, and says to every gateway that this draft is no news: who draws on
        meanwhile keeps what they draw. What was agreed on stays until then: a save that never ends changes nothing.
        """
        async with self._absorbing:
            await self._storage.caught_up(self.workflow)
            facts = read(self.document)
            body = unflatten(facts)
            version = content_hash(body)
            await self._write({**facts, ("meta", SAVING + version): True}, facts)
            try:
                yield body
            except BaseException:
                await self._agreed(facts.get(("meta", DRAFT)), version)
                raise
            await self._agreed(version, version)

    async def _agreed(self, draft: Any, saved: str | None = None) -> None:
        """Note which draft the document agrees with now, and that a version is no longer being saved."""
        facts = read(self.document)
        mark = ("meta", SAVING + (saved or draft))
        after = {fact: value for fact, value in facts.items() if fact != mark}
        await self._write({**after, ("meta", DRAFT): draft}, facts)

    async def _write(self, after: Facts, before: Facts) -> None:
        """Change the document as a member would: through the log."""
        if after == before:
            return
        copy = open_document()
        copy.apply_update(self.document.get_update())
        state = copy.get_state()
        write(copy, after, before)
        await self._storage.put(self.workflow, copy.get_update(state), "")
        await self._storage.caught_up(self.workflow)

    async def _cover(self) -> None:
        keys = list(self._keys)
        await self._storage.cover(self.workflow, self.document.get_update(), keys)

    def _draft(self) -> VersionSnapshot:
        return self._catalog.version(self.workflow, self._catalog.workflow(self.workflow).draft)

    def _base(self, version: Any) -> Facts | None:
        try:
            return flatten(self._catalog.version(self.workflow, str(version)).body)
        except NotFoundError:
            return None  # what is not known cannot be compared: the document stays as it is
