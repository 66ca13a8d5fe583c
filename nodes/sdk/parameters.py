"""Parameters of one activation: compiled once per plan, resolved per item.

Flow: plan compiles → **CompiledParameters** → bound to a scope for one activation → node function asks per item.
"""

import math
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Generic, NamedTuple, TypeVar

from nodes.expressions.coercion import UNDEFINED, jsonable
from nodes.expressions.scope import Scope
from nodes.expressions.template import References, Template, compile_template, expression
from nodes.sdk.params import NodeParams, validate
from schemas.errors import ExpressionError

P = TypeVar("P", bound=NodeParams)
T = TypeVar("T")
Path = tuple[str | int, ...]
JavaScript = Callable[[Sequence[str], Scope, Sequence[int]], Awaitable[list[list[Any]]]]
"""Evaluates sources × item indexes in V8: a list per source with a value or an ExpressionError per index."""
_PER_ITEM: Final = object()
_UNFETCHED: Final = object()


class Leaf(NamedTuple):
    """A value inside a layout: constant where ``path`` is None, else to be read for each item."""

    path: Path | None
    value: Any


LeafMaker = Callable[[Path, Any], Leaf]
Make = Callable[[P, LeafMaker], T]


class CompiledParameters:
    """A node's parameters with every expression in them compiled; shared by all activations of a plan."""

    def __init__(self, raw: Mapping[str, Any], model: type[NodeParams]) -> None:
        self.raw = raw
        self.model = model
        self.templates: dict[Path, Template] = {}
        for path, text in (*_expressions(raw, ()), *_template_texts(raw, model)):
            try:
                self.templates[path] = compile_template(text)
            except ExpressionError as bad:
                bad.field = bad.field or _dotted(path)
                raise
        self.javascript = {path: t for path, t in self.templates.items() if t.tier == "javascript"}
        self.memo: dict[Any, Any] = {}
        self._fixed: NodeParams | None = None

    def leaf(self, path: Path, value: Any) -> Leaf:
        """Make a leaf: read per item where an expression is at the path or below it."""
        size = len(path)
        return Leaf(path if any(at[:size] == path for at in self.templates) else None, value)

    def references(self) -> list[References]:
        """Give what the expressions refer to, for liveness."""
        return [template.references for template in self.templates.values()]

    def fixed(self) -> NodeParams:
        """Give the model where no expression is in it; made once."""
        if self._fixed is None:
            self._fixed = validate(self.model, dict(self.raw))
        return self._fixed

    async def prefetch(self, scope: Scope, evaluate: JavaScript) -> dict[tuple[str, int], Any]:
        """Evaluate all JavaScript-tier expressions for all items in one call; errors are kept as values."""
        if not self.javascript:
            return {}
        sources = sorted({template.source for template in self.javascript.values()})
        indexes = range(max(len(scope.items), 1))
        values = await evaluate(sources, scope, indexes)
        return {(source, at): row[at] for source, row in zip(sources, values, strict=True) for at in indexes}


