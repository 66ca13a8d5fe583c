"""Text: n8n's methods on strings.

Flow: compiler → **text** → values.
"""

import base64
import hashlib
import re
import unicodedata
from typing import Any
from urllib.parse import quote, unquote

from nodes.expressions.builtins.dates import parse_date
from nodes.expressions.builtins.formats import parse_iso
from nodes.expressions.builtins.globals import parse_float, parse_int
from nodes.expressions.builtins.json_text import parse, stringify
from nodes.expressions.builtins.reading import parse_format
from nodes.expressions.builtins.units import length
from nodes.expressions.coercion import text_number, to_string, truthy
from nodes.expressions.functions.number import EPOCHS, since_epoch
from nodes.expressions.moments import DateTime, JSDate
from nodes.expressions.registry import Arguments, argument, extension
from nodes.expressions.scope import Scope
from nodes.expressions.values import JavaScriptError
from schemas.errors import ExpressionError

_HASHES = {
    "md5": hashlib.md5,
    "sha1": hashlib.sha1,
    "sha224": hashlib.sha224,
    "sha256": hashlib.sha256,
    "sha384": hashlib.sha384,
    "sha512": hashlib.sha512,
    "sha3": hashlib.sha3_512,
}
_MARKS = [
    (re.compile(pattern, re.MULTILINE), other)
    for pattern, other in [
        (r"^(?:[ \t]*)(?:[-*+]|\d+\.)\s+", ""),
        (r"<[A-Za-z/!][^>@\n]{0,1000}>", ""),
        (r"^[=-]{2,}\s*$", ""),
        (r"\[\^[^\]\[]{1,100}\](?:: .*)?", ""),
        (r"^[ \t]{0,2}\[[^\]]*\]:[ \t]*\S+$", ""),
        (r"!\[[^\]\[]{0,1000}\]\([^)]{0,2000}\)", ""),
        (r"\[([^\]\[]{0,1000})\](?:\([^)]{0,2000}\)|\[[^\]]{0,1000}\])", r"\1"),
        (r">", ""),
        (r"^#{1,6}\s*", ""),
        (r"~~", ""),
        (r"(\*{1,3}|_{1,3})(\S(?:.{0,300}?\S)?)\1", r"\2"),
        (r"`{3}\w*\n?", ""),
        (r"`([^`]{0,2000})`", r"\1"),
        (r"\n{3,}", "\n\n"),
    ]
]
_RESERVED = re.compile("%(3b|2f|3f|3a|40|26|3d|2b|24|2c|23)", re.IGNORECASE)
_BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SQL = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d(?::\d\d(?:[.,]\d{1,30})?)?) ?(Z|[+-]\d\d(?::?\d\d)?)?")
_FALSE = frozenset({"false", "no", "0", ""})
_LETTERS = """
ß=ss æ=ae Æ=AE ø=o Ø=O œ=oe Œ=OE ł=l Ł=L đ=d Đ=D ð=d Ð=D Þ=Th þ=th ı=i ħ=h Ħ=H ŋ=n Ŋ=N ŧ=t Ŧ=T ĸ=k ſ=s
«=<< »=>> ‹=< ›=> „=,, “=" ”=" ‚=, ‘=' ’=' •=* ·=* ©=(c) ®=(r) °=deg ±=+- ×=x ÷=/ ¿=? ¡=! §=SS ¶=P
ª=a º=o ²=2 ³=3 ¹=1 ¼=1/4 ½=1/2 ¾=3/4 £=PS ¥=Y= ¢=C/ €=EU –=- —=-- …=... ™=(tm) ﬁ=fi ﬂ=fl ĳ=ij Ĳ=IJ
"""
_SPECIAL = dict(pair.split("=", 1) for pair in _LETTERS.split()) | {"\u00a0": " ", "\u200b": ""}


@extension("string", "isEmpty", examples=[('"".isEmpty()', True)])
def is_empty(_: Scope, text: str, __: Arguments) -> bool:
    """Say whether it is empty."""
    return not text


