"""Rename keys: give fields other names.

Flow: any node → **renameKeys** → any node.  One item out per item in.
"""

from typing import Any

from nodes.expressions.coercion import UNDEFINED
from nodes.sdk import Example, Field, Item, Items, NodeParams, Parameters, Run, node
from nodes.sdk.ports import error_item
from nodes.transform import paths
from nodes.transform.replacing import Replace, replacer
from schemas.errors import UserError

ALL_THE_WAY = 1000


class Key(NodeParams):
    """One field by name, or by path."""

    current_key: str = ""
    new_key: str = ""


class Keys(NodeParams):
    """Fields, as the editor keeps them."""

    key: list[Key] = []


class ReplacementOptions(NodeParams):
    """Rarely needed choices."""

    case_insensitive: bool = Field(False, description="Take upper and lower case as equal.")
    depth: int = Field(-1, ge=-1, description="How deep to look: 0 the top only, -1 all the way.")


class Replacement(NodeParams):
    """A pattern, and what to put in its place."""

    search_regex: str = ""
    replace_regex: str = ""
    options: ReplacementOptions = ReplacementOptions()


class Replacements(NodeParams):
    """Patterns, as the editor keeps them."""

    replacements: list[Replacement] = []


class RenameOptions(NodeParams):
    """Rarely needed choices."""

    regex_replacement: Replacements = Field(Replacements(), description="Rename by patterns.")


class RenameKeys(NodeParams):
    """Which fields get which names."""

    keys: Keys = Field(Keys(), description="Fields and their new names.")
    additional_options: RenameOptions = RenameOptions()


@node(
    "renameKeys",
    group="transform",
    title="Rename Keys",
    examples=[
        Example(
            title="renames fields",
            params={"keys": {"key": [{"currentKey": "a", "newKey": "b"}, {"currentKey": "x.y", "newKey": "z"}]}},
            given=[{"a": 1, "x": {"y": 2}}, {"c": 3}],
            then=[{"b": 1, "x": {}, "z": 2}, {"c": 3}],
        ),
        Example(
            title="renames by a pattern",
            params={"additionalOptions": {"regexReplacement": {"replacements": [
                {"searchRegex": "^old_(\\w+)", "replaceRegex": "$1", "options": {"depth": 0}},
            ]}}},
            given=[{"old_a": {"old_b": 1}}],
            then=[{"a": {"old_b": 1}}],
        ),
        Example(
            title="a pattern must be valid",
            params={"additionalOptions": {"regexReplacement": {"replacements": [{"searchRegex": "("}]}}},
            fails="is not a regular expression",
        ),
    ],
)  # fmt: skip
async def rename_keys(parameters: Parameters[RenameKeys], items: Items, run: Run) -> Items:
    """Change the names of fields."""
    made: Items = []
    for index, item in enumerate(items):
        try:
            made.append(Item(json=_renamed(parameters(index), item.json), binary=item.binary, paired=index))
        except UserError as bad:
            if not run.continue_on_fail:
                raise
            made.append(error_item(bad, index))
    return made


def _renamed(params: RenameKeys, record: dict[str, Any]) -> dict[str, Any]:
    fields = dict(record)
    for one in params.keys.key:
        if not one.current_key or not one.new_key or one.current_key == one.new_key:
            continue
        value = paths.find(record, one.current_key)
        if value is UNDEFINED:
            continue
        paths.put(fields, paths.keys(one.new_key), value)
        paths.drop(fields, (one.current_key,) if one.current_key in fields else paths.keys(one.current_key))
    for replacement in params.additional_options.regex_replacement.replacements:
        depth = replacement.options.depth
        fields = _walked(fields, _rename(replacement), depth if depth >= 0 else ALL_THE_WAY)
    return fields


def _rename(replacement: Replacement) -> Replace:
    flags = "gi" if replacement.options.case_insensitive else "g"
    return replacer(replacement.search_regex, flags, replacement.replace_regex, field="additionalOptions")


def _walked(value: Any, rename: Replace, depth: int) -> Any:
    if isinstance(value, dict):
        return {rename(key): _walked(child, rename, depth - 1) if depth else child for key, child in value.items()}
    if isinstance(value, list):
        return [_walked(child, rename, depth) for child in value]
    return value
