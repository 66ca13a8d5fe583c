"""Admission: what callers of a webhook, form or chat have to show, and whether their request is one to start with.

Flow: route + request → **admission** (vault, expression) → ingress.
The seal is opened for each request and nothing of it is kept; what was shown is hidden before it becomes data.
"""

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.problems import HttpProblem, refuse
from gateway.routing import Target
from gateway.vault import Vault
from nodes.expressions.coercion import truthy
from nodes.expressions.evaluation import evaluate_request
from nodes.expressions.javascript.pool import JavaScriptPool
from nodes.transform.tokens import check_times, verify
from schemas.clock import now_ms
from schemas.errors import MillraceError
from schemas.item import Item
from schemas.trigger import CALLER_CREDENTIALS

HIDDEN = "[secret]"
NOT_STARTED = b'{"message":"Workflow was not started: its condition does not hold"}'
BASIC = [("WWW-Authenticate", 'Basic realm="workflow", charset="UTF-8"')]
BEARER = [("WWW-Authenticate", 'Bearer realm="workflow"')]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who was let in: the headers without what they showed, and what the item tells of them besides."""

    headers: dict[str, str]
    told: dict[str, Any] = field(default_factory=dict)


class Admission:
    """Checks callers against the credential that a trigger names, and requests against its condition."""

    def __init__(self, vault: Vault, pool: JavaScriptPool, variables: Callable[[], Mapping[str, str]]) -> None:
        self._vault = vault
        self._pool = pool
        self._variables = variables

    def caller(self, target: Target, headers: dict[str, str]) -> Caller:
        """Let a caller in, or raise 401 or 403; 503 where the credential is not there."""
        scheme = target.route.options.get("authentication")
        if scheme is None:
            return Caller(headers)
        secrets = self._secrets(target, str(scheme))
        match scheme:
            case "basicAuth":
                return _basic(target, headers, secrets)
            case "headerAuth":
                return _header(target, headers, secrets)
            case "jwtAuth":
                return _token(target, headers, secrets)
        raise self._closed(target, f'authentication "{scheme}" cannot be checked')

    async def begins(self, target: Target, item: Item) -> bool:
        """Say whether a request starts an execution; raise 422 where the trigger's condition cannot be evaluated."""
        condition = target.route.options.get("onlyRunIf")
        if condition is None:
            return True
        if not isinstance(condition, str) or not condition.startswith("="):
            return truthy(condition) and condition != "false"
        seen = {
            "expression": condition,
            "items": [{"json": item.json, "binary": item.binary}],
            "node": target.route.node,
            "workflow": {"id": target.workflow, "name": target.workflow_name, "active": target.listen is None},
            "vars": self._variables(),
        }
        answer = await evaluate_request(seen, self._pool)
        if "error" in answer:
            text, hint = answer["error"]["message"], answer["error"].get("hint")
            raise _refusal("ExpressionError", target, f"the condition cannot be evaluated: {text}", hint, "onlyRunIf")
        value = answer["value"]
        return value != "false" and truthy(value) and not (isinstance(value, dict) and value.get("$undefined"))

    def _secrets(self, target: Target, scheme: str) -> dict[str, Any]:
        kind = CALLER_CREDENTIALS.get(scheme, scheme)
        named = self._vault.named(kind, target.route.options.get("credential"))
        if named is None:
            # Never open what its owner wanted closed.
            raise self._closed(target, f'its credential of type "{kind}" is not there')
        try:
            return self._vault.open(self._vault.find(named))
        except MillraceError:
            raise self._closed(target, f'its credential of type "{kind}" cannot be opened') from None

    def _closed(self, target: Target, why: str) -> HttpProblem:
        hint = "choose a credential in the node's settings, and publish the workflow"
        return _refusal("OperationalError", target, f"nobody can be let in: {why}", hint, "authentication")


def _basic(target: Target, headers: dict[str, str], secrets: Mapping[str, Any]) -> Caller:
    scheme, _, text = headers.get("authorization", "").partition(" ")
    user, password = str(secrets.get("user") or ""), str(secrets.get("password") or "")
    try:
        given = base64.b64decode(text.strip(), validate=True) if scheme.lower() == "basic" else b""
    except binascii.Error:
        given = b""
    # A browser asks its person again where the answer is 401, also after a wrong password.
    if not password or not hmac.compare_digest(given, f"{user}:{password}".encode()):
        raise _refusal("Unauthorized", target, "this needs a user and a password", headers=BASIC)
    return Caller({**headers, "authorization": HIDDEN})


def _header(target: Target, headers: dict[str, str], secrets: Mapping[str, Any]) -> Caller:
    name, value = str(secrets.get("name") or "").lower(), str(secrets.get("value") or "")
    given = headers.get(name, "").encode("latin-1", "replace")
    if not name or not value or not hmac.compare_digest(given, value.encode()):
        raise _refusal("Forbidden", target, "the header that proves who calls is missing or wrong")
    return Caller({**headers, name: HIDDEN})


def _token(target: Target, headers: dict[str, str], secrets: Mapping[str, Any]) -> Caller:
    scheme, _, text = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise _refusal("Unauthorized", target, "this needs a JSON web token", headers=BEARER)
    algorithm: Any = secrets.get("algorithm") or "HS256"
    if not secrets.get("secret" if algorithm.startswith("HS") else "publicKey"):
        raise _refusal("OperationalError", target, "nobody can be let in: the credential has no key to check with")
    try:
        claims = verify(text, algorithm, dict(secrets)).payload
        check_times(claims, now_ms() / 1000, tolerance=0, expiry=True, start=True)
    except MillraceError as bad:
        raise _refusal("Forbidden", target, bad.message, bad.hint) from None
    return Caller({**headers, "authorization": HIDDEN}, {"jwtPayload": claims})


def _refusal(
    kind: str,
    target: Target,
    detail: str,
    hint: str | None = None,
    where: str | None = None,
    headers: list[tuple[str, str]] | None = None,
) -> HttpProblem:
    return refuse(
        kind, detail, workflow=target.workflow, node=target.route.node, field=where, hint=hint, headers=headers
    )
