"""Templates: a parameter's text, split into parts and compiled once.

Flow: plan → **compile_template** → closures (or a source for the JavaScript tier) → values per item.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from nodes.expressions.allowance import renew
from nodes.expressions.coercion import UNDEFINED, join
from nodes.expressions.compiler import MOST_CALLS, Budget, Closure, Compiler
from nodes.expressions.fast import fast_path
from nodes.expressions.lexer import NotCompiled, SyntaxFault, balanced
from nodes.expressions.nested import offer
from nodes.expressions.parser import parse
from nodes.expressions.references import References, find_references
from nodes.expressions.scope import Scope
from nodes.expressions.syntax import Literal as Constant
from nodes.expressions.syntax import Node
from nodes.expressions.values import HostObject, JavaScriptError, Namespace
from schemas.errors import ExpressionError

__all__ = ["References", "Template", "compile_template", "expression", "split"]

Tier = Literal["compiled", "javascript"]
Part = str | Node


@dataclass(frozen=True, slots=True)
class Template:
    """One expression parameter. ``evaluate`` exists in the compiled tier only; ``reason`` says why not."""

    source: str
    tier: Tier
    references: References
    evaluate: Callable[[Scope], Any] | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """The JavaScript between ``{{`` and ``}}``; ``node`` is its tree, or ``reason`` says why it has none."""

    text: str
    node: Node | None = None
    reason: str | None = None


QUOTED = 20
"""How many signs of an expression an error shows on either side of what is wrong."""


def expression(value: Any) -> bool:
    """Say whether a parameter value is an expression: a string that starts with ``=``."""
    return isinstance(value, str) and value.startswith("=")


@lru_cache(maxsize=4096)
def compile_template(source: str) -> Template:
    """Compile a text that starts with ``=``; raise ExpressionError where it cannot be JavaScript."""
    parts = split(source[1:])
    references = find_references(" ".join(part.text for part in parts if isinstance(part, Code)))
    reason = next((part.reason for part in parts if isinstance(part, Code) and part.node is None), None)
    if reason is None:
        try:
            return Template(source, "compiled", references, _evaluator(parts))
        except NotCompiled as left:
            reason = str(left)
        except RecursionError:
            reason = "deep nesting"
        except SyntaxFault as fault:
            raise ExpressionError(f"invalid syntax in expression: {fault}", detail={"source": source}) from None
    return Template(source, "javascript", references, reason=reason)


@offer
def evaluate_nested(source: str, scope: Scope) -> Any:
    """Evaluate a text that another expression names; raise where only V8 could."""
    template = compile_template(source)
    if template.evaluate is None:
        raise ExpressionError(
            "an expression can evaluate only such as need no V8", hint=f"this one needs it: {template.reason}"
        )
    return template.evaluate(scope)


def split(text: str) -> list[str | Code]:
    """Split a text (without its ``=``) into plain text and the code between braces."""
    parts: list[str | Code] = []
    plain, at = "", 0
    while (start := text.find("{{", at)) >= 0:
        if start > 0 and text[start - 1] == "\\":
            plain += text[at : start + 2]
            at = start + 2
            continue
        end = text.find("}}", start + 2)
        if end < 0:  # as n8n has it, the end of the text closes what is open
            text, end = text + "}}", len(text)
        plain += text[at:start]
        code, at = _code(text, start + 2, end)
        parts += [plain, code] if plain else [code]
        plain = ""
    plain += text[at:]
    return [*parts, plain] if plain or not parts else parts


def _parsed(text: str) -> Node:
    try:
        return parse(text)
    except RecursionError:
        raise NotCompiled("deep nesting") from None


def _code(text: str, start: int, end: int) -> tuple[Code, int]:
    """Read code up to the first ``}}`` that leaves JavaScript; braces inside it may stand together."""
    fault: SyntaxFault | None = None
    first = text[start:end]
    left_open: tuple[Code, int] | None = None
    while end >= 0:
        inner = text[start:end]
        try:
            return Code(inner, _parsed(inner) if inner.strip() else Constant(UNDEFINED)), end + 2
        except NotCompiled as left:
            code = Code(inner, None, str(left)), end + 2
            if balanced(inner):
                return code
            left_open = left_open or code
        except SyntaxFault as bad:
            fault = fault or bad
        end = text.find("}}", end + 1)
    if left_open:
        return left_open
    raise ExpressionError(
        f"invalid syntax in expression: {fault}{_near(first, fault)}",
        hint="check brackets, quotes and operators between {{ and }}",
        detail={"source": text, "at": start + fault.at if fault else start},
    )


def _near(code: str, fault: SyntaxFault | None) -> str:
    """Quote the part of the code where a fault shows: what stands before it, and a little of what follows."""
    if fault is None or not code.strip():
        return ""
    at = min(fault.at, len(code.rstrip()))
    before, after = code[max(at - QUOTED, 0) : at], code[at : at + QUOTED]
    cut = ("…" if at > QUOTED else ""), ("…" if at + QUOTED < len(code.rstrip()) else "")
    return f' near "{cut[0]}{(before + after).strip()}{cut[1]}"'


def _evaluator(parts: list[str | Code]) -> Callable[[Scope], Any]:
    if len(parts) == 1:
        only = parts[0]
        if isinstance(only, str):
            return lambda scope: only
        if only.node is not None:
            return fast_path(only.node) or _whole(_guarded(only.node))
    pieces = [part if isinstance(part, str) else _guarded(part.node or Constant(UNDEFINED)) for part in parts]

    def whole(scope: Scope) -> str:
        values = [piece if isinstance(piece, str) else _shown(piece(scope)) for piece in pieces]
        return join(values, "")

    return whole


def _whole(evaluate: Callable[[Scope], Any]) -> Callable[[Scope], Any]:
    def whole(scope: Scope) -> Any:
        value = evaluate(scope)
        if isinstance(value, HostObject) and (
            value.callable or (isinstance(value, Namespace) and value.name == "DateTime")
        ):
            raise _not_called(value)
        return value

    return whole


def _not_called(value: HostObject) -> ExpressionError:
    if isinstance(value, Namespace) and value.name == "DateTime":
        return ExpressionError("this is a DateTime, please access its methods", hint="such as DateTime.now()")
    return ExpressionError("this is a function, please add ()", hint="a function gives its value when it is called")


def _shown(value: Any) -> Any:
    return "" if isinstance(value, float) and value != value else value


def _guarded(node: Node) -> Callable[[Scope], Any]:
    budget = Budget()
    inner: Closure = Compiler(budget).compile(node)

    def evaluate(scope: Scope) -> Any:
        budget.left = MOST_CALLS
        renew()
        try:
            return inner(scope, [])
        except JavaScriptError:
            return UNDEFINED
        except RecursionError:
            raise ExpressionError("expression is nested too deeply") from None
        except TimeoutError:
            raise ExpressionError(
                "a regular expression takes too long", hint="write it so that it does not try the same text twice"
            ) from None

    return evaluate
