"""Casing: n8n's methods that change the letters' case.

Flow: compiler → **casing** → values.
"""

import re

from nodes.expressions.registry import Arguments, extension
from nodes.expressions.scope import Scope

_FIRST = re.compile(r"[^\W\d_]")
_REST = re.compile(r"[^.!?]*[.!?]?")
_TOKEN = re.compile(r"[^\s:–—-]+|.")
_MANUAL = re.compile(r".(?=[A-Z]|\..)")
_LETTER = re.compile(r"[A-Za-z0-9\u00c0-\u00ff]")
_SMALL = re.compile(
    r"\b(?:a|an|and|as|at|because|but|by|en|for|if|in|neither|nor|of|on|or|only|over|per|so|some|than|that|the|to|up"
    r"|upon|v|vs|v\.|vs\.|versus|via|when|with|without|yet)\b",
    re.ASCII | re.IGNORECASE,
)
_DROPPED = re.compile(r"[!\"#$%&'()*+,./:;<=>?@\[\\\]^`{|}~\u2000-\u206f\u2e00-\u2e7f]")


@extension("string", "toSentenceCase", examples=[('"hELLO. you".toSentenceCase()', "Hello. You")])
def sentence_case(_: Scope, text: str, __: Arguments) -> str:
    """Raise the first letter of each sentence, lower the rest; what has no letter at the end goes, if any has."""
    text, parts, at = text.lower(), [], 0
    while first := _FIRST.search(text, at):
        rest = _REST.match(text, first.end())
        parts.append(text[at : first.start()] + first.group().upper() + (rest.group() if rest else ""))
        at = rest.end() if rest else first.end()
    return "".join(parts) or text


@extension("string", "toTitleCase", examples=[('"quick brown fox".toTitleCase()', "Quick Brown Fox")])
def title_case(_: Scope, text: str, __: Arguments) -> str:
    """Raise the first letter of each word but small ones; words with capitals or dots inside stay."""
    return "".join(_titled(text, found) for found in _TOKEN.finditer(text))


def _titled(text: str, found: re.Match[str]) -> str:
    word, end = found.group(), found.end()
    inner = found.start() > 0 and end < len(text)
    before_colon = text[end : end + 1] == ":" and not text[end + 1 : end + 2].isspace()
    if before_colon or _MANUAL.search(word) or (inner and _SMALL.search(word)):
        return word
    return _LETTER.sub(lambda letter: letter.group().upper(), word, count=1)


@extension("string", "toSnakeCase", examples=[('"Quick Brown".toSnakeCase()', "quick_brown")])
def snake_case(_: Scope, text: str, __: Arguments) -> str:
    """Lower it, put underscores for spaces and hyphens, drop punctuation."""
    return _DROPPED.sub("", re.sub(r"[ -]", "_", text.lower()))
