"""Tests of encodings: every name of n8n's list, marks, and what cannot be written.

Flow: text + name → encode → decode → **here**.
"""

import pytest

from nodes.files.encodings import decode, detect, encode
from schemas.errors import NodeError

NAMES = (  # noqa: SIM905  # a hundred lines else
    "armscii8 ascii big5hkscs binary cesu8 cp1046 cp1124 cp1125 cp1129 cp1133 cp1161 cp1162 cp1163 cp437 cp720 "
    "cp737 cp775 cp808 cp850 cp852 cp855 cp856 cp857 cp858 cp860 cp861 cp862 cp863 cp864 cp865 cp866 cp869 cp922 cp936 "
    "cp949 cp950 eucjp gb18030 gbk georgianacademy georgianps hproman8 iso646cn iso646jp iso88591 iso885910 iso885911 "
    "iso885913 iso885914 iso885915 iso885916 iso88592 iso88593 iso88594 iso88595 iso88596 iso88597 iso88598 iso88599 "
    "koi8r koi8ru koi8t koi8u maccenteuro maccroatian maccyrillic macgreek maciceland macintosh macroman macromania "
    "macthai macturkish macukraine mik pt154 rk1048 shiftjis tcvn tis620 ucs2 utf16 utf16be utf32 utf32be utf32le utf7 "
    "utf7imap utf8 viscii windows1250 windows1251 windows1252 windows1253 windows1254 windows1255 windows1256 "
    "windows1257 windows1258 windows874 latin1 ucs-2 utf-8 utf16le"
).split()
UNICODE = ["utf8", "cesu8", "ucs2", "utf16", "utf16be", "utf32", "utf32be", "utf32le", "utf7", "utf7imap", "gb18030"]


@pytest.mark.parametrize("name", NAMES)
def test_every_encoding_is_known(name: str) -> None:
    assert decode(encode("Plain text 123", name), name) == "Plain text 123"


@pytest.mark.parametrize("name", UNICODE)
def test_unicode_encodings_hold_everything(name: str) -> None:
    assert decode(encode("a & Ж 株 🐛", name), name) == "a & Ж 株 🐛"


@pytest.mark.parametrize(
    ("name", "text", "data"),
    [
        pytest.param("windows1256", "ابت", b"\xc7\xc8\xca", id="windows1256"),
        pytest.param("mik", "Жук", b"\x86\xb3\xaa", id="mik"),
        pytest.param("viscii", "Ạ", b"\x80", id="viscii"),
        pytest.param("koi8ru", "ґ", b"\xad", id="koi8ru"),
        pytest.param("iso646jp", "¥", b"\x5c", id="iso646jp"),
        pytest.param("base64", "aGk=", b"hi", id="base64"),
        pytest.param("hex", "6869", b"hi", id="hex"),
        pytest.param("cesu8", "🐛", b"\xed\xa0\xbd\xed\xb0\x9b", id="cesu8"),
        pytest.param("utf7imap", "~peter/台北&", b"~peter/&U,BTFw-&-", id="utf7imap"),
        pytest.param("utf16", "a", b"\xff\xfea\x00", id="utf16"),
    ],
)
def test_bytes(name: str, text: str, data: bytes) -> None:
    assert encode(text, name) == data
    assert decode(data, name) == text


def test_what_cannot_be_written_becomes_a_question_mark() -> None:
    assert encode("Příliš", "ascii") == b"P??li?"
    assert encode("ж", "armscii8") == b"?"


def test_marks() -> None:
    marked = encode("a", "utf8", bom=True)

    assert marked == b"\xef\xbb\xbfa"
    assert decode(marked) == "a"
    assert decode(marked, keep_bom=True) == "\ufeffa"


@pytest.mark.parametrize("name", ["klingon", "rot13", "zlib", "", "\0"])
def test_unknown_encodings_are_refused(name: str) -> None:
    with pytest.raises(NodeError, match="unknown encoding"):
        encode("a", name)
    with pytest.raises(NodeError, match="unknown encoding"):
        decode(b"a", name)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param("žluťoučký kůň".encode(), "žluťoučký kůň", id="utf-8"),
        pytest.param("\ufeffab".encode("utf-16-le"), "ab", id="utf-16 by its mark"),
        pytest.param("Съешь же ещё этих мягких французских булок".encode("cp1251"), "Съешь же ещё этих мягких "
                     "французских булок", id="by its letters"),
    ],
)  # fmt: skip
def test_detects(data: bytes, text: str) -> None:
    assert decode(data, detect(data)) == text
