"""Rooms: which workflows are drawn together on this gateway, and who is where in them.

Flow: members → **rooms** → room, topic `presence`; catalog's changes → rooms.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence

from pycrdt import Decoder, create_awareness_message

from gateway.following import Following
from gateway.problems import HttpProblem
from gateway.publishing import Publishing
from gateway.reading import Catalog
from gateway.together.member import Member
from gateway.together.room import Room
from gateway.together.storage import Storage
from nodes.sdk.context import Blobs
from schemas.collaboration import Presence
from schemas.commands import Answer, Author, UpdateWorkflow
from schemas.errors import MillraceError, Overloaded
from schemas.identifiers import new_id, partition_of
from streams.codecs import decode, encode
from streams.topics import PRESENCE
from streams.transports.protocol import Log

ROOMS = 200
NAME_LENGTH = 60

logger = logging.getLogger(__name__)


class Rooms:
    """Opens a room with its first member, closes it after its last."""

    def __init__(self, log: Log, blobs: Blobs, catalog: Catalog, publishing: Publishing, partitions: int) -> None:
        self._log = log
        self._catalog = catalog
        self._publishing = publishing
        self._partitions = partitions
        self._storage = Storage(log, blobs, partitions)
        self._rooms: dict[str, Room] = {}
        self._doors: dict[str, asyncio.Lock] = {}
        self._following: Following | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        catalog.on_change(self._changed)

    def __len__(self) -> int:
        """Count the open rooms."""
        return len(self._rooms)

    @contextlib.asynccontextmanager
    async def joined(self, workflow: str, member: Member) -> AsyncIterator[Room]:
        """Be in a workflow's room for a while. Raises NotFoundError, or Overloaded where too many are open."""
        self._catalog.workflow(workflow)
        async with self._door(workflow):
            room = self._rooms.get(workflow) or await self._open(workflow)
            room.members.add(member)
        try:
            yield room
        finally:
            room.members.discard(member)
            self._later(self._left(room, member))

    async def present(self, room: Room, member: Member, update: bytes) -> None:
        """Tell everybody where a member is."""
        member.clients |= set(_clients(update))
        presence = Presence(room.workflow, member.id, update)
        await self._log.send(PRESENCE, partition_of(room.workflow, self._partitions), encode(presence))

    async def save(self, room: Room, member: Member) -> Answer:
        """Make the document the workflow's draft, on behalf of a member. Raises the problem that refused it."""
        by = Author("editor", _name(room, member))
        async with room.saving() as body:
            answer = await self._publishing.change(new_id(), UpdateWorkflow(room.workflow, body), by)
            with contextlib.suppress(HttpProblem):  # a view that lags does not undo what was decided
                await self._catalog.wait(answer.offset)
        return answer

    async def _open(self, workflow: str) -> Room:
        if len(self._rooms) >= ROOMS:
            raise Overloaded("as many workflows are drawn together here as may be")
        if self._following is None:
            reader = await self._log.reader(PRESENCE, range(self._partitions), "latest")
            self._following = Following(reader, self._hear)
        room = Room(workflow, self._storage, self._catalog)
        try:
            await room.open()
        except BaseException:
            await room.close()
            raise
        self._rooms[workflow] = room
        return room

    async def _left(self, room: Room, member: Member) -> None:
        if member.clients:
            clients = sorted(member.clients)
            room.awareness.remove_awareness_states(clients, member.id)
            await self.present(room, member, room.awareness.encode_awareness_update(clients))
        async with self._door(room.workflow):
            if not room.members and self._rooms.get(room.workflow) is room:
                del self._rooms[room.workflow]
                await room.close()
        if not self._rooms and self._following is not None:
            self._following.cancel()
            self._following = None

    def _hear(self, value: bytes) -> None:
        presence = decode(value, Presence)
        room = self._rooms.get(presence.workflow)
        if room is None:
            return
        room.awareness.apply_awareness_update(presence.update, presence.origin)
        message = create_awareness_message(presence.update)
        for member in room.members:
            if member.id != presence.origin:
                member.put(message)

    def _changed(self, workflows: frozenset[str]) -> None:
        for workflow in workflows & self._rooms.keys():
            self._later(self._rooms[workflow].absorb())

    def _later(self, work: "asyncio.Future[None] | object") -> None:
        task = asyncio.ensure_future(_told(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _door(self, workflow: str) -> asyncio.Lock:
        return self._doors.setdefault(workflow, asyncio.Lock())


async def _told(work: object) -> None:
    try:
        await work  # type: ignore[misc]
    except MillraceError as bad:
        logger.warning("a room could not follow: %s", bad.message)
    except Exception:
        logger.exception("a room failed")


def _name(room: Room, member: Member) -> str | None:
    """Give what a member calls itself where it is seen by the others."""
    states = (room.awareness.states.get(client) or {} for client in member.clients)
    names = (state.get("name") for state in states)
    return next((name[:NAME_LENGTH] for name in names if isinstance(name, str) and name), None)


def _clients(update: bytes) -> Sequence[int]:
    """Read the clients whose state an awareness update has; raises ValueError where it is none."""
    decoder = Decoder(update)
    found = []
    try:
        for _ in range(decoder.read_var_uint()):
            found.append(decoder.read_var_uint())
            decoder.read_var_uint()
            decoder.read_var_string()
    except (IndexError, RuntimeError, UnicodeDecodeError) as bad:
        raise ValueError(f"an awareness update cannot be read: {bad}") from None
    return found
