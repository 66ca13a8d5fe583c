"""Keyring: what is secret is kept under seal, AES-256-GCM in an envelope.

Flow: plain text → **keyring** → seal in the catalog → **keyring** → plain text, only where and when it is used.
Each text has a key of its own; that key is wrapped by the installation's. A seal opens only for what it was made for.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping, Sequence

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas.errors import UserError
from schemas.vault import Sealed

KEY_BYTES = 32
NONCE_BYTES = 12
SET_KEY = "set MILLRACE_KEY to the same key in every process"


class Keyring:
    """The installation's keys: the first one seals, all of them open."""

    def __init__(self, keys: Sequence[bytes] = ()) -> None:
        self._keys: Mapping[str, bytes] = {key_id(key): key for key in keys}
        self._current = key_id(keys[0]) if keys else None

    @property
    def locked(self) -> bool:
        """Say whether there is no key at all."""
        return self._current is None

    def seal(self, plain: bytes, purpose: str) -> Sealed:
        """Seal a text for a purpose, such as the id of its credential; raise UserError where there is no key."""
        if self._current is None:
            raise UserError("this process has no key to keep secrets with", hint=SET_KEY)
        own = AESGCM.generate_key(bit_length=8 * KEY_BYTES)
        bound = purpose.encode()
        return Sealed(self._current, _encrypt(self._keys[self._current], own, bound), _encrypt(own, plain, bound))

    def open(self, sealed: Sealed, purpose: str) -> bytes:
        """Open a seal; raise UserError where its key is not here or it was made for something else."""
        key = self._keys.get(sealed.key)
        if key is None:
            raise UserError(f'a secret is sealed with key "{sealed.key}", which this process has not', hint=SET_KEY)
        try:
            return _decrypt(_decrypt(key, sealed.wrapped, purpose.encode()), sealed.text, purpose.encode())
        except (InvalidTag, ValueError):
            raise UserError("a seal is damaged, or belongs to something else", hint="enter the secret again") from None

    def sign(self, data: bytes, purpose: str) -> bytes:
        """Sign data for a purpose, always alike; raise UserError where there is no key."""
        if self._current is None:
            raise UserError("this process has no key to sign with", hint=SET_KEY)
        own = hmac.digest(self._keys[self._current], b"sign " + purpose.encode(), "sha256")
        return hmac.digest(own, data, "sha256")

    def write_token(self, value: Mapping[str, object], purpose: str) -> str:
        """Make a text that only this installation can make and read."""
        sealed = self.seal(msgspec.json.encode(value), purpose)
        return base64.urlsafe_b64encode(msgspec.msgpack.encode(sealed)).decode().rstrip("=")

    def read_token(self, token: str, purpose: str) -> dict[str, object]:
        """Read such a text; raise UserError where it is none."""
        try:
            data = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            sealed = msgspec.msgpack.decode(data, type=Sealed)
        except (ValueError, binascii.Error, msgspec.DecodeError):
            raise UserError("this token was not made here") from None
        return msgspec.json.decode(self.open(sealed, purpose), type=dict[str, object])


def read_keys(text: str) -> list[bytes]:
    """Read keys as Base64 or hexadecimal, with commas between; raise ValueError saying what a key is."""
    return [_key(part.strip()) for part in text.split(",") if part.strip()]


def new_key() -> str:
    """Make a key, as text."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def key_id(key: bytes) -> str:
    """Name a key without telling it."""
    return hashlib.sha256(b"millrace key " + key).hexdigest()[:12]


def _key(text: str) -> bytes:
    for read in (bytes.fromhex, base64.b64decode):
        try:
            found = read(text.replace("-", "+").replace("_", "/"))
        except ValueError:
            continue
        if len(found) == KEY_BYTES:
            return found
    raise ValueError("a key is 32 random bytes in Base64, such as `openssl rand -base64 32` gives")


def _encrypt(key: bytes, plain: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound)


def _decrypt(key: bytes, data: bytes, bound: bytes) -> bytes:
    return AESGCM(key).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], bound)
