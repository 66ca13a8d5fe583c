"""Redacting: secrets that come back from outside are taken out of what is told about a failure.

Flow: error or error items + secrets given out → **redacting** → events, history, logs.
"""

import traceback
from collections.abc import Collection, Iterable
from typing import Any

import msgspec

from schemas.errors import ErrorInfo
from schemas.item import Item, Outputs

MASK = "[secret]"


def redact(value: Any, secrets: Collection[str]) -> Any:
    """Give a value of JSON with every secret masked, also within longer texts; keys too."""
    ordered = sorted(secrets, key=len, reverse=True)  # a secret may hold another
    return _masked(value, ordered) if ordered else value


def redact_info(info: ErrorInfo, secrets: Collection[str]) -> ErrorInfo:
    """Give an error without secrets."""
    if not secrets:
        return info
    shown = {name: redact(getattr(info, name), secrets) for name in ("message", "hint", "detail")}
    return msgspec.structs.replace(info, **shown)


def redact_outputs(outputs: Outputs, secrets: Collection[str]) -> Outputs:
    """Give outputs whose errors hold no secrets: of items that stand for a failure, what tells of it."""
    if not secrets:
        return outputs
    return [[_item(item, secrets) for item in items] for items in outputs]


def redact_traceback(error: BaseException, secrets: Collection[str]) -> str:
    """Write an exception with its traceback, without secrets."""
    return str(redact("".join(traceback.format_exception(error)), secrets))


def _item(item: Item, secrets: Collection[str]) -> Item:
    changes: dict[str, Any] = {}
    if "error" in item.json:
        changes["json"] = redact(item.json, secrets)
    if item.error is not None:
        changes["error"] = redact(item.error, secrets)
    return msgspec.structs.replace(item, **changes) if changes else item


def _masked(value: Any, secrets: Iterable[str]) -> Any:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, MASK)
        return value
    if isinstance(value, dict):
        return {_masked(key, secrets): _masked(child, secrets) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(child, secrets) for child in value]
    return value
