"""Problems: every error as RFC 9457 problem+json.

Flow: error (or a catalog's refusal) → **problem** → client.
"""

import re
from typing import Any

import msgspec

from schemas import errors
from schemas.errors import ErrorInfo, MillraceError, Overloaded, error_info

MEDIA_TYPE = "application/problem+json"

KINDS: dict[str, tuple[int, str]] = {
    "BadRequest": (400, "the request cannot be read"),
    "UserError": (400, "the request must change"),
    "Unauthorized": (401, "a token is needed"),
    "Forbidden": (403, "this caller is not admitted"),
    "NotFoundError": (404, "no such thing"),
    "MethodNotAllowed": (405, "this method is not allowed here"),
    "ConflictError": (409, "somebody else was first"),
    "PreconditionFailed": (412, "it changed in between"),
    "TooLarge": (413, "the body is too large"),
    "UnsupportedMediaType": (415, "this kind of body is not understood"),
    "WorkflowError": (422, "the workflow cannot be accepted"),
    "ExpressionError": (422, "an expression cannot be accepted"),
    "ParameterError": (422, "a parameter cannot be accepted"),
    "NodeError": (422, "a node refused its data"),
    "InvalidBody": (422, "the body does not fit"),
    "TooMany": (429, "too much at once"),
    "DefectError": (500, "a defect in Millrace"),
    "NotImplemented": (501, "this is not supported yet"),
    "BadAnswer": (502, "the workflow's answer cannot be sent"),
    "OperationalError": (503, "not possible at the moment"),
    "Overloaded": (503, "too much at once"),
    "Revoked": (503, "not possible at the moment"),
    "InDoubt": (503, "it may or may not have happened"),
    "TimedOut": (504, "no answer in time"),
}


class Problem(msgspec.Struct, omit_defaults=True):
    """The members of a problem: RFC 9457's, and where the fault lies."""

    type: str
    title: str
    status: int
    detail: str
    workflow: str | None = None
    node: str | None = None
    field: str | None = None
    hint: str | None = None
    execution: str | None = None
    more: Any = None


class HttpProblem(Exception):
    """A request that ends with a problem; ``headers`` go with it."""

    def __init__(self, problem: Problem, headers: list[tuple[str, str]] | None = None) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.headers = headers or []


def refuse(
    kind: str,
    detail: str,
    *,
    workflow: str | None = None,
    node: str | None = None,
    field: str | None = None,
    hint: str | None = None,
    execution: str | None = None,
    headers: list[tuple[str, str]] | None = None,
) -> HttpProblem:
    """Make a problem of one of ``KINDS`` to raise."""
    problem = _problem(kind, detail)
    problem.workflow, problem.node, problem.field = workflow, node, field
    problem.hint, problem.execution = hint, execution
    return HttpProblem(problem, headers)


def http_problem(error: Exception) -> HttpProblem:
    """Turn any exception into a problem; a strange one becomes a defect and keeps its text to itself."""
    if isinstance(error, HttpProblem):
        return error
    if not isinstance(error, MillraceError):
        return refuse("DefectError", "something failed inside; the log of the gateway says what")
    headers = [("Retry-After", str(error.retry_after))] if isinstance(error, Overloaded) else []
    return HttpProblem(problem_of_info(error_info(error)), headers)


def problem_of_info(info: ErrorInfo, workflow: str | None = None) -> Problem:
    """Turn an error as data into a problem."""
    problem = _problem(_known(info.kind), info.message)
    problem.workflow, problem.node, problem.field = workflow, info.node, info.field
    problem.hint, problem.more = info.hint, info.detail
    return problem


def encode_problem(problem: Problem) -> bytes:
    """Write a problem as JSON."""
    return msgspec.json.encode(problem)


def _problem(kind: str, detail: str) -> Problem:
    status, title = KINDS[kind]
    slug = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind.removesuffix("Error") or kind).lower()
    return Problem(type=f"urn:millrace:problem:{slug}", title=title, status=status, detail=detail)


def _known(kind: str) -> str:
    if kind in KINDS:
        return kind
    found = getattr(errors, kind, None)
    if isinstance(found, type) and issubclass(found, MillraceError):
        return next(base.__name__ for base in found.__mro__ if base.__name__ in KINDS)
    return "DefectError"
