"""Generation: a tree written as JavaScript for V8, with n8n's calls and denials made explicit.

Flow: template part that only V8 can run → **generate** → bridge.
`x.f(a)` becomes `$$call(x, "f", a)`, which finds extensions as the compiled tier does.
"""

import json
import math
from typing import Any

from nodes.expressions.coercion import number_text, to_string
from nodes.expressions.members import DENIED
from nodes.expressions.syntax import (
    Array,
    Arrow,
    Binary,
    Call,
    Chain,
    Conditional,
    Literal,
    Member,
    Name,
    New,
    Node,
    Object,
    Pattern,
    Regex,
    Spread,
    TemplateText,
    Unary,
)
from nodes.expressions.values import UNDEFINED


def generate(node: Node) -> str:
    """Write a node; everything is in parentheses."""
    match node:
        case Literal(value):
            return _literal(value)
        case Name(name):
            return f"$$denied({json.dumps(name)})" if name in DENIED else name
        case Member(target, key, optional):
            return f"{_target(target, optional)}[{_key(key)}]"
        case Call():
            return _call(node)
        case Chain(body):
            return f"$$chain(() => ({generate(body)}))"
        case Unary(operator, operand):
            return f"({operator} {generate(operand)})"
        case Binary(operator, left, right):
            return f"({generate(left)} {operator} {generate(right)})"
        case Conditional(test, then, other):
            return f"({generate(test)} ? {generate(then)} : {generate(other)})"
        case _:
            return _composite(node)


def _composite(node: Node) -> str:
    match node:
        case TemplateText(strings, parts):
            pairs = zip(parts, strings[1:], strict=True)
            rest = "".join(f"${{{generate(part)}}}{_cooked(text)}" for part, text in pairs)
            return f"`{_cooked(strings[0])}{rest}`"
        case Array(elements):
            return f"[{_list(elements)}]"
        case Object(entries):
            return f"({{{', '.join(_entry(key, value) for key, value in entries)}}})"
        case Arrow(parameters, body):
            return f"(({', '.join(map(_pattern, parameters))}) => ({generate(body)}))"
        case Regex(pattern, flags):
            return f"/{pattern}/{flags}"
        case New(callee, arguments):
            return f"(new ({generate(callee)})({_list(arguments)}))"
        case Spread(value):
            return f"...{generate(value)}"
        case _:
            raise TypeError(type(node).__name__)


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value)
    if value is UNDEFINED:
        return "undefined"
    if isinstance(value, float) and (value != value or math.isinf(value)):
        return f"({number_text(value)})"
    return f"({to_string(value)})"


def _cooked(text: str) -> str:
    return json.dumps(text)[1:-1].replace('\\"', '"').replace("`", "\\`").replace("${", "\\${")


def _target(target: Node, optional: bool) -> str:
    return f"$$present({generate(target)})" if optional else generate(target)


def _key(key: Node) -> str:
    if isinstance(key, Literal) and not (isinstance(key.value, str) and key.value in DENIED):
        return _literal(key.value)
    return f"$$key({_literal(key.value) if isinstance(key, Literal) else generate(key)})"


def _list(nodes: list[Node]) -> str:
    return ", ".join(generate(node) for node in nodes)


def _call(node: Call) -> str:
    callee = node.callee
    if isinstance(callee, Member):
        name = "$$optional" if node.optional else "$$call"
        given = [_target(callee.target, callee.optional), _key(callee.key), *map(generate, node.arguments)]
        return f"{name}({', '.join(given)})"
    return f"{_target(callee, node.optional)}({_list(node.arguments)})"


def _entry(key: Node | None, value: Node) -> str:
    if key is None:
        return f"...{generate(value)}"
    return f"[{_key(key)}]: {generate(value)}"


def _pattern(pattern: Pattern) -> str:
    if pattern.name:
        text = pattern.name
    elif pattern.elements is not None:
        text = f"[{', '.join(_pattern(one) if one else '' for one in pattern.elements)}]"
    else:
        text = f"{{{', '.join(f'{json.dumps(key)}: {_pattern(one)}' for key, one in pattern.properties or [])}}}"
    text = f"{text} = {generate(pattern.default)}" if pattern.default else text
    return f"...{text}" if pattern.rest else text
