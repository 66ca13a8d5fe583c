"""Loose JSON: objects as people write them: single quotes, bare words, comments, trailing commas.

Flow: convert → **loose JSON** → value, or ValueError where it cannot be read.
A bare word that is no number, true, false or null is a text.
"""

import json
import re
from typing import Any

from nodes.expressions.coercion import text_number

MOST_LEVELS = 200
_SPACE = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'", re.DOTALL)
_WORD = re.compile(r"[^\s,:{}\[\]\"']+")
_WORDS = {"true": True, "false": False, "null": None}


def read(source: str) -> Any:
    """Read one value; raise ValueError where there is none, or more than one."""
    reader = _Reader(source)
    found = reader.value(0)
    if reader.rest():
        raise ValueError(source)
    return found


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0

    def rest(self) -> str:
        """Pass over space and comments; give the next character."""
        space = _SPACE.match(self.source, self.at)
        self.at = space.end() if space else self.at
        return self.source[self.at : self.at + 1]

    def value(self, level: int) -> Any:
        """Read a value of any kind."""
        if level > MOST_LEVELS:
            raise ValueError("too many levels")
        match self.rest():
            case "{":
                return dict(self._entries("}", level))
            case "[":
                return [value for _, value in self._entries("]", level)]
        word = self._text()
        if isinstance(word, str):
            return word
        return _bare(word[0])

    def _entries(self, end: str, level: int) -> list[tuple[str, Any]]:
        found: list[tuple[str, Any]] = []
        self.at += 1
        while self.rest() != end:
            key = ""
            if end == "}":
                name = self._text()
                key = name if isinstance(name, str) else name[0]
                self._pass(":")
            found.append((key, self.value(level + 1)))
            if self.rest() != end:
                self._pass(",")
        self.at += 1
        return found

    def _pass(self, mark: str) -> None:
        if self.rest() != mark:
            raise ValueError(f"{mark!r} expected at {self.at}")
        self.at += 1

    def _text(self) -> str | tuple[str]:
        """Read a quoted text, or a bare word as a tuple of one."""
        self.rest()
        if quoted := _QUOTED.match(self.source, self.at):
            self.at = quoted.end()
            return _unquoted(quoted)
        word = _WORD.match(self.source, self.at)
        if word is None:
            raise ValueError(f"a value expected at {self.at}")
        self.at = word.end()
        return (word.group(),)


def _unquoted(quoted: re.Match[str]) -> str:
    double, single = quoted.groups()
    if double is None:
        double = re.sub(r"\\(.)|(\")", lambda c: "\\" + c[2] if c[2] else "'" if c[1] == "'" else c[0], single)
    return str(json.loads(f'"{double}"', strict=False))


def _bare(word: str) -> Any:
    if word in _WORDS:
        return _WORDS[word]
    number = text_number(word)
    return number if number == number and abs(number) != float("inf") else word
