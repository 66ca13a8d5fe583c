"""Errors: who has to act decides the kind.

    MillraceError
    ├── UserError             fix the workflow, the request or the data
    │   ├── WorkflowError     a workflow that cannot be accepted
    │   ├── ExpressionError   an expression that does not parse or evaluate
    │   ├── ParameterError    a node parameter that does not validate
    │   └── NodeError         a node that refused its data (or stopAndError)
    ├── ConflictError         somebody else was first; read again
    ├── NotFoundError         no such thing
    ├── OperationalError      the world failed; trying again may help
    │   ├── Overloaded        too much at once; carries when to try again
    │   ├── Revoked           the partition is no longer ours
    │   └── InDoubt           an effect was started and nobody knows whether it happened
    └── DefectError           our bug

Flow: whoever fails raises one of **errors** → replies, events, dead letters, problem documents.
Text is lower case without a full stop: what, then detail; ``hint`` says how to mend it.
"""

from typing import Any

import msgspec


class ErrorInfo(msgspec.Struct, omit_defaults=True):
    """An error as data: in events, history, replies and dead letters."""

    message: str
    kind: str = "UserError"
    node: str | None = None
    field: str | None = None
    hint: str | None = None
    detail: Any = None


class MillraceError(Exception):
    """Root of the tree; ``node`` and ``field`` are filled by whoever knows them.

    ``retry_after`` is how many seconds whoever failed wants to be left alone, where it said so.
    """

    retryable = False
    retry_after: float | None = None

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        node: str | None = None,
        field: str | None = None,
        detail: Any = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.node = node
        self.field = field
        self.detail = detail

    def info(self) -> ErrorInfo:
        """Give the error as data."""
        return ErrorInfo(
            message=self.message,
            kind=type(self).__name__,
            node=self.node,
            field=self.field,
            hint=self.hint,
            detail=self.detail,
        )


class UserError(MillraceError):
    """The workflow, the request or the data must change."""


class WorkflowError(UserError):
    """A workflow that cannot be accepted as it is."""


class ExpressionError(UserError):
    """An expression that does not parse or evaluate."""


class ParameterError(UserError):
    """A node parameter that does not validate."""


class NodeError(UserError):
    """A node that refused its data."""


class ConflictError(MillraceError):
    """The thing changed in between, or its name or path is taken."""


class NotFoundError(MillraceError):
    """No such thing."""


class OperationalError(MillraceError):
    """The world failed; trying again may help."""

    retryable = True


class Overloaded(OperationalError):
    """Too much at once; ``retry_after`` in seconds."""

    def __init__(self, message: str, *, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Revoked(OperationalError):
    """A write was refused: the partition is no longer ours."""


class InDoubt(OperationalError):
    """An effect was started before a crash and cannot safely be repeated."""

    retryable = False


class DefectError(MillraceError):
    """Our bug."""


def error_info(error: BaseException, node: str | None = None) -> ErrorInfo:
    """Turn any exception into data; strange ones become a DefectError with their own text."""
    if isinstance(error, MillraceError):
        info = error.info()
    else:
        info = ErrorInfo(message=str(error) or type(error).__name__, kind=type(error).__name__)
    if info.node is None:
        info.node = node
    return info
