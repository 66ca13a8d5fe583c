"""Compiler: a tree to Python closures.

Flow: parser → **compiler** → closures ``(scope, locals) → value`` in a Template.
Locals are frames of arrow functions: a list whose first element is the outer frame.
"""

from collections.abc import Callable
from typing import Any

from nodes.expressions import luxon_limits, operators
from nodes.expressions.allowance import SMALL, counted, spend
from nodes.expressions.binding import binder, bound
from nodes.expressions.builtins.iteration import iterate, own
from nodes.expressions.builtins.pattern import compile_pattern
from nodes.expressions.coercion import to_key, to_string, truthy
from nodes.expressions.functions_table import METHODS, MUTATING, fresh
from nodes.expressions.lexer import NotCompiled
from nodes.expressions.members import DENIED, answers, denied, invoke, member
from nodes.expressions.scope import Scope
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
from nodes.expressions.values import UNDEFINED, Function, HostObject, JavaScriptError, Namespace, ScopedFunction
from nodes.expressions.variables import constant, lookup, scoped
from schemas.errors import ExpressionError

Frame = list[Any]
Closure = Callable[[Scope, Frame], Any]
Names = tuple[tuple[str, ...], ...]
MOST_CALLS = 300_000


class Budget:
    """Counts the calls of arrow functions in one evaluation, so that none runs for ever."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MOST_CALLS

    def spend(self) -> None:
        """Count one call."""
        self.left -= 1
        if self.left < 0:
            raise ExpressionError("expression takes too many steps", hint="do the work in a Code node")


class _ShortCircuit(Exception):
    """An optional link met null or undefined."""


class Compiler:
    """Compiles one expression; ``names`` are the parameters of the arrow functions around it, innermost first."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._names: Names = ()

    def compile(self, node: Node) -> Closure:
        """Compile a node of any kind."""
        match node:
            case Literal(value):
                return lambda scope, frame: value
            case Name(name):
                return self._name(name)
            case Member():
                return self._member(node)
            case Call():
                return self._call(node)
            case Chain(body):
                return self._chain(body)
            case Binary():
                return self._binary(node)
            case Unary(operator, operand):
                return self._unary(operator, operand)
            case Conditional(test, then, other):
                a, b, c = self.compile(test), self.compile(then), self.compile(other)
                return lambda scope, frame: b(scope, frame) if truthy(a(scope, frame)) else c(scope, frame)
            case _:
                return self._literal(node)

    def _literal(self, node: Node) -> Closure:
        match node:
            case TemplateText(strings, parts):
                return self._template(strings, parts)
            case Array(elements):
                return self._list(elements)
            case Object(entries):
                return self._object(entries)
            case Arrow(parameters, body):
                return self._arrow(parameters, body)
            case Regex(pattern, flags):
                make = compile_pattern(pattern, flags)
                return lambda scope, frame: make()
            case New(callee, arguments):
                return self._new(callee, arguments)
            case _:
                raise NotCompiled("a spread outside an array")

    def _name(self, name: str) -> Closure:
        depth = 0
        for depth, names in enumerate(self._names):
            if name in names:
                return _local(depth, names.index(name) + 1)
        return lookup(name)

    def _known(self, node: Node) -> Any:
        """Give the namespace or constant that a name stands for, UNDEFINED where it is no such name."""
        if not isinstance(node, Name) or any(node.name in names for names in self._names):
            return UNDEFINED
        return constant(node.name)

    def _member(self, node: Member) -> Closure:
        fixed = node.key.value if isinstance(node.key, Literal) else None
        if isinstance(fixed, str) and fixed in DENIED:
            return _refuse(fixed)
        known = self._known(node.target)
        if isinstance(known, Namespace):
            return self._static(known, node)
        if fixed in luxon_limits.MEMBERS:
            raise NotCompiled(f"the property {fixed}")
        target = self.compile(node.target)
        if isinstance(node.key, Literal):
            return _fixed_member(target, node.key.value, node.optional)
        key = self.compile(node.key)
        if node.optional:
            return lambda scope, frame: member(_present(target(scope, frame)), _property(key(scope, frame)))
        return lambda scope, frame: member(target(scope, frame), _property(key(scope, frame)))

    def _static(self, known: Namespace, node: Member) -> Closure:
        if not isinstance(node.key, Literal):
            raise NotCompiled(f"a computed member of {known.name}")
        value = known.member(str(node.key.value))
        if value is UNDEFINED:
            raise NotCompiled(f"{known.name}.{node.key.value}")
        if isinstance(value, ScopedFunction):
            direct = value.scoped
            return lambda scope, frame: Function(lambda given: direct(scope, given))
        return lambda scope, frame: value

    def _call(self, node: Call) -> Closure:
        callee = node.callee
        self._static_limits(callee, node.arguments)
        given = self._arguments(node.arguments)
        if isinstance(callee, Member) and not isinstance(self._known(callee.target), Namespace):
            return self._method(callee, node.arguments, given, node.optional)
        if isinstance(callee, Chain):
            raise NotCompiled("a call of an optional chain in parentheses")
        direct = self._scoped(callee)
        if direct is not None:
            return lambda scope, frame: direct(scope, given(scope, frame))
        function = self.compile(callee)
        if node.optional:
            return lambda scope, frame: _apply(_present(function(scope, frame)), given(scope, frame))
        return lambda scope, frame: _apply(function(scope, frame), given(scope, frame))

    def _static_limits(self, callee: Node, arguments: list[Node]) -> None:
        """Leave to V8 what a static such as ``DateTime.fromFormat`` is asked beyond the compiled tier."""
        match callee:
            case Member(Name("JSON"), Literal("stringify" | "parse" as name)) if _refined(arguments):
                raise NotCompiled(f"JSON.{name} with a function or a list of keys")
            case Member(Name("DateTime") as owner, Literal(str(name))) if self._known(owner) is not UNDEFINED:
                reason = luxon_limits.beyond(name, owner, arguments)
                if reason is not None:
                    raise NotCompiled(reason)

    def _scoped(self, callee: Node) -> Callable[[Scope, list[Any]], Any] | None:
        """Find a global function that needs the scope, such as ``DateTime.now``."""
        if isinstance(callee, Name) and not any(callee.name in names for names in self._names):
            return scoped(callee.name)
        if isinstance(callee, Member) and isinstance(callee.key, Literal):
            known = self._known(callee.target)
            found = known.member(str(callee.key.value)) if isinstance(known, Namespace) else None
            return found.scoped if isinstance(found, ScopedFunction) else None
        return None

    def _method(self, callee: Member, arguments: list[Node], given: Closure, optional: bool) -> Closure:
        if not isinstance(callee.key, Literal):
            raise NotCompiled("a computed method")
        name = to_key(callee.key.value)
        if name in DENIED:
            return _refuse(name)
        if name not in METHODS:
            raise NotCompiled(f"the method {name}")
        reason = luxon_limits.beyond(name, callee.target, arguments)
        if reason is not None:
            raise NotCompiled(reason)
        if name in MUTATING and not fresh(callee.target):
            raise NotCompiled(f"{name} on an array that others may see")
        target = self.compile(callee.target)
        if optional:
            return lambda scope, frame: _invoke_present(scope, target(scope, frame), name, given(scope, frame))
        if callee.optional:
            return lambda scope, frame: invoke(scope, _present(target(scope, frame)), name, given(scope, frame))
        return lambda scope, frame: invoke(scope, target(scope, frame), name, given(scope, frame))

    def _arguments(self, nodes: list[Node]) -> Closure:
        if not any(isinstance(node, Spread) for node in nodes):
            parts = [self.compile(node) for node in nodes]
            if len(parts) == 1:
                only = parts[0]
                return lambda scope, frame: [only(scope, frame)]
            return lambda scope, frame: [part(scope, frame) for part in parts]
        return self._list(nodes)

    def _list(self, nodes: list[Node]) -> Closure:
        parts = [
            (isinstance(node, Spread), self.compile(node.value if isinstance(node, Spread) else node)) for node in nodes
        ]

        def build(scope: Scope, frame: Frame) -> list[Any]:
            out: list[Any] = []
            for spread, part in parts:
                if spread:
                    out.extend(iterate(part(scope, frame)))
                    counted(out)
                else:
                    out.append(part(scope, frame))
            return out

        return build

    def _object(self, entries: list[tuple[Node | None, Node]]) -> Closure:
        if any(isinstance(key, Literal) and key.value in DENIED for key, _ in entries if key is not None):
            name = next(k.value for k, _ in entries if isinstance(k, Literal) and k.value in DENIED)
            return _refuse(to_string(name))
        parts = [(None if key is None else self.compile(key), self.compile(value)) for key, value in entries]

        def build(scope: Scope, frame: Frame) -> dict[str, Any]:
            out: dict[str, Any] = {}
            for key, part in parts:
                if key is not None:
                    out[to_string(_property(key(scope, frame)))] = part(scope, frame)
                elif (spread := part(scope, frame)) is not None and spread is not UNDEFINED:
                    out.update(own(spread) if not isinstance(spread, int | float) else {})
            return out

        return build

    def _template(self, strings: list[str], nodes: list[Node]) -> Closure:
        parts = [self.compile(node) for node in nodes]
        first, rest = strings[0], strings[1:]

        def build(scope: Scope, frame: Frame) -> str:
            pieces = [to_string(part(scope, frame)) for part in parts]
            size = sum(map(len, pieces))
            if size > SMALL:
                spend(size)
            return first + "".join([piece + text for piece, text in zip(pieces, rest, strict=True)])

        return build

    def _arrow(self, parameters: list[Pattern], body: Node) -> Closure:
        names = tuple(name for pattern in parameters for name in bound(pattern))
        outer = self._names
        self._names = (names, *outer)
        bind = binder(parameters, names, self.compile)
        inner = self.compile(body)
        self._names = outer
        spend = self._budget.spend

        def make(scope: Scope, frame: Frame) -> Function:
            def call(given: Any) -> Any:
                spend()
                local = [frame, *[UNDEFINED] * len(names)]
                bind(scope, local, given)
                return inner(scope, local)

            return Function(call)

        return make

    def _chain(self, body: Node) -> Closure:
        inner = self.compile(body)

        def run(scope: Scope, frame: Frame) -> Any:
            try:
                return inner(scope, frame)
            except _ShortCircuit:
                return UNDEFINED

        return run

    def _binary(self, node: Binary) -> Closure:
        left, right = self.compile(node.left), self.compile(node.right)
        match node.operator:
            case "&&":
                return lambda scope, frame: right(scope, frame) if truthy(v := left(scope, frame)) else v
            case "||":
                return lambda scope, frame: v if truthy(v := left(scope, frame)) else right(scope, frame)
            case "??":
                return lambda scope, frame: (
                    right(scope, frame) if (v := left(scope, frame)) is None or v is UNDEFINED else v
                )
            case operator:
                apply = operators.BINARY.get(operator)
                if apply is None:
                    raise NotCompiled(f"the operator {operator}")
                return lambda scope, frame: apply(left(scope, frame), right(scope, frame))

    def _unary(self, operator: str, operand: Node) -> Closure:
        apply = operators.UNARY[operator]
        value = self.compile(operand)
        return lambda scope, frame: apply(value(scope, frame))

    def _new(self, callee: Node, arguments: list[Node]) -> Closure:
        known = self._known(callee)
        if not isinstance(known, Namespace) or known.construct is None:
            name = callee.name if isinstance(callee, Name) else "a class"
            raise NotCompiled(f"'new {name}'")
        make, given = known.construct, self._arguments(arguments)
        return lambda scope, frame: make(scope, given(scope, frame))


