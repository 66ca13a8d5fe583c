"""Encodings: text to bytes and back, by the names that iconv-lite and Node use.

Flow: name + text or bytes → **encodings** → bytes or text.
What cannot be written becomes `?`, what cannot be read U+FFFD.
"""

import base64
import binascii
import codecs
import re
from functools import cache

from charset_normalizer import from_bytes

from nodes.files.code_pages import LOW, UPPER
from schemas.errors import NodeError

SAMPLE = 64 * 1024
NAMES = ("idna", "punycode", "undefined")  # encodings of host names, slow on longer text, and one that always fails
_ALIASES = {
    "utf8": "utf-8",
    "ucs2": "utf-16-le",
    "utf16le": "utf-16-le",
    "utf16be": "utf-16-be",
    "utf32le": "utf-32-le",
    "utf32be": "utf-32-be",
    "utf7": "utf-7",
    "binary": "latin-1",
    "latin1": "latin-1",
    "hproman8": "hp_roman8",
    "koi8r": "koi8-r",
    "koi8t": "koi8_t",
    "koi8u": "koi8-u",
    "maccenteuro": "mac_latin2",
    "maccroatian": "mac_croatian",
    "macromania": "mac_romanian",
    "macthai": "iso8859_11",
    "cp808": "cp866",
    "windows874": "cp874",
    "macintosh": "mac_roman",
}
_NO_BASE64 = re.compile(r"[^A-Za-z0-9+/_-]")
_MARKS = {"utf-8": "utf8", "utf-16-le": "ucs2", "utf-16-be": "utf16be", "utf-32-le": "utf32le", "utf-32-be": "utf32be"}
_BOMS = (
    (codecs.BOM_UTF8, "utf8"),
    (codecs.BOM_UTF32_LE, "utf32le"),
    (codecs.BOM_UTF32_BE, "utf32be"),
    (codecs.BOM_UTF16_LE, "ucs2"),
    (codecs.BOM_UTF16_BE, "utf16be"),
)


def encode(text: str, encoding: str = "utf8", *, bom: bool = False) -> bytes:
    """Write text as bytes; raise NodeError for an unknown encoding, or text that is not base64 where it must be."""
    name = _plain(encoding)
    match name:
        case "base64":
            return unbase64(text)
        case "hex":
            return _unhex(text)
        case "cesu8":
            return _cesu8(("\ufeff" if bom else "") + text)
        case "utf7imap":
            return _imap(text)
        case "utf16":
            return codecs.BOM_UTF16_LE + text.encode("utf-16-le", "surrogatepass")
        case "utf32":
            return codecs.BOM_UTF32_LE + text.encode("utf-32-le", "replace")
    if _table(name):
        return codecs.charmap_encode(text, "replace", _reverse(name))[0]
    codec = _codec(name, encoding)
    marked = "\ufeff" + text if bom and codec in _MARKS else text
    return marked.encode(codec, "surrogatepass" if codec == "utf-16-le" else "replace")


def decode(data: bytes, encoding: str = "utf8", *, keep_bom: bool = False) -> str:
    """Read bytes as text; a byte order mark is dropped unless it is kept."""
    name = _plain(encoding)
    match name:
        case "base64":
            return base64.b64encode(data).decode()
        case "hex":
            return data.hex()
        case "cesu8":
            found = data.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            return found if keep_bom else found.removeprefix("\ufeff")
        case "utf7imap":
            return _unimap(data)
        case "utf16" | "utf32":
            marked = next((codec for mark, codec in _BOMS if data.startswith(mark) and codec[3:5] == name[3:5]), None)
            name = marked or ("ucs2" if name == "utf16" else "utf32le")
    if _table(name):
        return codecs.charmap_decode(data, "replace", _table(name))[0]
    found = data.decode(_codec(name, encoding), "replace")
    return found if keep_bom else found.removeprefix("\ufeff")


def detect(data: bytes) -> str:
    """Guess the encoding of a text: by its byte order mark, UTF-8 where it is valid, else by its letters."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return name
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        best = from_bytes(data[:SAMPLE]).best()
        return best.encoding if best else "windows1252"
    return "utf8"


def unbase64(text: str) -> bytes:
    """Read base64, of either alphabet, with or without its padding; raise NodeError for anything else."""
    plain = re.sub(r"\s", "", text).rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise NodeError("the text is not valid base64", hint="give text that was encoded as base64") from None


def loose_base64(text: str) -> bytes:
    """Read base64 as Node.js does: what is no letter of either alphabet is passed over, and `=` ends it."""
    plain = _NO_BASE64.sub("", text.partition("=")[0]).translate(str.maketrans("-_", "+/"))
    if len(plain) % 4 == 1:
        plain = plain[:-1]
    return base64.b64decode(plain + "=" * (-len(plain) % 4))


def _unhex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise NodeError("the text is not valid hex") from None


def _plain(encoding: str) -> str:
    return re.sub(r"[^a-z0-9]", "", encoding.lower())


def _codec(name: str, given: str) -> str:
    name = _ALIASES.get(name, name)
    if found := re.fullmatch(r"windows(\d+)", name):
        name = f"cp{found[1]}"
    if found := re.fullmatch(r"iso8859(\d+)", name):
        name = f"iso8859_{found[1]}"
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        codec = None
    if codec is None or codec.name in NAMES or not getattr(codec, "_is_text_encoding", False):
        raise NodeError(f'unknown encoding "{given}"', field="options.encoding")
    return codec.name


def _table(name: str) -> str:
    if name not in UPPER and name not in LOW:
        return ""
    return _tables(name)


@cache
def _tables(name: str) -> str:
    low = [chr(at) for at in range(128)]
    for at, letter in LOW.get(name, {}).items():
        low[at] = letter
    return "".join(low) + UPPER.get(name, "\ufffd" * 128)


@cache
def _reverse(name: str) -> dict[int, int]:
    return {ord(letter): at for at, letter in reversed(list(enumerate(_tables(name)))) if letter != "\ufffd"}


def _cesu8(text: str) -> bytes:
    units = text.encode("utf-16-be", "surrogatepass")
    pairs = (chr(units[at] << 8 | units[at + 1]) for at in range(0, len(units), 2))
    return "".join(pairs).encode("utf-8", "surrogatepass")


def _imap(text: str) -> bytes:
    """Write modified UTF-7 (RFC 3501): runs that are not printable ASCII between `&` and `-`."""

    def run(found: re.Match[str]) -> str:
        if found[0] == "&":
            return "&-"
        packed = base64.b64encode(found[0].encode("utf-16-be", "surrogatepass")).decode()
        return f"&{packed.rstrip('=').replace('/', ',')}-"

    return re.sub(r"&|[^\x20-\x7e]+", run, text).encode("ascii")


def _unimap(data: bytes) -> str:
    def run(found: re.Match[str]) -> str:
        packed = found[1].replace(",", "/")
        return base64.b64decode(packed + "=" * (-len(packed) % 4)).decode("utf-16-be", "replace") if packed else "&"

    return re.sub(r"&([A-Za-z0-9+,]*)-", run, data.decode("ascii", "replace"))
