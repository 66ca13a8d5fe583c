"""Translation: a JavaScript regular expression as one of Python's with exactly the same matches.

Flow: pattern → **translate** → regex.Pattern, or NotCompiled with the reason.
"""

import re
import warnings

import regex

from nodes.expressions.coercion import WHITESPACE
from nodes.expressions.lexer import NotCompiled, SyntaxFault

_LINE_END = r"\n\r\u2028\u2029"
_SPACES = "".join(f"\\u{ord(char):04x}" for char in WHITESPACE)
_INSIDE = {"d": "0-9", "w": "A-Za-z0-9_", "s": _SPACES}
_CONTROL = {"n": r"\n", "r": r"\r", "t": r"\t", "v": r"\v", "f": r"\f"}
_COUNT = re.compile(r"\{(\d+)(?:(,)(\d*))?\}")
_HEX = re.compile(r"u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})")
_GROUP = re.compile(r"\((?:\?(?:[:=!]|<[=!]|<([A-Za-z_]\w*)>))?", re.ASCII)
MOST_OPEN_ENDED = 2


def translate(source: str, flags: str) -> regex.Pattern[str]:
    """Translate, or raise NotCompiled; SyntaxFault where the flags are wrong."""
    if len(set(flags)) != len(flags) or set(flags) - set("dgimsuvy"):
        raise SyntaxFault("invalid regular expression flags", 0)
    if set(flags) - set("gims"):
        raise NotCompiled(f"a regular expression with flags {flags!r}")
    text = _Translator(source, flags).whole()
    options = (re.IGNORECASE if "i" in flags else 0) | (re.DOTALL if "s" in flags else 0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(text, options)  # what this one refuses or warns of may mean something else to the other
        return regex.compile(text, options | regex.VERSION0)
    except (re.error, regex.error, Warning, OverflowError, RecursionError) as bad:
        raise NotCompiled(f"a regular expression that only V8 reads ({bad})") from None


class _Translator:
    """Walks the source once; knows for each open group whether it captures and whether it can repeat freely."""

    def __init__(self, source: str, flags: str) -> None:
        self.source = source
        self.flags = flags
        self.at = 0
        self.out: list[str] = []
        self.open_ended = 0
        self.groups: list[tuple[bool, bool]] = [(False, False)]
        self.last_group: tuple[bool, bool] | None = None

    def whole(self) -> str:
        while self.at < len(self.source):
            self._one()
        if len(self.groups) != 1:
            raise NotCompiled("a regular expression with unbalanced groups")
        if self.open_ended > MOST_OPEN_ENDED:
            raise NotCompiled("a regular expression with many open-ended repetitions")
        return "".join(self.out)

    def _one(self) -> None:
        char = self.source[self.at]
        if char == "\\":
            self._atom(self._escape(False))
        elif char == "[":
            self._class()
        elif char == "(":
            self._open()
        elif char == ")":
            self._close()
        elif char in "*+?":
            self.at += 1
            self._repeat(char, endless=char != "?")
        elif char == "{":
            self._count()
        elif char == "|":
            self.groups[-1] = (self.groups[-1][0], True)
            self._put("|")
        else:
            self._plain(char)

    def _put(self, text: str, size: int = 1) -> None:
        self.out.append(text)
        self.at += size
        self.last_group = None

    def _atom(self, text: str) -> None:
        self.out.append(text)
        self.last_group = None

    def _plain(self, char: str) -> None:
        many = "m" in self.flags
        if char == ".":
            self._put("." if "s" in self.flags else f"[^{_LINE_END}]")
        elif char == "^":
            self._put(f"(?:^|(?<=[{_LINE_END}]))" if many else "^")
        elif char == "$":
            self._put(f"(?=[{_LINE_END}]|\\Z)" if many else r"\Z")
        elif char in "]}":
            self._put("\\" + char)
        else:
            self._put(re.escape(char))

    def _escape(self, inside: bool) -> str:
        mark = self.source[self.at + 1 : self.at + 2]
        self.at += 2
        coded = _HEX.match(self.source, self.at - 1)
        if coded:
            self.at = coded.end()
            return re.escape(chr(int(coded.group(1) or coded.group(2), 16)))
        if mark.lower() in _INSIDE:
            negative = mark.isupper()
            if inside and negative:
                raise NotCompiled("a negated class inside a class")
            return _INSIDE[mark] if inside else f"[{'^' if negative else ''}{_INSIDE[mark.lower()]}]"
        if mark in _CONTROL:
            return _CONTROL[mark]
        if mark in ("b", "B") and not inside:
            return rf"(?a:\{mark})"
        if not mark or mark.isalnum() or mark == "_":
            raise NotCompiled(f"the escape \\{mark} in a regular expression")
        return re.escape(mark)

    def _class(self) -> None:
        end = self.at + 1
        negative = self.source.startswith("^", end)
        end += negative
        if self.source.startswith("]", end):
            self.at = end + 1
            return self._atom(r"[\s\S]" if negative else r"(?!)")
        self.at = end
        inside: list[str] = []
        while self.at < len(self.source) and self.source[self.at] != "]":
            char = self.source[self.at]
            if char == "\\":
                inside.append(self._escape(True))
            else:
                inside.append(char if char == "-" else re.escape(char))
                self.at += 1
        self.at += 1
        self._atom(f"[{'^' if negative else ''}{''.join(inside)}]")
        return None

    def _open(self) -> None:
        found = _GROUP.match(self.source, self.at)
        text = found.group() if found else ""
        if text == "(" and self.source.startswith("(?", self.at):
            raise NotCompiled("a group that only V8 reads")
        name = found.group(1) if found else None
        self._put(f"(?P<{name}>" if name else text, len(text))
        self.groups.append((name is not None or text == "(", False))

    def _close(self) -> None:
        if len(self.groups) == 1:
            raise NotCompiled("a regular expression with unbalanced groups")
        captures, varies = self.groups.pop()
        self._put(")")
        outer = self.groups[-1]
        self.groups[-1] = (outer[0] or captures, outer[1] or varies)
        self.last_group = (captures, varies)

    def _count(self) -> None:
        found = _COUNT.match(self.source, self.at)
        if not found:
            return self._put(r"\{")
        self.at = found.end()
        if int(found.group(1)) > 1000 or int(found.group(3) or 0) > 1000:
            raise NotCompiled("a large count in a regular expression")
        return self._repeat(found.group(), endless=bool(found.group(2)) and not found.group(3))

    def _repeat(self, mark: str, *, endless: bool) -> None:
        if self.last_group is not None and mark != "?" and any(self.last_group):
            raise NotCompiled("a repeated group that captures or varies")
        if endless:
            self.open_ended += 1
        self.groups[-1] = (self.groups[-1][0], True)
        lazy = self.source.startswith("?", self.at)
        self.at += lazy
        if self.source[self.at : self.at + 1] in ("*", "+", "?"):
            raise NotCompiled("a repeated repetition")
        self.out.append(mark + ("?" if lazy else ""))
        self.last_group = None
