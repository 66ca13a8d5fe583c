"""Set (Edit Fields): write fields of items.

Flow: any node → **set** → any node.  One item out per item in.
Versions 1 and 2 list values by type (``values.string[]`` …), 3 to 3.2 as ``fields.values[]``, later ones as
``assignments.assignments[]``; all become one layout of assignments.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal

from nodes.expressions.coercion import UNDEFINED, text_number, to_string, truthy
from nodes.sdk import Example, Field, Item, Items, NodeError, NodeParams, Parameters, Run, node, shown
from nodes.sdk.parameters import Leaf, LeafMaker, Path
from nodes.sdk.ports import error_item
from nodes.transform import paths
from nodes.transform.field_types import CONVERT, absent, object_
from schemas.errors import UserError

Types = Literal["string", "number", "boolean", "array", "object"]
TYPED, NULL_TEXTS = 3, 3.2  # the versions from which on types are kept to, and null is a text
Include = Literal["all", "none", "selected", "except"]


class Assignment(NodeParams):
    """One field to write."""

    name: str = ""
    type: str = "string"
    value: Any = None


class Assignments(NodeParams):
    """The list of fields, as the editor keeps it."""

    assignments: list[Assignment] = []


class TypedField(NodeParams):
    """One field to write, its value in a key named by its type."""

    name: str = ""
    type: str = "stringValue"
    string_value: Any = ""
    number_value: Any = ""
    boolean_value: Any = "true"
    array_value: Any = ""
    object_value: Any = "{}"


class TypedFields(NodeParams):
    """The list of fields of versions 3 to 3.2."""

    values: list[TypedField] = []


class OldValue(NodeParams):
    """One field to write in versions 1 and 2."""

    name: str = "propertyName"
    value: Any = None


class OldValues(NodeParams):
    """Fields by type."""

    string: list[OldValue] = []
    number: list[OldValue] = []
    boolean: list[OldValue] = []


class Options(NodeParams):
    """Rarely needed choices."""

    include_binary: bool = Field(True, description="Keep binary parts (before version 3.4).")
    strip_binary: bool = Field(False, description="Drop binary parts although other fields are kept (from 3.4).")
    ignore_conversion_errors: bool = Field(False, description="Keep a value that does not fit its type as it is.")
    dot_notation: bool = Field(True, description="Read `a.b` in a name as a path.")


class Set(NodeParams):
    """What to write and what to keep."""

    mode: Literal["manual", "raw"] = Field(
        "manual", description="Field by field, or one JSON object.", json_schema_extra=shown(since=3)
    )
    assignments: Assignments = Field(
        Assignments(), description="Fields to write.", json_schema_extra=shown(since=3.3, mode="manual")
    )
    fields_: TypedFields = Field(
        TypedFields(),
        alias="fields",
        description="Fields to write (3 to 3.2).",
        json_schema_extra=shown(since=3, until=3.2, mode="manual"),
    )
    values: OldValues = Field(OldValues(), description="Fields to write (1 and 2).", json_schema_extra=shown(until=2))
    json_output: Any = Field(
        '{"my_field_1": "value", "my_field_2": 1}',
        description="The JSON object of mode raw.",
        json_schema_extra=shown("application/json", since=3, mode="raw"),
    )
    include: Include = Field("all", description="Which other fields to keep.", json_schema_extra=shown(since=3))
    include_other_fields: bool = Field(
        False, description="Keep the input's fields too (from 3.3).", json_schema_extra=shown(since=3.3)
    )
    include_fields: str = Field(
        "", description="Names to keep, with commas between.", json_schema_extra=shown(since=3, include="selected")
    )
    exclude_fields: str = Field(
        "", description="Names to drop, with commas between.", json_schema_extra=shown(since=3, include="except")
    )
    keep_only_set: bool = Field(False, description="Drop all other fields (1 and 2).", json_schema_extra=shown(until=2))
    duplicate_item: bool = Field(False, description="Repeat each item, in manual executions.")
    duplicate_count: int = Field(
        0, ge=0, description="How many more of each.", json_schema_extra=shown(duplicate_item=True)
    )
    options: Options = Options()


@dataclass(slots=True)
class _Write:
    name: Leaf
    value: Leaf
    type: str
    keys: paths.Keys | None


@dataclass(slots=True)
class _Layout:
    writes: list[_Write]
    raw: Leaf | None
    include: Include
    only: frozenset[str]
    names: list[str]
    model: Set


def _leaf(path: Path) -> bool:
    match path:
        case ("jsonOutput",) | ("fields", "values", int(), _) | ("values", _, int(), _):
            return path[-1] != "type"
        case ("assignments", "assignments", int(), "name" | "value", *_):
            return True
    return False


def _layout(params: Set, leaf: LeafMaker) -> _Layout:
    writes: list[_Write] = []
    dots = params.options.dot_notation

    def add(at: Path, name: str, type_: str, value_key: str, value: Any) -> None:
        named = leaf((*at, "name"), name)
        known = None if named.path else paths.keys(str(name), dots)
        writes.append(_Write(named, leaf((*at, value_key), value), type_, known))

    for at, one in enumerate(params.assignments.assignments):
        add(("assignments", "assignments", at), one.name, one.type, "value", one.value)
    for at, field in enumerate(params.fields_.values):
        add(("fields", "values", at), field.name, field.type.removesuffix("Value"), field.type, _typed(field))
    defaults = {"boolean": False, "number": 0, "string": ""}
    for kind, default in defaults.items():
        for at, old in enumerate(getattr(params.values, kind)):
            value = default if old.value is None and "value" not in old.model_fields_set else old.value
            add(("values", kind, at), old.name, kind, "value", value)
    raw = leaf(("jsonOutput",), params.json_output) if params.mode == "raw" else None
    chosen = params.include_fields if params.include == "selected" else params.exclude_fields
    return _Layout(writes, raw, params.include, frozenset(paths.names(chosen)), paths.names(chosen), params)


def _typed(field: TypedField) -> Any:
    values = {
        "stringValue": field.string_value,
        "numberValue": field.number_value,
        "booleanValue": field.boolean_value,
        "arrayValue": field.array_value,
        "objectValue": field.object_value,
    }
    return values.get(field.type)


@node(
    "set",
    group="transform",
    title="Edit Fields (Set)",
    versions=(1, 2, 3, 3.1, 3.2, 3.3, 3.4, 3.5),
    examples=[
        Example(
            title="writes fields of given types",
            version=3.4,
            params={
                "assignments": {
                    "assignments": [
                        {"name": "user.name", "type": "string", "value": "Ada"},
                        {"name": "age", "type": "number", "value": "36"},
                    ]
                }
            },
            given=[{"old": True}],
            then=[{"user": {"name": "Ada"}, "age": 36}],
        ),
        Example(
            title="keeps the other fields",
            version=3.4,
            params={
                "assignments": {"assignments": [{"name": "b", "type": "boolean", "value": "true"}]},
                "includeOtherFields": True,
            },
            given=[{"a": 1}],
            then=[{"a": 1, "b": True}],
        ),
        Example(
            title="takes a value from the item",
            version=3.4,
            params={
                "assignments": {
                    "assignments": [
                        {"name": "greeting", "type": "string", "value": "=Hello {{ $json.name }}"},
                    ]
                }
            },
            given=[{"name": "Ada"}, {"name": "Bob"}],
            then=[{"greeting": "Hello Ada"}, {"greeting": "Hello Bob"}],
        ),
        Example(
            title="version 1 keeps everything unless told otherwise",
            version=1,
            params={"values": {"string": [{"name": "s", "value": "x"}], "number": [{"name": "n"}]}},
            given=[{"a": 1}],
            then=[{"a": 1, "n": 0, "s": "x"}],
        ),
        Example(
            title="a value that does not fit its type fails",
            version=3.4,
            params={"assignments": {"assignments": [{"name": "age", "type": "number", "value": "old"}]}},
            fails='field "age" expects a number',
        ),
    ],
)
async def set_(parameters: Parameters[Set], items: Items, run: Run) -> Items:
    """Write fields of items, and keep or drop the others."""
    made: Items = []
    for index, item in enumerate(items):
        layout = parameters.layout(_layout, _leaf, index)
        try:
            fields = _fields(parameters, layout, item, index, run.version)
        except UserError as bad:
            if not run.continue_on_fail:
                raise
            made.append(error_item(bad, index))
            continue
        new = Item(json=fields, binary=_binary(layout.model, item, run.version), paired=index)
        made.append(new)
        if layout.model.duplicate_item and run.mode == "manual":
            made.extend([new] * layout.model.duplicate_count)
    return made


def _fields(parameters: Parameters[Set], layout: _Layout, item: Item, index: int, version: float) -> dict[str, Any]:
    fields = _kept(layout, item, version)
    if layout.raw is not None:
        try:
            fields.update(object_(parameters.read(layout.raw, index)))
        except ValueError:
            raise NodeError("mode raw needs a JSON object", field="jsonOutput") from None
        return fields
    options = layout.model.options
    for write in layout.writes:
        value = parameters.read(write.value, index)
        keys = write.keys or paths.keys(str(parameters.read(write.name, index)), options.dot_notation)
        if version >= TYPED:
            if write.type == "string" and version < NULL_TEXTS and absent(value):
                value = _as_text(value, keys, version, options.ignore_conversion_errors)
            converted = _converted(value, write.type, keys, index, options.ignore_conversion_errors)
        else:
            converted = _taken(value, write.type, version)
        if converted is UNDEFINED:
            paths.put(fields, keys, None)
            paths.drop(fields, keys)
            continue
        if len(keys) == 1:
            fields[keys[0]] = converted
        else:
            paths.put(fields, keys, converted)
    return fields


def _kept(layout: _Layout, item: Item, version: float) -> dict[str, Any]:
    model = layout.model
    if version < 3:
        return {} if model.keep_only_set else dict(item.json)
    if version >= 3.3 and not model.include_other_fields:
        return {}
    match layout.include:
        case "all":
            return dict(item.json)
        case "selected":
            return _selected(item.json, layout.names, model.options.dot_notation)
        case "except":
            return _without(item.json, layout, model.options.dot_notation)
    return {}


def _selected(record: dict[str, Any], names: list[str], dots: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name in names:
        value = paths.find(record, name, dots)
        if value is not UNDEFINED:
            fields[name if name in record else paths.keys(name, dots)[-1]] = value
    return fields


def _without(record: dict[str, Any], layout: _Layout, dots: bool) -> dict[str, Any]:
    fields = {key: value for key, value in record.items() if key not in layout.only}
    for name in layout.names:
        if dots and name not in record:
            paths.drop(fields, paths.keys(name))
    return fields


def _as_text(value: Any, keys: paths.Keys, version: float, lenient: bool) -> Any:
    """Take null for a text: version 3 writes it out, 3.1 refuses it."""
    if version == TYPED:
        return to_string(value)
    if lenient:
        return value
    raise NodeError(f'field "{".".join(keys)}" expects a string but got {to_string(value)}')


def _taken(value: Any, type_: str, version: float) -> Any:
    """Take a value before version 3: as it comes, but for truth values, and from 2 on numbers in text."""
    if type_ == "boolean":
        return truthy(value)
    if type_ == "number" and version >= 2 and isinstance(value, str):
        number = text_number(value)
        return value if math.isnan(number) else number
    return value


def _converted(value: Any, type_: str, keys: paths.Keys, index: int, lenient: bool) -> Any:
    if type(value) is str and type_ == "string":
        return value
    if absent(value):
        return None
    convert = CONVERT.get(type_)
    if convert is None:
        return value
    try:
        if value != value and type_ == "number":
            raise ValueError(value)
        return convert(value)
    except ValueError:
        if lenient:
            return value
        wanted = f"{'an' if type_[0] in 'ao' else 'a'} {type_}"
        raise NodeError(
            f'field "{".".join(keys)}" expects {wanted} but got {value!r:.80} (item {index})',
            hint="change the field's type, or switch on the option to ignore conversion errors",
        ) from None


def _binary(model: Set, item: Item, version: float) -> dict[str, Any] | None:
    if version < 3:
        return None if model.keep_only_set else item.binary
    if version < 3.4:
        return item.binary if model.options.include_binary else None
    return item.binary if model.include_other_fields and not model.options.strip_binary else None
