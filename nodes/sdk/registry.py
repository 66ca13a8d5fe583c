"""The registry: every node type, found by looking; nothing is listed by hand.

Flow: node files → `@node` / `@trigger` → **registry** → agents (one per type), editor, docs.
"""

import importlib
import inspect
import pkgutil
import sys
import typing
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.abc import InspectLoader
from typing import Any, Literal

from nodes.sdk.context import Heard
from nodes.sdk.example import Example
from nodes.sdk.parameters import Parameters
from nodes.sdk.params import NodeParams
from schemas.errors import DefectError
from schemas.node_spec import NodeSpec, RunsAs
from schemas.trigger import Route, Schedule, Source, Subscription
from schemas.workflow import short_type

Kind = Literal["manual", "webhook", "schedule", "poll", "stream"]
Repeat = Literal["safe", "keyed", "unsafe"]
Count = int | Callable[[Mapping[str, Any], float], int]
Names = Sequence[str] | Callable[[Mapping[str, Any], float], Sequence[str]]
Starts = Callable[[Mapping[str, Any], float, str], Sequence[Route | Schedule | Subscription | Source]]
"""Gives what a trigger listens to, of (raw parameters, type version, node name); raises UserError naming the field."""
Poll = Callable[..., Awaitable[Heard]]
"""Asked at the trigger's times, with what it wants by argument (``Since`` too); no items start nothing."""
Listen = Callable[..., AsyncIterator[Heard]]
"""Gives what it hears for as long as it is iterated; a failure makes the worker begin it again after a pause."""
PACKAGES = ("triggers", "flow", "transform", "data", "files", "apps", "ai")


@dataclass(frozen=True, slots=True)
class NodeType:
    """One node type: its function and everything the engine and the editor know of it.

    ``inputs``, ``outputs`` and ``required`` may depend on (raw parameters, type version). ``required`` is how many
    inputs (or which) must have data before a waiting node may run. ``repeat`` may depend on them too: it says
    whether an effect can be made again after a crash.
    """

    name: str
    function: Callable[..., Awaitable[Any]]
    params: type[NodeParams]
    group: str
    runs: RunsAs
    versions: tuple[float, ...]
    inputs: Count
    outputs: Names
    required: Callable[[Mapping[str, Any], float], int | Sequence[int]] | None
    repeat: Repeat | Callable[[Mapping[str, Any], float], Repeat]
    kind: Kind | None
    starts: Starts | None
    examples: tuple[Example, ...]
    title: str
    summary: str
    doc: str
    module: str
    wants: dict[str, Any] = field(default_factory=dict)
    poll: Poll | None = None
    listen: Listen | None = None
    draws: bool = False
    reaches: Callable[[Mapping[str, Any], float], bool] | None = None
    credentials: tuple[str, ...] = ()

    def input_count(self, raw: Mapping[str, Any], version: float) -> int:
        """Count the inputs of a node with these parameters."""
        return self.inputs(raw, version) if callable(self.inputs) else self.inputs

    def output_names(self, raw: Mapping[str, Any], version: float) -> list[str]:
        """Name the outputs of a node with these parameters."""
        return list(self.outputs(raw, version) if callable(self.outputs) else self.outputs)

    def runs_as(self, raw: Mapping[str, Any], version: float) -> RunsAs:
        """Say how a node with these parameters runs."""
        return "effect" if self.reaches is not None and self.reaches(raw, version) else self.runs

    def spec(self) -> NodeSpec:
        """Give the type as data."""
        return NodeSpec(
            name=self.name,
            title=self.title,
            summary=self.summary,
            group=self.group,
            versions=list(self.versions),
            inputs="by parameters" if callable(self.inputs) else self.inputs,
            outputs="by parameters" if callable(self.outputs) else list(self.outputs),
            runs=self.runs,
            trigger=self.kind,
            parameters=self.params.model_json_schema(by_alias=True),
            examples=[
                {"title": e.title, "parameters": e.params, "given": e.given, "then": e.then} for e in self.examples
            ],
            doc=self.doc,
            credentials=list(self.credentials),
        )


class Registry:
    """Node types by name; n8n's package prefix is ignored."""

    def __init__(self, types: Sequence[NodeType] = ()) -> None:
        self._types = {node_type.name: node_type for node_type in types}

    def get(self, name: str) -> NodeType | None:
        """Find a type by ``set`` or ``n8n-nodes-base.set``."""
        return self._types.get(short_type(name))

    def __iter__(self) -> Iterator[NodeType]:
        """Go through the types by name."""
        return iter(sorted(self._types.values(), key=lambda node_type: node_type.name))

    def __len__(self) -> int:
        """Count the types."""
        return len(self._types)


