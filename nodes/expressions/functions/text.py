"""Text: n8n's methods on strings.

Flow: compiler → **text** → values.
"""

import base64
import hashlib
import math
import re
import unicodedata
import urllib.parse
from typing import Any
from urllib.parse import quote, unquote

from nodes.expressions.builtins.dates import parse_date
from nodes.expressions.builtins.formats import parse_iso
from nodes.expressions.builtins.globals import parse_float, parse_int
from nodes.expressions.builtins.json_text import parse, stringify
from nodes.expressions.builtins.reading import parse_format
from nodes.expressions.builtins.units import length
from nodes.expressions.coercion import text_number, to_string
from nodes.expressions.moments import DateTime, JSDate
from nodes.expressions.registry import Arguments, argument, extension
from nodes.expressions.scope import Scope
from nodes.expressions.values import UNDEFINED, JavaScriptError
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
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_EMAIL = re.compile(rf"[\w.!#$%&'*+/=?^`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})+", re.ASCII)
_URL = re.compile(
    r"(?:https?|ftp|file)://(?:www\.)?[-A-Za-z0-9@:%.+~#=_]{1,256}\b(?:[-A-Za-z0-9()@:%_+.~#?&/=]*)", re.ASCII
)
_WHOLE_URL = re.compile(r"(?:https?|ftp|file)://\S+", re.IGNORECASE)
_DOMAIN = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+(?:[A-Za-z]{2,}|[Xx][Nn]--[A-Za-z0-9-]+)", re.ASCII
)
_HOST = re.compile(
    r"(?:(?:https?|ftp|file)://|mailto:)?(?:[^\s@/]+@)?([A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)(?::\d{1,5})?(?:[/?#]\S*)?",
    re.ASCII,
)
_WORDS = re.compile(r"[A-Z]{2,}(?=[A-Z][a-z]+[0-9]*|\b)|[A-Z]?[a-z]+[0-9]*|[A-Z]+|[0-9]+")
_FALSE = frozenset({"false", "no", "0", "", "off", "n"})
_SPECIAL = {
    "ß": "ss",
    "æ": "ae",
    "Æ": "AE",
    "ø": "o",
    "Ø": "O",
    "œ": "oe",
    "Œ": "OE",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "ð": "d",
    "Þ": "TH",
    "þ": "th",
    "ı": "i",
}


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
    text = re.sub(r"^(?:\s*[-*+]\s|\s*\d+\.\s)", "", text, flags=re.MULTILINE)
    text = re.sub(r"<[^>]*>", "", text)
    text = re.sub(r"^[=-]{2,}\s*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"!\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"^\s{0,3}>\s?", "", text, flags=re.MULTILINE)
    text = re.sub(r"^#{1,6}\s*", "", text, flags=re.MULTILINE)
    text = re.sub(r"(\*{1,3}|_{1,3})(\S(?:.*?\S)?)\1", r"\2", text)
    return re.sub(r"`{1,3}([^`]*)`{1,3}", r"\1", text)


@extension("string", "toSentenceCase", examples=[('"hELLO. you".toSentenceCase()', "Hello. You")])
def sentence_case(_: Scope, text: str, __: Arguments) -> str:
    """Raise the first letter of each sentence, lower the rest."""
    return re.sub(r"(^\s*|[.!?]\s+)([^\W\d_])", lambda m: m.group(1) + m.group(2).upper(), text.lower())


@extension("string", "toTitleCase", examples=[('"quick brown fox".toTitleCase()', "Quick Brown Fox")])
def title_case(_: Scope, text: str, __: Arguments) -> str:
    """Raise the first letter of each word."""
    return re.sub(r"(^|\s|-)(\S)", lambda m: m.group(1) + m.group(2).upper(), text.lower())


