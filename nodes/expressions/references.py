"""References: which other nodes an expression or a Code node reads.

Flow: template text → **references** → plan (what must be kept), JavaScript bridge (what must be shipped).
"""

import re
from dataclasses import dataclass

from nodes.expressions.lexer import NotCompiled, SyntaxFault, unescape

_QUOTED = r"""(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\$]|\\.)*)`)"""
_LITERAL = re.compile(
    rf"\$(?:\(\s*{_QUOTED}\s*\)|node\s*(?:\?\.)?\[\s*{_QUOTED}\s*\]|items\s*\(\s*{_QUOTED})|\$node\s*\??\.\s*([A-Za-z_$][\w$]*)"
)
_ANY = re.compile(r"\$\(|\$node\b|\$items\s*\(\s*[^\s)]")
_COMPUTED = re.compile(r"\$evaluateExpression|\$getPairedItem|\$item\s*\(|\beval\b")
_PLAIN = re.compile(r"\)\s*\??\.\s*(?:all|first|last|params|context|isExecuted)\b")
_CALLS = re.compile(r"\$\(")


@dataclass(frozen=True, slots=True)
class References:
    """What a text refers to: other nodes by name (None: it cannot be known, so all), and whether by pairing."""

    nodes: frozenset[str] | None = frozenset()
    lineage: bool = False


def find_references(text: str) -> References:
    """Find the nodes that a text names; where a name is computed, all of them."""
    literals = list(_LITERAL.finditer(text))
    if _COMPUTED.search(text) or len(_ANY.findall(text)) > len(literals):
        return References(None, True)
    if not literals:
        return References()
    try:
        names = frozenset(unescape(next(g for g in found.groups() if g is not None)) for found in literals)
    except (SyntaxFault, NotCompiled):
        return References(None, True)
    return References(names, len(_CALLS.findall(text)) > len(_PLAIN.findall(text)))
