"""Cursors: where the next page of a listing begins, as text that clients only hand back.

Flow: last entry of a page → **cursor** → next request.
"""

import base64
import binascii
from typing import TypeVar

import msgspec

from gateway.problems import HttpProblem, refuse
from schemas.errors import NotFoundError
from streams.stores.doubts import DoubtKey
from streams.stores.letters import LetterKey

T = TypeVar("T")


def write_cursor(*keys: str | int) -> str:
    """Write the keys of a page's last entry."""
    return base64.urlsafe_b64encode(msgspec.json.encode(keys)).rstrip(b"=").decode()


def read_workflow_cursor(text: str | None) -> str | None:
    """Read the id after which to go on."""
    return None if text is None else _read(text, tuple[str])[0]


def read_moment_cursor(text: str | None) -> tuple[int, str] | None:
    """Read the moment (epoch ms) and id before which to go on."""
    return None if text is None else _read(text, tuple[int, str])


def read_letter_cursor(text: str | None) -> tuple[int, LetterKey] | None:
    """Read the moment (epoch ms) and the dead letter before which to go on."""
    if text is None:
        return None
    at, topic, partition, offset, execution, node, run = _read(text, tuple[int, str, int, int, str, str, int])
    return at, LetterKey(topic, partition, offset, execution, node, run)


def read_letter(text: str) -> LetterKey:
    """Read a dead letter's id; raise NotFoundError where it is none."""
    try:
        return LetterKey(*_read(text, tuple[str, int, int, str, str, int]))
    except HttpProblem:
        raise NotFoundError(f'no dead letter has the id "{text}"', hint="GET /api/v1/dead-letters lists them") from None


def read_doubt_cursor(text: str | None) -> tuple[int, DoubtKey] | None:
    """Read the moment (epoch ms) and the effect in doubt before which to go on."""
    if text is None:
        return None
    at, execution, node, run, attempt = _read(text, tuple[int, str, str, int, int])
    return at, DoubtKey(execution, node, run, attempt)


def read_doubt(text: str) -> DoubtKey:
    """Read the id of an effect in doubt; raise NotFoundError where it is none."""
    try:
        return DoubtKey(*_read(text, tuple[str, str, int, int]))
    except HttpProblem:
        raise NotFoundError(f'nothing in doubt has the id "{text}"', hint="GET /api/v1/in-doubt lists them") from None


def _read(text: str, type_: type[T]) -> T:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(raw, type=type_)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise refuse(
            "BadRequest",
            "this cursor is none of ours",
            field="cursor",
            hint="take nextCursor of the last page as it is",
        ) from None