@extension("string", "toSnakeCase", examples=[('"Quick Brown".toSnakeCase()', "quick_brown")])
def snake_case(_: Scope, text: str, __: Arguments) -> str:
    """Join lower-case words with underscores."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text)
    return re.sub(r"[^\w]+|_+", "_", spaced.strip(" \t\n.,!?;:'\"()[]{}-_")).strip("_").lower()


@extension("string", "urlEncode", examples=[('"a b&c".urlEncode()', "a%20b%26c")])
def url_encode(_: Scope, text: str, given: Arguments) -> str:
    """Encode for a URL; true leaves what a whole address needs."""
    return quote(text, safe="-_.!~*'()" + (";/?:@&=+$,#" if argument(given, 0, False) is True else ""))


@extension("string", "urlDecode", examples=[('"a%20b".urlDecode()', "a b")])
def url_decode(_: Scope, text: str, given: Arguments) -> str:
    """Decode from a URL."""
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise JavaScriptError("URIError", "URI malformed") from None


@extension("string", "quote", examples=[("'a\"b'.quote()", '"a\\"b"')])
def quoted(_: Scope, text: str, given: Arguments) -> str:
    """Wrap in quotes, escaping those inside."""
    mark = to_string(argument(given, 0, '"'))
    return mark + text.replace(mark, "\\" + mark) + mark


@extension("string", "replaceSpecialChars", examples=[('"déjà".replaceSpecialChars()', "deja")])
def replace_special(_: Scope, text: str, __: Arguments) -> str:
    """Replace accented letters by plain ones."""
    parts = unicodedata.normalize("NFD", "".join(_SPECIAL.get(char, char) for char in text))
    return "".join(char for char in parts if not unicodedata.combining(char))


@extension("string", "isNumeric", examples=[('"4.2".isNumeric()', True)])
def is_numeric(_: Scope, text: str, __: Arguments) -> bool:
    """Say whether it is a number."""
    return bool(text) and " " not in text and (value := text_number(text)) == value


@extension("string", "isEmail", examples=[('"a@b.co".isEmail()', True)])
def is_email(_: Scope, text: str, __: Arguments) -> bool:
    """Say whether it is an e-mail address."""
    return _EMAIL.fullmatch(text) is not None


@extension("string", "isUrl", examples=[('"https://a.co/x".isUrl()', True)])
def is_url(_: Scope, text: str, __: Arguments) -> bool:
    """Say whether it is an absolute address."""
    return _WHOLE_URL.fullmatch(text) is not None


@extension("string", "isDomain", examples=[('"a.co".isDomain()', True)])
def is_domain(_: Scope, text: str, __: Arguments) -> bool:
    """Say whether it is a domain name."""
    return _DOMAIN.fullmatch(text) is not None


@extension("string", "extractEmail", examples=[('"to a@b.co now".extractEmail()', "a@b.co")])
def extract_email(_: Scope, text: str, __: Arguments) -> Any:
    """Find the first e-mail address."""
    found = _EMAIL.search(text)
    return found.group() if found else UNDEFINED


@extension("string", "extractUrl", examples=[('"see https://a.co/x".extractUrl()', "https://a.co/x")])
def extract_url(_: Scope, text: str, __: Arguments) -> Any:
    """Find the first address."""
    found = _URL.search(text)
    return found.group() if found else UNDEFINED


@extension("string", "extractDomain", examples=[('"https://a.co/x".extractDomain()', "a.co")])
def extract_domain(_: Scope, text: str, __: Arguments) -> Any:
    """Find the domain of an address or an e-mail address."""
    email = _EMAIL.fullmatch(text)
    if email:
        return text.rpartition("@")[2]
    found = _HOST.fullmatch(text)
    return found.group(1) if found else UNDEFINED


@extension("string", "extractUrlPath", examples=[('"https://a.co/x?y".extractUrlPath()', "/x")])
def extract_path(_: Scope, text: str, __: Arguments) -> Any:
    """Find the path of an address."""
    try:
        parts = urllib.parse.urlsplit(text)
    except ValueError:
        return UNDEFINED
    return (parts.path or "/") if parts.scheme and parts.netloc else UNDEFINED


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
    """Read a whole number from its start."""
    return parse_int([text, argument(given, 0)])


@extension("string", "toFloat", "toDecimalNumber", examples=[('"1.9".toFloat()', 1.9)])
def to_float(_: Scope, text: str, __: Arguments) -> float:
    """Read a number from its start."""
    return parse_float([text.replace(",", ".") if "." not in text else text])


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
    """Read as a DateTime: ISO 8601, a Date's text, milliseconds, or by a format."""
    pattern = argument(given, 0)
    if isinstance(pattern, str) and pattern not in ("ms", "s", "us", "excel"):
        value = parse_format(text, pattern, scope.zone, scope.now)
    else:
        value = parse_iso(text, scope.zone, scope.now, keep=True)
        value = value if value.valid else DateTime(parse_date(text), scope.zone)
        if not value.valid and re.fullmatch(r"\d{9,}", text):
            value = DateTime(int(text) if len(text) < 17 else math.nan, scope.zone)
    if not value.valid:
        raise ExpressionError(
            "cannot convert to Luxon DateTime",
            hint=f"{text[:40]!r} is not a date; say its format: .toDateTime('dd.MM.yyyy')",
        )
    return value
