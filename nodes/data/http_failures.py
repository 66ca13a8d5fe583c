"""HTTP failures: the item that a failed request becomes where its node continues.

Flow: error of a request → **http failures** → httpRequest's items.
Names, codes and the head of a message are those that imported workflows compare.
"""

import json
from typing import Any

from nodes.sdk import Item
from nodes.sdk.ports import error_item
from nodes.transform.field_types import parse_json, text
from schemas.errors import MillraceError

BUSY = 429
SPACED = "Try spacing your requests out using the batching settings under 'Options'"


def failed(bad: MillraceError, index: int, version: float) -> Item:
    """Make the item: from version 3 the error of an answer is an object, from 4.5 ``details`` tell more."""
    known = bad.detail if isinstance(bad.detail, dict) else {}
    status, code = known.get("status"), known.get("code")
    if version < 3 or not (status or code):
        return error_item(bad, index)
    error: dict[str, Any] = {"message": bad.message, "name": "Error", "code": code}
    if status:
        said = SPACED if status == BUSY else f"{status} - {json.dumps(known.get('body') or '', ensure_ascii=False)}"
        kind = "ERR_BAD_REQUEST" if status < 500 else "ERR_BAD_RESPONSE"
        error = {"message": said, "name": "AxiosError", "code": kind, "status": status}
    details = {"details": _details(bad, known, index)} if version >= 4.5 else {}
    return Item(json={"error": error, **details}, paired=index)


def _details(bad: MillraceError, known: dict[str, Any], index: int) -> dict[str, Any]:
    body = _value(known.get("body"))
    told = body.get("message") if isinstance(body, dict) else body
    return {
        "message": bad.message,
        **({"description": text(told)} if told else {}),
        "httpCode": str(known.get("status") or known.get("code")),
        "body": body,
        "context": {"itemIndex": index},
    }


def _value(body: Any) -> Any:
    try:
        return parse_json(body) if isinstance(body, str) else body
    except ValueError:
        return body