@extension("string", "isNotEmpty", examples=[('"a".isNotEmpty()', True)])
def is_not_empty(_: Scope, text: str, __: Arguments) -> bool:
    """Say whether it is not empty."""
    return bool(text)


@extension("string", "length", examples=[('"héllo".length()', 5)])
def size(_: Scope, text: str, __: Arguments) -> int:
    """Count its units."""
    return length(text)


@extension("string", "hash", examples=[('"a".hash()', "0cc175b9c0f1b6a831c399e269772661")])
def hash_(_: Scope, text: str, given: Arguments) -> str:
    """Hash as hexadecimal text; md5 unless told otherwise."""
    name = to_string(argument(given, 0, "md5")).lower()
    if name == "base64":
        return base64.b64encode(text.encode()).decode()
    if name not in _HASHES:
        raise ExpressionError(f"Unknown algorithm {name}. Available algorithms are: {', '.join(_HASHES)}, base64")
    return _HASHES[name](text.encode()).hexdigest()


@extension("string", "removeTags", examples=[('"<b>x</b>".removeTags()', "x")])
def remove_tags(_: Scope, text: str, __: Arguments) -> str:
    """Drop HTML tags."""
    return re.sub(r"<[^>]*>?", "", text)


@extension("string", "removeMarkdown", examples=[('"# *a* [b](c)".removeMarkdown()', "a b")])
def remove_markdown(_: Scope, text: str, __: Arguments) -> str:
    """Drop Markdown and HTML marks."""
    for pattern, other in _MARKS:
        text = pattern.sub(other, text)
    return text


@extension("string", "urlEncode", examples=[('"a b&c".urlEncode()', "a%20b%26c")])
def url_encode(_: Scope, text: str, given: Arguments) -> str:
    """Encode for a URL; true leaves what a whole address needs."""
    return quote(text, safe="-_.!~*'()" + (";/?:@&=+$,#" if truthy(argument(given, 0, False)) else ""))


@extension("string", "urlDecode", examples=[('"a%20b".urlDecode()', "a b")])
def url_decode(_: Scope, text: str, given: Arguments) -> str:
    """Decode from a URL; true leaves encoded what has a meaning in a whole address."""
    if truthy(argument(given, 0, False)):
        text = _RESERVED.sub(r"%25\1", text)
    if _BROKEN.search(text):
        raise JavaScriptError("URIError", "URI malformed")
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise JavaScriptError("URIError", "URI malformed") from None


@extension("string", "quote", examples=[("'a\"b'.quote()", '"a\\"b"')])
def quoted(_: Scope, text: str, given: Arguments) -> str:
    """Wrap in quotes, escaping those inside."""
    mark = to_string(argument(given, 0, '"'))
    if not mark:
        raise JavaScriptError("SyntaxError", "nothing to repeat")
    return mark + text.replace("\\", "\\\\").replace(mark, "\\" + mark) + mark


@extension("string", "replaceSpecialChars", examples=[('"déjà".replaceSpecialChars()', "deja")])
def replace_special(_: Scope, text: str, __: Arguments) -> str:
    """Replace accented letters by plain ones."""
    parts = unicodedata.normalize("NFD", "".join(_SPECIAL.get(char, char) for char in text))
    return "".join(char for char in parts if not unicodedata.combining(char))


@extension("string", "isNumeric", examples=[('"4.2".isNumeric()', True)])
def is_numeric(_: Scope, text: str, __: Arguments) -> bool:
    """Say whether it is a number."""
    return bool(text) and " " not in text and (value := text_number(text)) == value


@extension("string", "toJsonString", examples=[("'a'.toJsonString()", '"a"')])
def to_json(_: Scope, text: str, __: Arguments) -> Any:
    """Write as JSON."""
    return stringify(text)