def _refined(arguments: list[Node]) -> bool:
    """Say whether a replacer or reviver is given."""
    return len(arguments) > 1 and not (isinstance(arguments[1], Literal) and arguments[1].value in (None, UNDEFINED))


def _local(depth: int, slot: int) -> Closure:
    if depth == 0:
        return lambda scope, frame: frame[slot]

    def outer(scope: Scope, frame: Frame) -> Any:
        for _ in range(depth):
            frame = frame[0]
        return frame[slot]

    return outer


def _refuse(name: str) -> Closure:
    def refuse(scope: Scope, frame: Frame) -> Any:
        raise denied(name)

    return refuse


def _fixed_member(target: Closure, key: Any, optional: bool) -> Closure:
    if optional:
        return lambda scope, frame: member(_present(target(scope, frame)), key)
    return lambda scope, frame: member(target(scope, frame), key)


def _present(value: Any) -> Any:
    if value is None or value is UNDEFINED:
        raise _ShortCircuit
    return value


def _property(key: Any) -> Any:
    if type(key) is int:
        return key if key >= 0 else str(key)
    text = to_key(key)
    if text in DENIED:
        raise denied(text)
    return text


def _apply(function: Any, given: list[Any]) -> Any:
    if not isinstance(function, HostObject) or not function.callable:
        raise JavaScriptError("TypeError", f"{to_string(function)} is not a function")
    return function.call(given)  # type: ignore[attr-defined]


def _invoke_present(scope: Scope, value: Any, name: str, given: list[Any]) -> Any:
    if (value is None or value is UNDEFINED) and name not in ("isEmpty", "isNotEmpty"):
        raise JavaScriptError("TypeError", f"Cannot read properties of {to_string(value)}")
    if not answers(value, name) and value is not None and value is not UNDEFINED:
        _present(member(value, name))
    return invoke(scope, value, name, given)
