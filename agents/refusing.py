"""Refusing: what a command is answered with where it cannot be carried out.

Flow: error → **refusing** → answer → gateway.
"""

import msgspec

from schemas.commands import Answer
from schemas.errors import (
    ConflictError,
    DefectError,
    MillraceError,
    NotFoundError,
    OperationalError,
    UserError,
    error_info,
)

_STATUS: tuple[tuple[type[MillraceError], int], ...] = (
    (NotFoundError, 404),
    (ConflictError, 409),
    (UserError, 422),
    (OperationalError, 503),
)


def refusal(error: BaseException) -> Answer:
    """Turn an error into an answer: an ErrorInfo as data, and the HTTP status that says the same."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    if not isinstance(error, MillraceError):
        error = DefectError(f"could not decide the command: {error}")
    info = error_info(error)
    return Answer(ok=False, body=msgspec.to_builtins(info) | {"kind": info.kind, "status": status})