def node(
    name: str,
    *,
    group: str,
    runs: RunsAs = "inline",
    examples: Sequence[Example] = (),
    title: str | None = None,
    versions: Sequence[float] = (1,),
    inputs: Count = 1,
    outputs: Names = ("main",),
    required: Callable[[Mapping[str, Any], float], int | Sequence[int]] | None = None,
    repeat: Repeat | Callable[[Mapping[str, Any], float], Repeat] = "safe",
    kind: Kind | None = None,
    starts: Starts | None = None,
) -> Callable[[Callable[..., Awaitable[Any]]], NodeType]:
    """Make a node type of an async function; its parameters' model is the NodeParams in its type hints."""

    def register(function: Callable[..., Awaitable[Any]]) -> NodeType:
        wants = {key: hint for key, hint in typing.get_type_hints(function).items() if key != "return"}
        return NodeType(
            name=name,
            function=function,
            params=_model(name, wants),
            group=group,
            runs=runs,
            versions=tuple(versions),
            inputs=inputs,
            outputs=outputs,
            required=required,
            repeat=repeat,
            kind=kind,
            starts=starts,
            examples=tuple(examples),
            title=title or name[:1].upper() + name[1:],
            summary=(inspect.getdoc(function) or "").partition("\n")[0],
            doc=inspect.getdoc(sys.modules[function.__module__]) or "",
            module=function.__module__,
            wants=wants,
        )

    return register


def reaching(
    when: Callable[[Mapping[str, Any], float], bool],
) -> Callable[[NodeType], NodeType]:
    """Say that nodes of an inline type are effects where ``when`` holds; a decorator above ``node``."""
    return lambda node_type: replace(node_type, reaches=when)


def drawing(node_type: NodeType) -> NodeType:
    """Say of a type that it makes up something new each time; a decorator above ``node``."""
    return replace(node_type, draws=True)


def using(*credentials: str) -> Callable[[NodeType], NodeType]:
    """Say which types of credential a type's nodes may name, besides those of their parameters; above ``node``."""
    return lambda node_type: replace(node_type, credentials=credentials)


def trigger(
    name: str, *, kind: Kind, poll: Poll | None = None, listen: Listen | None = None, **more: Any
) -> Callable[[Callable[..., Awaitable[Any]]], NodeType]:
    """Make a trigger: a node without inputs that starts executions. Its function runs in manual starts only.

    One of kind poll has ``poll``; one of kind stream that the worker follows has ``listen``.
    """
    register = node(name, kind=kind, group="triggers", inputs=0, **more)
    return lambda function: replace(register(function), poll=poll, listen=listen)


def discover() -> Registry:
    """Import every file that registers a type, exactly one each; helpers beside them come with who needs them."""
    types = []
    root = importlib.import_module("nodes")
    for package in PACKAGES:
        for info in pkgutil.iter_modules([f"{path}/{package}" for path in root.__path__]):
            if not _registers(info):
                continue
            module = importlib.import_module(f"nodes.{package}.{info.name}")
            types += [value for value in vars(module).values() if isinstance(value, NodeType)]
    names = [node_type.name for node_type in types]
    if twice := {name for name in names if names.count(name) > 1}:
        raise DefectError(f"node types registered twice: {', '.join(sorted(twice))}")
    return Registry(types)


def _registers(info: pkgutil.ModuleInfo) -> bool:
    """Say whether a file registers a type, by its text: some helpers import libraries that take half a second."""
    spec = info.module_finder.find_spec(info.name, None)
    source = spec.loader.get_source(info.name) if spec and isinstance(spec.loader, InspectLoader) else None
    return source is None or any(f"\n@{kind}(" in source for kind in ("node", "trigger"))


def _model(name: str, wants: Mapping[str, Any]) -> type[NodeParams]:
    for hint in wants.values():
        inner = typing.get_args(hint)[0] if typing.get_origin(hint) is Parameters else hint
        if isinstance(inner, type) and issubclass(inner, NodeParams):
            return inner
    raise DefectError(f'node type "{name}" asks for no parameters: give its function a NodeParams argument')
