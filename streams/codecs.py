"""Codecs: values of the log as bytes, with a header, compression and upcasters for older records.

Flow: frames, events, replies, rows → **codecs** → records of the log, and back.

A record is four bytes (magic, format version of its type, flags) and a payload: JSON, or msgpack where a type
carries bytes; compressed above 4 KB.
"""

import importlib
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

from schemas.collaboration import Edit, Presence
from schemas.errors import UserError
from schemas.task import DeadLetter, Reply, ReplyFrame

T = TypeVar("T")
Upcaster = Callable[[Any], Any]

MAGIC = b"\x9cM"
HEADER = 4
COMPRESS_ABOVE = 4096
DECODED_MAX = 64 << 20

_MSGPACK = 0b0000_0001
_LZ4 = 0b0000_0010
_ZSTD = 0b0000_0100
_KNOWN = _MSGPACK | _LZ4 | _ZSTD

BINARY_TYPES: frozenset[type] = frozenset({Reply, ReplyFrame, DeadLetter, Edit, Presence})
VERSIONS: dict[type, int] = {}
"""The format version of a type, where it is not 1."""
UPCASTERS: dict[tuple[type, int], Upcaster] = {}
"""How a decoded value (plain dicts and lists) of an older version becomes one of the next."""

_json = msgspec.json.Encoder()
_msgpack = msgspec.msgpack.Encoder()


class Undecodable(UserError):
    """Bytes that are no record of ours, or of a release that we do not know."""


def encode(value: msgspec.Struct) -> bytes:
    """Give a value as the bytes of a record."""
    kind = type(value)
    if kind in BINARY_TYPES:
        return _seal(_msgpack.encode(value), VERSIONS.get(kind, 1), _MSGPACK)
    return _seal(_json.encode(value), VERSIONS.get(kind, 1), 0)


def seal_json(payload: bytes, kind: type) -> bytes:
    """Give JSON that was already encoded as a record of ``kind``."""
    return _seal(payload, VERSIONS.get(kind, 1), 0)


def decode(data: bytes, type_: type[T]) -> T:
    """Read a record; raise Undecodable where it is none of ``type_``."""
    payload, version, flags = _open(data)
    current = VERSIONS.get(type_, 1)
    try:
        if version == current:
            return cast(T, _decoder(cast(Any, type_), flags & _MSGPACK).decode(payload))
        return _upcast(payload, type_, version, current, flags)
    except (msgspec.MsgspecError, UnicodeDecodeError) as bad:
        raise Undecodable(f'could not decode a record as "{_name(type_)}": {bad}') from None


def _open(data: bytes) -> tuple[bytes, int, int]:
    if len(data) < HEADER or data[:2] != MAGIC:
        raise Undecodable("could not decode a record: it does not start with our mark")
    flags = data[3]
    if flags & ~_KNOWN:
        raise Undecodable("could not decode a record: it was written by a newer release")
    payload = data[HEADER:]
    if flags & (_LZ4 | _ZSTD):
        payload = _expand(payload, flags)
    return payload, data[2], flags


def _seal(payload: bytes, version: int, flags: int) -> bytes:
    if len(payload) > COMPRESS_ABOVE:
        packer = _lz4()
        packed: bytes | None = packer.compress(payload, store_size=True) if packer is not None else None
        if packed is None and (packer := _zstd()) is not None:
            packed = packer.compress(payload, 1)
            if len(packed) < len(payload):
                return MAGIC + bytes((version, flags | _ZSTD)) + packed
        elif packed is not None and len(packed) < len(payload):
            return MAGIC + bytes((version, flags | _LZ4)) + packed
    return MAGIC + bytes((version, flags)) + payload


def _expand(payload: bytes, flags: int) -> bytes:
    packer = _lz4() if flags & _LZ4 else _zstd()
    if packer is None:
        name = "lz4" if flags & _LZ4 else "zstd"
        raise Undecodable(f'could not decode a record: "{name}" is not installed', hint=f'install the package "{name}"')
    try:
        if flags & _LZ4:
            if len(payload) < 4 or int.from_bytes(payload[:4], "little") > DECODED_MAX:
                raise Undecodable("could not decode a record: it expands beyond 64 MB")
            return cast(bytes, packer.decompress(payload))
        reader = packer.ZstdDecompressor()
        expanded = cast(bytes, reader.decompress(payload, DECODED_MAX))
    except Undecodable:
        raise
    except Exception as bad:  # each library has an error of its own
        raise Undecodable(f"could not expand a record: {bad}") from None
    if not reader.eof:
        raise Undecodable("could not decode a record: it is cut off or expands beyond 64 MB")
    return expanded


def _upcast(payload: bytes, type_: type[T], version: int, current: int, flags: int) -> T:
    if version > current:
        raise Undecodable(f'could not decode a record as "{_name(type_)}": it was written by a newer release')
    value = msgspec.msgpack.decode(payload) if flags & _MSGPACK else msgspec.json.decode(payload)
    for step in range(version, current):
        upcaster = UPCASTERS.get((type_, step))
        if upcaster is None:
            raise Undecodable(f'could not decode a record as "{_name(type_)}": nothing reads version {step} of it')
        value = upcaster(value)
    builtin = (bytes,) if flags & _MSGPACK else ()
    return msgspec.convert(value, type_, builtin_types=builtin)


def _name(type_: Any) -> str:
    return getattr(type_, "__name__", str(type_))  # a union has no name


@cache
def _decoder(type_: Any, binary: int) -> Any:
    return msgspec.msgpack.Decoder(type_) if binary else msgspec.json.Decoder(type_)


@cache
def _lz4() -> Any:
    try:
        return importlib.import_module("lz4.block")
    except ImportError:
        return None


@cache
def _zstd() -> Any:
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    return None
