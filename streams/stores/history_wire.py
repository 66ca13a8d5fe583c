"""The wire between History and its process: length-prefixed messages on a socket pair.

Flow: history (parent, asyncio) ↔ **wire** ↔ history process (child, threads).
Records travel as the bytes they are on the log; only the child decodes them.
"""

import asyncio
import socket
from typing import Any, Literal

import msgspec

Kind = Literal["events", "dead_letters"]

_LENGTH = 4


class Configure(msgspec.Struct, tag="configure", array_like=True):
    """The first message: where the data is and how to treat it."""

    url: str
    keep: str
    days: int
    memory_mb: int
    threads: int
    query_seconds: float
    migrations: list[tuple[str, str]]


class Write(msgspec.Struct, tag="write", array_like=True):
    """Records to insert; answered by Written or Failed."""

    id: int
    kind: Kind
    records: list[bytes]


class Ask(msgspec.Struct, tag="ask", array_like=True):
    """A query; answered by Answer or Failed. ``guarded``: a person wrote it, so it may only read, within limits."""

    id: int
    sql: str
    parameters: dict[str, Any]
    max_rows: int
    guarded: bool


class Close(msgspec.Struct, tag="close", array_like=True):
    """Finish what was sent and stop."""


class Ready(msgspec.Struct, tag="ready", array_like=True):
    """The engine is open and migrated."""

    version: str


class Written(msgspec.Struct, tag="written", array_like=True):
    """Records are inserted, but for those refused (index, reason)."""

    id: int
    refused: list[tuple[int, str]]


class Answer(msgspec.Struct, tag="answer", array_like=True):
    """What a query gave, as ClickHouse's JSONCompact."""

    id: int
    body: bytes


class Failed(msgspec.Struct, tag="failed", array_like=True):
    """A request failed (id −1: the start did). ``user``: the request is at fault, else the world is."""

    id: int
    message: str
    hint: str | None = None
    user: bool = False


Request = Configure | Write | Ask | Close
Response = Ready | Written | Answer | Failed

_requests = msgspec.msgpack.Decoder(Request)
_responses = msgspec.msgpack.Decoder(Response)
_encoder = msgspec.msgpack.Encoder()


def pack(message: Request | Response) -> bytes:
    """Give a message with its length before it."""
    buffer = bytearray(_LENGTH)
    _encoder.encode_into(message, buffer, _LENGTH)
    buffer[:_LENGTH] = (len(buffer) - _LENGTH).to_bytes(_LENGTH)
    return bytes(buffer)


async def read_response(reader: asyncio.StreamReader) -> Response:
    """Read what the child says; raise IncompleteReadError at its end."""
    size = int.from_bytes(await reader.readexactly(_LENGTH))
    body = await reader.readexactly(size)
    response: Response = _responses.decode(body)
    return response


def read_request(connection: socket.socket) -> Request | None:
    """Read what the parent says, blocking; None at its end."""
    head = _exactly(connection, _LENGTH)
    body = None if head is None else _exactly(connection, int.from_bytes(head))
    return None if body is None else _requests.decode(body)


def _exactly(connection: socket.socket, size: int) -> bytearray | None:
    buffer = bytearray(size)
    view = memoryview(buffer)
    while view:
        count = connection.recv_into(view)
        if count == 0:
            return None
        view = view[count:]
    return buffer
