"""Pattern: regular expressions whose translation to Python's is exact and that cannot run away.

Flow: regex literal → **translate** → Pattern → text methods.
What cannot be translated exactly, or may backtrack without bound, raises NotCompiled: V8 takes it.
"""

import re
from collections.abc import Callable
from typing import Any

import regex

from nodes.expressions.allowance import spend
from nodes.expressions.builtins.translation import translate
from nodes.expressions.builtins.units import joined, units
from nodes.expressions.coercion import to_string
from nodes.expressions.patience import MOST_SECONDS
from nodes.expressions.values import UNDEFINED, Function, HostObject, JavaScriptError

_DOLLAR = re.compile(r"\$(?:\$|&|`|'|\d{1,2}|<[^>]*>)")


class Pattern(HostObject):
    """A RegExp value. A fresh one is made per evaluation of its literal, so its state is never kept."""

    kind = "RegExp"
    __slots__ = ("compiled", "flags", "last_index", "source")

    def __init__(self, source: str, flags: str, compiled: regex.Pattern[str]) -> None:
        self.source = source
        self.flags = flags
        self.compiled = compiled
        self.last_index = 0

    @classmethod
    def of(cls, value: Any) -> "Pattern":
        """Take a pattern, or refuse: text as a pattern is for V8."""
        if isinstance(value, Pattern):
            return value
        text = "" if value is UNDEFINED else to_string(value)
        return cls(text, "", regex.compile(regex.escape(units(text))))

    @property
    def every(self) -> bool:
        """Say whether it is global."""
        return "g" in self.flags

    def member(self, key: str) -> Any:
        """Know its source and flags."""
        known = {"source": self.source, "flags": self.flags, "global": self.every, "lastIndex": self.last_index}
        known |= {"ignoreCase": "i" in self.flags, "multiline": "m" in self.flags, "dotAll": "s" in self.flags}
        return known.get(key, UNDEFINED)

    def primitive(self, hint: str) -> str:
        """Look like its literal."""
        return f"/{self.source}/{self.flags}"

    def execute(self, text: str) -> Any:
        """Do what ``exec`` does."""
        chars = units(text)
        start = self.last_index if self.every else 0
        found = self.compiled.search(chars, start, timeout=MOST_SECONDS) if start <= len(chars) else None
        if self.every:
            self.last_index = found.end() if found else 0
        return Match(found) if found else None

    def split(self, chars: str) -> list[Any]:
        """Split text as String.prototype.split does."""
        if not chars:
            return [] if self.compiled.fullmatch(chars, timeout=MOST_SECONDS) else [chars]
        parts: list[Any] = []
        start = 0
        for found in self.compiled.finditer(chars, timeout=MOST_SECONDS):
            if found.end() == found.start() and found.start() in (start, len(chars)):
                continue
            if found.start() >= len(chars):
                continue
            parts += [joined(chars[start : found.start()]), *_groups(found)]
            start = found.end()
        return [*parts, joined(chars[start:])]


class Match(list[Any]):
    """The array that a match gives, with its index, input and groups."""

    def __init__(self, found: regex.Match[str]) -> None:
        super().__init__([joined(found.group()), *_groups(found)])
        self.start = found.start()
        self.input = joined(found.string)
        names = found.groupdict()
        self.groups: Any = {k: _group(v) for k, v in names.items()} if names else UNDEFINED


def _group(text: str | None) -> Any:
    return UNDEFINED if text is None else joined(text)


def _groups(found: regex.Match[str]) -> list[Any]:
    return [_group(text) for text in found.groups()]


def matches(chars: str, pattern: Any) -> Any:
    """Do what String.prototype.match does."""
    pattern = Pattern.of(pattern)
    if pattern.every:
        return [joined(found.group()) for found in pattern.compiled.finditer(chars, timeout=MOST_SECONDS)] or None
    found = pattern.compiled.search(chars, timeout=MOST_SECONDS)
    return Match(found) if found else None


def replace(chars: str, pattern: Any, by: Any, *, every: bool) -> str:
    """Do what replace and replaceAll do; ``by`` is text with $ signs or a function."""
    if isinstance(pattern, Pattern):
        if every and not pattern.every:
            raise JavaScriptError("TypeError", "replaceAll must be called with a global RegExp")
        compiled, count = pattern.compiled, 0 if pattern.every else 1
    else:
        compiled, count = regex.compile(regex.escape(units(to_string(pattern)))), 0 if every else 1
    return joined(compiled.sub(_replacement(by), chars, count=count, timeout=MOST_SECONDS))


def _replacement(by: Any) -> Callable[[regex.Match[str]], str]:
    if isinstance(by, Function):
        return lambda found: units(to_string(by.call(_call_arguments(found))))
    text = units(to_string(by))
    if "$" not in text:
        return lambda found: _counted(text)
    return lambda found: _counted(_DOLLAR.sub(lambda mark: _dollar(mark.group(), found), text))


def _counted(text: str) -> str:
    spend(len(text))
    return text


def _call_arguments(found: regex.Match[str]) -> list[Any]:
    given = [joined(found.group()), *_groups(found), found.start(), joined(found.string)]
    return [*given, {k: _group(v) for k, v in found.groupdict().items()}] if found.groupdict() else given


def _dollar(mark: str, found: regex.Match[str]) -> str:
    kind = mark[1]
    if kind == "$":
        return "$"
    if kind == "&":
        return str(found.group())
    if kind == "`":
        return str(found.string[: found.start()])
    if kind == "'":
        return str(found.string[found.end() :])
    if kind == "<":
        return found.groupdict().get(mark[2:-1]) or "" if found.groupdict() else mark
    count = found.re.groups
    for size in (3, 2):
        number = int(mark[1:size])
        if len(mark) >= size and 1 <= number <= count:
            return (found.group(number) or "") + mark[size:]
    return mark


def compile_pattern(source: str, flags: str) -> Callable[[], Pattern]:
    """Translate a literal once; give what makes a fresh value of it."""
    compiled = translate(source, flags)
    return lambda: Pattern(source, flags, compiled)
