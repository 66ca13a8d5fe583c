"""Collaborate: draw a workflow together, over a WebSocket that speaks the Yjs protocol.

Flow: `WS /api/v1/workflows/{workflow}/collaborate` ⇄ **collaborate** ⇄ room.

The first message is a text with the token. Then binary messages are y-protocols' (sync and awareness), and texts are
ours: ``{"save": 1}`` makes the document the draft and is answered by ``{"save": 1, "saved": {…}}`` with the workflow as
it is then, or ``{"save": 1, "problem": {…}}``.
"""

import asyncio
from typing import Any

import msgspec
from pycrdt import (
    YMessageType,
    YSyncMessageType,
    create_awareness_message,
    create_sync_message,
    merge_updates,
    read_message,
    write_message,
)
from starlette.websockets import WebSocket, WebSocketDisconnect

from gateway.problems import http_problem, refuse
from gateway.sockets import Socket
from gateway.sockets import read_message as read_text
from gateway.together.member import Member
from gateway.together.room import Room
from gateway.together.rooms import Rooms

EMPTY = b"\x00\x00"
PRESENCE_BYTES = 16 << 10


class Save(msgspec.Struct, forbid_unknown_fields=True):
    """Make the document the draft; the answer has the same number."""

    save: int


class Collaborate:
    """The resource."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def sockets(self) -> list[Socket]:
        """Declare the socket."""
        return [Socket("/api/v1/workflows/{workflow}/collaborate", self.draw, "workflows")]

    async def draw(self, socket: WebSocket, first: dict[str, Any]) -> None:
        """Be a member of a room until the client goes, or does not read."""
        member = Member()
        async with self._rooms.joined(socket.path_params["workflow"], member) as room:
            member.put(create_sync_message(room.document))
            present = sorted(room.awareness.states)
            if present:
                member.put(create_awareness_message(room.awareness.encode_awareness_update(present)))
            sending = asyncio.create_task(_send(socket, member))
            hearing = asyncio.create_task(self._hear(socket, room, member))
            try:
                done, _ = await asyncio.wait({sending, hearing}, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                for task in (sending, hearing):
                    task.cancel()
                await asyncio.gather(sending, hearing, return_exceptions=True)

    async def _hear(self, socket: WebSocket, room: Room, member: Member) -> None:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code") or 1005)
            if message.get("bytes") is not None:
                await self._yjs(message["bytes"], room, member)
            else:
                await self._save(read_text(message.get("text") or "", Save), room, member)

    async def _yjs(self, message: bytes, room: Room, member: Member) -> None:
        try:
            kind, body = message[0], message[1:]
            if kind == YMessageType.AWARENESS and len(body) <= PRESENCE_BYTES:
                await self._rooms.present(room, member, read_message(body))
            elif kind == YMessageType.SYNC and body[0] == YSyncMessageType.SYNC_STEP1:
                update = room.document.get_update(read_message(body[1:]))
                member.put(bytes([YMessageType.SYNC, YSyncMessageType.SYNC_STEP2]) + write_message(update))
            elif kind == YMessageType.SYNC:
                update = read_message(body[1:])
                if update != EMPTY:
                    merge_updates(update)  # nothing that cannot be read comes into the log
                    await room.take(member, update)
            else:
                raise refuse("BadRequest", "this message is of no kind that is known here, or too large")
        except (ValueError, IndexError, RuntimeError, AssertionError) as bad:
            raise refuse("BadRequest", f"this is no message of the Yjs protocol: {bad}") from None

    async def _save(self, asked: Save, room: Room, member: Member) -> None:
        try:
            answer = await self._rooms.save(room, member)
            told: dict[str, Any] = {"save": asked.save, "saved": answer.body}
        except Exception as error:
            told = {"save": asked.save, "problem": http_problem(error).problem}
        member.put(msgspec.json.encode(told).decode())


async def _send(socket: WebSocket, member: Member) -> None:
    while (message := await member.next()) is not None:
        if isinstance(message, bytes):
            await socket.send_bytes(message)
        else:
            await socket.send_text(message)
