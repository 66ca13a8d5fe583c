"""Rename keys: give fields other names.

Flow: any node → **renameKeys** → any node.  One item out per item in.
"""

import re
from collections.abc import Callable
from typing import Any

from nodes.expressions.coercion import UNDEFINED
from nodes.sdk import Example, Field, Item, Items, NodeError, NodeParams, Parameters, Run, node
from nodes.sdk.ports import error_item
from nodes.transform import paths
from schemas.errors import UserError

LONGEST = 1000
Rename = Callable[[str], str]


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
            fails="is not a valid regular expression",
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
        value = paths.find(fields, one.current_key)
        if value is UNDEFINED:
            continue
        paths.drop(fields, (one.current_key,) if one.current_key in fields else paths.keys(one.current_key))
        paths.put(fields, paths.keys(one.new_key), value)
    for replacement in params.additional_options.regex_replacement.replacements:
        depth = replacement.options.depth
        fields = _walked(fields, _rename(replacement), depth if depth >= 0 else LONGEST)
    return fields


def _rename(replacement: Replacement) -> Rename:
    flags = re.IGNORECASE if replacement.options.case_insensitive else 0
    try:
        pattern = re.compile(re.sub(r"\(\?<(?![=!])", "(?P<", replacement.search_regex), flags)
    except re.error as bad:
        text = f'"{replacement.search_regex}" is not a valid regular expression'
        raise NodeError(f"{text}: {bad}", field="additionalOptions") from None

    def made(found: re.Match[str]) -> str:
        return _reference(found, replacement.replace_regex)

    return lambda name: pattern.sub(made, name[:LONGEST])


def _reference(found: re.Match[str], template: str) -> str:
    """Fill in $1, $&, $<name> and $$ as JavaScript does."""

    def one(mark: re.Match[str]) -> str:
        key = mark.group(1)
        if key == "$":
            return "$"
        if key == "&":
            return found.group()
        name: str | int = key[1:-1] if key.startswith("<") else int(key)
        try:
            return found.group(name) or ""
        except IndexError:
            return mark.group()

    return re.sub(r"\$(\$|&|\d{1,2}|<\w+>)", one, template)


def _walked(value: Any, rename: Rename, depth: int) -> Any:
    if isinstance(value, dict):
        return {rename(key): _walked(child, rename, depth - 1) if depth else child for key, child in value.items()}
    if isinstance(value, list):
        return [_walked(child, rename, depth) for child in value]
    return value
