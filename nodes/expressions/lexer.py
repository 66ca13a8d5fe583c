"""Lexer: JavaScript text to tokens.

Flow: template part → **lexer** → parser.
"""

import re
from dataclasses import dataclass
from typing import Any

from nodes.expressions.coercion import text_number

KEYWORDS_BEFORE_REGEX = frozenset({"typeof", "return", "in", "of", "instanceof", "new", "delete", "void", "case"})
_SPACE = re.compile(r"(?:[\s\ufeff]+|//[^\n\r\u2028\u2029]*|/\*.*?\*/)+", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_$\u00aa-\uffff][\w$\u200c\u200d]*")
_NUMBER = re.compile(
    r"0[xX][0-9a-fA-F_]+n?|0[oO][0-7_]+n?|0[bB][01_]+n?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?n?", re.ASCII
)
_PUNCTUATOR = re.compile(
    r">>>=|\.\.\.|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.(?!\d)|\+\+|--|\+=|-=|\*=|/="
    r"|%=|&=|\|=|\^=|<<|>>|\*\*|[{}()\[\];,<>+\-*/%&|^!~?:=.@#]"
)
_REGEX = re.compile(
    r"/((?:\\[^\n\r]|\[(?:\\[^\n\r]|[^\]\\\n\r])*\]|[^/\\\[\n\r*])(?:\\[^\n\r]|\[(?:\\[^\n\r]|[^\]\\\n\r])*\]|[^/\\\[\n\r])*)/([A-Za-z]*)"
)
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`""", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|[\s\S]))")
_SIMPLE = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    "0": "\0",
    "\n": "",
    "\r\n": "",
    "\r": "",
    "\u2028": "",
    "\u2029": "",
}


class SyntaxFault(Exception):
    """The text cannot be JavaScript; ``at`` is the offset."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


class NotCompiled(Exception):
    """JavaScript that the compiled tier leaves to V8; its text is the reason."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token: ``kind`` is name, number, string, template, regex, punctuator or end.

    ``value`` is the text, the number, the cooked string, (strings, sources) of a template or (pattern, flags).
    """

    kind: str
    value: Any
    at: int
    newline: bool = False


def tokenize(text: str) -> list[Token]:
    """Split an expression into tokens; the last one is ``end``."""
    tokens: list[Token] = []
    at = 0
    while True:
        space = _SPACE.match(text, at)
        newline = bool(space and re.search(r"[\n\r\u2028\u2029]", space.group()))
        at = space.end() if space else at
        if at >= len(text):
            return [*tokens, Token("end", "", at, newline)]
        token, at = _read(text, at, tokens[-1] if tokens else None, newline)
        tokens.append(token)


def balanced(text: str) -> bool:
    """Say whether every bracket outside strings, comments and patterns is closed."""
    try:
        marks = [token.value for token in tokenize(text) if token.kind == "punctuator"]
    except SyntaxFault:
        return False
    except NotCompiled:
        marks = [mark.group() for mark in _PUNCTUATOR.finditer(_QUOTED.sub("", text))]
    return sum(mark in ("(", "[", "{") for mark in marks) == sum(mark in (")", "]", "}") for mark in marks)


def _read(text: str, at: int, before: Token | None, newline: bool) -> tuple[Token, int]:
    char = text[at]
    if char in "\"'":
        value, end = _string(text, at)
        return Token("string", value, at, newline), end
    if char == "`":
        parts, end = _template(text, at)
        return Token("template", parts, at, newline), end
    if char.isdigit() or (char == "." and text[at + 1 : at + 2].isdigit()):
        return _number(text, at, newline)
    name = _NAME.match(text, at)
    if name:
        return Token("name", name.group(), at, newline), name.end()
    if char == "/" and _regex_allowed(before):
        found = _REGEX.match(text, at)
        if not found:
            raise SyntaxFault("unterminated regular expression", at)
        return Token("regex", (found.group(1), found.group(2)), at, newline), found.end()
    mark = _PUNCTUATOR.match(text, at)
    if not mark:
        raise SyntaxFault(f"unexpected character {char!r}", at)
    return Token("punctuator", mark.group(), at, newline), mark.end()


def _regex_allowed(before: Token | None) -> bool:
    if before is None:
        return True
    if before.kind == "name":
        return before.value in KEYWORDS_BEFORE_REGEX
    return before.kind == "punctuator" and before.value not in (")", "]", "}")


def _number(text: str, at: int, newline: bool) -> tuple[Token, int]:
    found = _NUMBER.match(text, at)
    if not found or _NAME.match(text, found.end()):
        raise SyntaxFault("malformed number", at)
    raw = found.group()
    if raw.endswith("n"):
        raise NotCompiled("a BigInt literal")
    if re.fullmatch(r"0\d+", raw):
        raise NotCompiled("an old octal literal")
    return Token("number", text_number(raw.replace("_", "")), at, newline), found.end()


def _string(text: str, at: int) -> tuple[str, int]:
    quote = text[at]
    end = at + 1
    while end < len(text) and text[end] != quote:
        if text[end] in "\n\r":
            break
        end += 2 if text[end] == "\\" else 1
    if end >= len(text) or text[end] != quote:
        raise SyntaxFault("unterminated string", at)
    return unescape(text[at + 1 : end], at), end + 1


def unescape(raw: str, at: int = 0) -> str:
    """Resolve the escapes of a string literal."""
    if "\\" not in raw:
        return raw

    def one(found: re.Match[str]) -> str:
        code = found.group(1) or found.group(2) or found.group(3)
        if code:
            if int(code, 16) > 0x10FFFF:
                raise SyntaxFault("undefined code point", at)
            return chr(int(code, 16))
        mark = found.group(4)
        if mark in "ux":
            raise SyntaxFault("invalid escape", at)
        if mark in "123456789" or (mark == "0" and raw[found.end() : found.end() + 1].isdigit()):
            raise NotCompiled("an old octal escape")
        return _SIMPLE.get(mark, mark)

    cooked = _ESCAPE.sub(one, raw)
    if any("\ud800" <= char <= "\udfff" for char in cooked):
        return cooked.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return cooked


def _template(text: str, at: int) -> tuple[tuple[list[str], list[str]], int]:
    strings: list[str] = []
    sources: list[str] = []
    start = end = at + 1
    while end < len(text):
        if text[end] == "\\":
            end += 2
        elif text[end] == "`":
            strings.append(_cooked(text[start:end], at))
            return (strings, sources), end + 1
        elif text.startswith("${", end):
            strings.append(_cooked(text[start:end], at))
            close = _closing(text, end + 2)
            sources.append(text[end + 2 : close])
            start = end = close + 1
        else:
            end += 1
    raise SyntaxFault("unterminated template literal", at)


def _cooked(raw: str, at: int) -> str:
    return unescape(raw.replace("\r\n", "\n").replace("\r", "\n"), at)


def _closing(text: str, at: int) -> int:
    """Find the brace that ends a substitution."""
    depth, before = 0, None
    while True:
        space = _SPACE.match(text, at)
        at = space.end() if space else at
        if at >= len(text):
            raise SyntaxFault("unterminated template literal", at)
        token, end = _read(text, at, before, False)
        if token.kind == "punctuator" and token.value == "{":
            depth += 1
        if token.kind == "punctuator" and token.value == "}":
            if depth == 0:
                return at
            depth -= 1
        at, before = end, token