class Parameters(Generic[P]):
    """What a node function gets when it asks for ``Parameters[MyParams]``: its parameters, for any item."""

    def __init__(
        self,
        compiled: CompiledParameters,
        scope: Scope,
        fetched: Mapping[tuple[str, int], Any] | None = None,
        evaluate: JavaScript | None = None,
    ) -> None:
        self._compiled = compiled
        self._fetched = fetched or {}
        self._javascript = evaluate
        self.scope = scope

    @property
    def raw(self) -> Mapping[str, Any]:
        """The parameters as written, expressions unresolved."""
        return self._compiled.raw

    def __call__(self, index: int = 0) -> P:
        """Give the validated model for one item; raise ExpressionError or ParameterError naming the field."""
        compiled = self._compiled
        if not compiled.templates:
            return compiled.fixed()  # type: ignore[return-value]
        return validate(compiled.model, self._tree(dict(compiled.raw), (), index))  # type: ignore[return-value]

    def get(self, path: Path, index: int = 0) -> Any:
        """Resolve one value as it is, unvalidated: JSON values, UNDEFINED where the expression gave that, or NaN.

        The hot path for nodes whose leaves are the user's own values (set, if, filter).
        """
        template = self._compiled.templates.get(path)
        if template is not None:
            return self._evaluate(template, path, index, _number_or_json)
        value: Any = self._compiled.raw
        for part in path:
            if isinstance(part, int):
                value = value[part] if isinstance(value, list) and part < len(value) else UNDEFINED
            else:
                value = value.get(part, UNDEFINED) if isinstance(value, Mapping) else UNDEFINED
        return self._tree(value, path, index) if isinstance(value, dict | list) else value

    async def resolve(self, value: Any, index: int = 0, extra: Mapping[str, Any] | None = None) -> Any:
        """Resolve a raw value anew, where its expressions may name ``extra`` variables such as ``$response``."""
        if isinstance(value, dict):
            return {key: await self.resolve(child, index, extra) for key, child in value.items()}
        if isinstance(value, list):
            return [await self.resolve(child, index, extra) for child in value]
        if not expression(value):
            return value
        scope, template = replace(self.scope, index=index, extra=extra or {}), compile_template(value)
        if template.evaluate is not None:
            found = jsonable(template.evaluate(scope))
        elif self._javascript is None:
            raise ExpressionError("this expression cannot be evaluated here", hint="it needs a running node")
        else:
            [[found]] = await self._javascript([value], scope, [index])
            found = jsonable(found) if type(found) is float else found
        if isinstance(found, ExpressionError):
            raise found
        return None if found is UNDEFINED else found

    def layout(self, make: Make[P, T], leaf: Callable[[Path], bool], index: int) -> T:
        """Give what ``make(model, leaf maker)`` builds of the parameters' structure.

        It is built once per plan where expressions occur at or below paths that ``leaf`` accepts only, else for each
        item: these fields hold their unresolved text in the model, and ``read`` gives their value.
        """
        memo = self._compiled.memo
        found: Any = memo.get(make)
        if found is None:
            if all(leaf(path) for path in self._compiled.templates):
                model: P = validate(self._compiled.model, dict(self._compiled.raw))  # type: ignore[assignment]
                found = make(model, self._compiled.leaf)
            else:
                found = _PER_ITEM
            memo[make] = found
        if found is _PER_ITEM:
            given: P = validate(self._compiled.model, self._tree(dict(self._compiled.raw), (), index, leaf))  # type: ignore[assignment]
            return make(given, self._compiled.leaf)
        return found  # type: ignore[no-any-return]

    def read(self, leaf: Leaf, index: int) -> Any:
        """Give a leaf's value for one item."""
        return leaf.value if leaf.path is None else self.get(leaf.path, index)

    def _tree(self, value: Any, path: Path, index: int, leaf: Callable[[Path], bool] | None = None) -> Any:
        if isinstance(value, dict):
            fields = ((key, self._tree(child, (*path, key), index, leaf)) for key, child in value.items())
            return {key: child for key, child in fields if child is not UNDEFINED}
        if isinstance(value, list):
            children = (self._tree(child, (*path, at), index, leaf) for at, child in enumerate(value))
            return [None if child is UNDEFINED else child for child in children]
        template = self._compiled.templates.get(path)
        if template is None or (leaf is not None and leaf(path)):
            return value
        return self._evaluate(template, path, index)

    def _evaluate(self, template: Template, path: Path, index: int, written: Callable[[Any], Any] = jsonable) -> Any:
        try:
            if template.evaluate is not None:
                self.scope.index = index
                return written(template.evaluate(self.scope))
            value = self._fetched.get((template.source, index), _UNFETCHED)
            if isinstance(value, ExpressionError):
                raise value
            if value is _UNFETCHED:
                raise ExpressionError("this expression cannot be evaluated here", hint="it needs a running node")
            return written(value) if type(value) is float else value
        except ExpressionError as bad:
            bad.field = bad.field or _dotted(path)
            raise


def _number_or_json(value: Any) -> Any:
    """Write a value as JSON, but leave a number that JSON does not know as it is."""
    return value if type(value) is float and not math.isfinite(value) else jsonable(value)


def _expressions(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _expressions(child, (*path, key))
    elif isinstance(value, list):
        for at, child in enumerate(value):
            yield from _expressions(child, (*path, at))
    elif expression(value):
        yield path, value


def _template_texts(raw: Mapping[str, Any], model: type[NodeParams]) -> Iterator[tuple[Path, str]]:
    """Find the fields that are templates always, also without the sign in front: marked so in their schema."""
    for name, field in model.model_fields.items():
        key, extra = field.alias or name, field.json_schema_extra
        value = raw.get(key)
        if isinstance(extra, dict) and extra.get("template") and isinstance(value, str) and not expression(value):
            yield (key,), f"={value}"


def _dotted(path: Path) -> str:
    return ".".join(str(part) for part in path)
