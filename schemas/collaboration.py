"""Edits: what people who draw a workflow together change, as records of the log.

Flow: gateway → **edit** on topic `collaboration` → the rooms of every gateway.
"""

import msgspec


class Edit(msgspec.Struct, omit_defaults=True):
    """A Yjs update of one workflow's document; ``blob`` has it where it is large.

    ``origin`` is the connection that it came from. ``covers`` are keys of earlier records that it contains.
    """

    workflow: str
    update: bytes = b""
    blob: str | None = None
    origin: str = ""
    covers: list[str] = []


class Presence(msgspec.Struct):
    """Who is where in a workflow's document, in the awareness protocol's form; kept nowhere."""

    workflow: str
    origin: str
    update: bytes
