"""Luxon limits: the parts of Luxon that the compiled tier leaves to V8, told from an expression's tree.

Flow: compiler → **luxon limits** → NotCompiled with the reason, or nothing.
"""

import re
from typing import Final

from nodes.expressions.syntax import Call, Chain, Literal, Member, Name, Node, Object

_LOCALE: Final = re.compile(r"[a-z]{2,3}-[A-Z]{2}")
_TOKEN: Final = re.compile(r"'[^']*'|([A-Za-z])\1*")
_WRITTEN_TOKENS: Final = """
    S SSS u uu uuu s ss m mm h hh H HH Z ZZ ZZZ ZZZZ z a d dd c ccc cccc ccccc E EEE EEEE EEEEE L LL LLL LLLL LLLLL
    M MM MMM MMMM MMMMM y yy yyyy yyyyyy G GG GGGGG kk kkkk W WW o ooo q qq X x D DD DDD DDDD t tt ttt T TT TTT f ff
    fff F FF FFF
"""
_READ_TOKENS: Final = "yyyy y yy MM M LL L dd d HH H hh h mm m a ZZ ZZZ MMM MMMM LLL LLLL EEE EEEE"
_WRITTEN: Final = frozenset(_WRITTEN_TOKENS.split())
_READ: Final = frozenset(_READ_TOKENS.split())
_OPTIONS: Final = frozenset({"suppressMilliseconds", "suppressSeconds", "includeOffset"})
_FIELDS: Final = frozenset({"year", "month", "day", "hour", "minute", "second", "millisecond"})
_DURATION: Final = frozenset(
    {
        *("equals", "mapUnits", "minus", "negate", "normalize", "reconfigure", "removeZeros", "rescale", "set"),
        *("shiftToAll", "toFormat", "toHuman", "toISOTime"),
    }
)
_SPANS: Final = frozenset({"diff", "diffNow", "shiftTo", "toDuration"})
MEMBERS: Final = frozenset({"invalidExplanation", "invalidReason", "offsetNameLong"})


def beyond(name: str, target: Node, arguments: list[Node]) -> str | None:
    """Say why a call of a method of that name needs V8; None where the compiled tier does it."""
    if name in _DURATION and _duration(target):
        return f"Duration's {name}()"
    check = _CHECKS.get(name)
    return check(name, arguments) if check is not None else None


def _duration(node: Node) -> bool:
    match node:
        case Chain(body):
            return _duration(body)
        case Call(Member(Name("Duration"), _), _):
            return True
        case Call(Member(target, Literal(key)), _):
            return key in _SPANS or (key in {"plus", "minus", "negate"} and _duration(target))
        case _:
            return False


def _keys(node: Node | None) -> set[str]:
    entries = node.entries if isinstance(node, Object) else []
    return {str(key.value) if isinstance(key, Literal) else "" for key, _ in entries}


def _singular(keys: set[str]) -> set[str]:
    return {key.lower().removesuffix("s") for key in keys}


def _tokens(node: Node | None) -> set[str]:
    text = node.value if isinstance(node, Literal) and isinstance(node.value, str) else ""
    return {found.group() for found in _TOKEN.finditer(text) if found.group(1)}


def _written(name: str, arguments: list[Node]) -> str | None:
    first = arguments[0] if arguments else None
    if len(arguments) > 1 or (isinstance(first, Literal) and _LOCALE.fullmatch(str(first.value))):
        return "a locale"
    odd = _tokens(first) - _WRITTEN
    return f"the format token {min(odd)}" if odd and max(map(len, odd)) < 7 else None


def _read(name: str, arguments: list[Node]) -> str | None:
    texts = arguments[1 if name == "fromFormat" else 0 :]
    if any(not _keys(one) <= {"zone"} for one in texts[1:]):
        return f"options of {name}()"
    pattern = texts[0] if texts else None
    if isinstance(pattern, Literal) and pattern.value in ("ms", "s", "us", "excel"):
        return None
    odd = _tokens(pattern) - _READ
    return f"reading the format token {min(odd)}" if odd else None


def _options(name: str, arguments: list[Node]) -> str | None:
    return None if all(_keys(one) <= _OPTIONS for one in arguments) else f"options of {name}()"


def _fields(name: str, arguments: list[Node]) -> str | None:
    keys = _keys(arguments[0] if arguments else None)
    return None if keys and _singular(keys) <= _FIELDS else f"{name}() of weeks or ordinals"


def _extra(name: str, arguments: list[Node]) -> str | None:
    return f"options of {name}()" if len(arguments) > (2 if name == "hasSame" else 1) else None


_CHECKS: Final = {
    **dict.fromkeys(("format", "toFormat"), _written),
    **dict.fromkeys(("fromFormat", "toDateTime"), _read),
    **dict.fromkeys(("toISO", "toISODate", "toISOTime", "toObject"), _options),
    **dict.fromkeys(("set", "fromObject"), _fields),
    **dict.fromkeys(("startOf", "endOf", "hasSame"), _extra),
}