@extension("string", "parseJson", examples=[("'[1]'.parseJson()", [1])])
def parse_json(_: Scope, text: str, __: Arguments) -> Any:
    """Read as JSON."""
    try:
        return parse(text)
    except JavaScriptError:
        hint = ". Check you're using double quotes" if "'" in text else ""
        raise ExpressionError(f"Parsing failed{hint}", hint="the text is not valid JSON") from None


@extension("string", "base64Encode", examples=[("'a'.base64Encode()", "YQ==")])
def encode64(_: Scope, text: str, __: Arguments) -> str:
    """Encode as base64."""
    return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()


@extension("string", "base64Decode", examples=[("'YQ=='.base64Decode()", "a")])
def decode64(_: Scope, text: str, __: Arguments) -> str:
    """Decode from base64, leniently."""
    kept = re.sub(r"[^A-Za-z0-9+/]", "", text.replace("-", "+").replace("_", "/"))
    kept = kept[:-1] if len(kept) % 4 == 1 else kept
    return base64.b64decode(kept + "=" * (-len(kept) % 4)).decode("utf-8", "replace")


@extension("string", "toBoolean", examples=[('"no".toBoolean()', False)])
def to_boolean(_: Scope, text: str, __: Arguments) -> bool:
    """Read as a boolean."""
    return text.lower() not in _FALSE


@extension("string", "toInt", "toWholeNumber", examples=[('"1.9".toInt()', 1)])
def to_int(_: Scope, text: str, given: Arguments) -> float:
    """Read a whole number from its start; raise where there is none."""
    value = parse_int([text, argument(given, 0)])
    if value != value:
        raise ExpressionError("cannot convert to integer", hint=f"{text[:40]!r} does not start with a number")
    return value


@extension("string", "toFloat", "toDecimalNumber", examples=[('"1.9".toFloat()', 1.9)])
def to_float(_: Scope, text: str, __: Arguments) -> float:
    """Read a number from its start; raise where there is none, or a comma that could be a decimal sign."""
    if "," in text:
        raise ExpressionError("cannot convert to float, expected . as decimal separator")
    value = parse_float([text])
    if value != value:
        raise ExpressionError("cannot convert to float", hint=f"{text[:40]!r} does not start with a number")
    return value


@extension("string", "toNumber", examples=[('"1.9".toNumber()', 1.9)])
def to_number(_: Scope, text: str, __: Arguments) -> float:
    """Read as a number; raise where it is none."""
    value = text_number(text)
    if value != value:
        raise ExpressionError("cannot convert to number", hint=f"{text[:40]!r} is not a number")
    return value


@extension("string", "toDate", examples=[('"2024-01-02".toDate().toISOString()', "2024-01-02T00:00:00.000Z")])
def to_date(_: Scope, text: str, __: Arguments) -> JSDate:
    """Read as a Date."""
    value = JSDate(parse_date(text))
    if not value.valid:
        raise ExpressionError("cannot convert to date", hint=f"{text[:40]!r} is not a date")
    return value


@extension("string", "toDateTime", examples=[('"2024-01-02T03:04:05Z".toDateTime().toMillis()', 1704164645000)])
def to_datetime(scope: Scope, text: str, given: Arguments) -> DateTime:
    """Read as a DateTime: ISO 8601 or a Date's text; by a format; or a count of ms, s, us or Excel's days."""
    pattern = argument(given, 0)
    if isinstance(pattern, str) and pattern in EPOCHS:
        return since_epoch(text_number(text), pattern, scope.zone)
    if isinstance(pattern, str) and pattern:
        return parse_format(text, pattern, scope.zone, scope.now)
    spaced = _SQL.fullmatch(text)
    value = parse_iso(f"{spaced[1]}T{spaced[2]}{spaced[3] or ''}" if spaced else text, scope.zone, scope.now, keep=True)
    value = value if value.valid else DateTime(parse_date(text), scope.zone)
    if not value.valid:
        raise ExpressionError(
            "cannot convert to Luxon DateTime",
            hint=f"{text[:40]!r} is not a date; say its format: .toDateTime('dd.MM.yyyy')",
        )
    return value
