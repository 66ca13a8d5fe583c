"""JSON text: bodies read as JSON, no deeper than what can be handed on.

Flow: request body → **JSON text** → webhook items, API bodies.
"""

from typing import Any

import msgspec

from schemas.errors import UserError

MAX_DEPTH = 256
"""A value goes on inside others (item, task, frame, row), and every reader of those has to get to its bottom."""


def read_json(raw: bytes) -> Any:
    """Read a JSON value; raise UserError saying what is wrong with the body."""
    try:
        value = msgspec.json.decode(raw)
    except RecursionError:
        raise _too_deep() from None
    except (msgspec.DecodeError, UnicodeDecodeError) as bad:
        detail = str(bad).removeprefix("JSON is malformed: ").lower()
        raise UserError(f"the body is not valid JSON: {detail}", field="body") from None
    # Most bodies have too few brackets to be deep, and counting those is nearly free.
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _deeper(value, MAX_DEPTH):
        raise _too_deep()
    return value


def _deeper(value: Any, levels: int) -> bool:
    layer = [value]
    for _ in range(levels + 1):
        inner: list[Any] = []
        for one in layer:
            if isinstance(one, dict):
                inner += one.values()
            elif isinstance(one, list):
                inner += one
        layer = [one for one in inner if isinstance(one, dict | list)]
        if not layer:
            return False
    return True


def _too_deep() -> UserError:
    return UserError(f"the body is nested deeper than {MAX_DEPTH} levels", field="body")
