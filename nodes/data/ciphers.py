"""Ciphers: digests, signatures and encryption of text, by the names that people know them by.

Flow: crypto → **ciphers** → bytes.
"""

import base64
import binascii
import hashlib
import os
import re
from typing import Literal

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from nodes.sdk import NodeError

Digest = Literal["MD5", "SHA1", "SHA256", "SHA3-256", "SHA3-384", "SHA3-512", "SHA384", "SHA512"]
Encoding = Literal["hex", "base64"]
Cipher = Literal["aes-256-gcm", "aes-192-gcm", "aes-128-gcm", "chacha20-poly1305"]
SALT, NONCE = 16, 12
_KEY_BYTES = {"aes-256-gcm": 32, "aes-192-gcm": 24, "aes-128-gcm": 16, "chacha20-poly1305": 32}
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "md5": hashes.MD5(), "sha1": hashes.SHA1(), "sha224": hashes.SHA224(), "sha256": hashes.SHA256(),  # noqa: S303
    "sha384": hashes.SHA384(), "sha512": hashes.SHA512(), "sha3224": hashes.SHA3_224(), "sha3256": hashes.SHA3_256(),
    "sha3384": hashes.SHA3_384(), "sha3512": hashes.SHA3_512(), "sha512224": hashes.SHA512_224(),
    "sha512256": hashes.SHA512_256(), "sm3": hashes.SM3(), "blake2b512": hashes.BLAKE2b(64),
    "blake2s256": hashes.BLAKE2s(32), "ssl3md5": hashes.MD5(), "ssl3sha1": hashes.SHA1(), "sha12": hashes.SHA1(),  # noqa: S303
}  # fmt: skip
_AFFIXES = re.compile(r"^id-rsassa-pkcs1-v1_5-with-|^rsa-|withrsa(encryption)?$")
_OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


def digest_name(name: Digest) -> str:
    """Give hashlib's name of a digest."""
    return name.lower().replace("-", "_")


def digest(data: bytes, name: Digest) -> bytes:
    """Hash bytes."""
    return hashlib.new(digest_name(name), data, usedforsecurity=False).digest()


def encoded(data: bytes, encoding: Encoding) -> str:
    """Write bytes as text."""
    return data.hex() if encoding == "hex" else base64.b64encode(data).decode()


def sign(data: bytes, algorithm: str, pem: str) -> bytes:
    """Sign bytes with a private key in PEM."""
    key = _private(pem)
    if isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey):
        return key.sign(data)
    method = _HASHES.get(re.sub(r"[-/]", "", _AFFIXES.sub("", algorithm.lower())))
    if method is None:
        raise NodeError(f'algorithm "{algorithm}" is not supported', field="algorithm", hint="choose RSA-SHA256")
    try:
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(data, padding.PKCS1v15(), method)
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(data, ec.ECDSA(method))
    except (ValueError, UnsupportedAlgorithm):
        raise NodeError(f'the key cannot sign with "{algorithm}"', field="algorithm") from None
    raise NodeError("the private key is of a kind that cannot sign", field="privateKey")


def encrypt(data: bytes, cipher: Cipher, passphrase: str) -> str:
    """Encrypt with a passphrase: base64 of salt, nonce, and ciphertext with its tag."""
    salt, nonce = os.urandom(SALT), os.urandom(NONCE)
    return base64.b64encode(salt + nonce + _box(cipher, passphrase, salt).encrypt(nonce, data, None)).decode()


def decrypt(source: str, cipher: Cipher, passphrase: str) -> bytes:
    """Undo ``encrypt``; raise NodeError for another passphrase or changed data."""
    data = _unbase64(source)
    salt, nonce, rest = data[:SALT], data[SALT : SALT + NONCE], data[SALT + NONCE :]
    try:
        return _box(cipher, passphrase, salt).decrypt(nonce, rest, None)
    except (InvalidTag, ValueError):
        raise NodeError("the value cannot be decrypted", hint="check the passphrase and the cipher") from None


def encrypt_for(data: bytes, pem: str) -> str:
    """Encrypt with an RSA public key in PEM (OAEP with SHA-256): base64."""
    try:
        key = serialization.load_pem_public_key(_tidy(pem).encode())
        if isinstance(key, rsa.RSAPublicKey):
            return base64.b64encode(key.encrypt(data, _OAEP)).decode()
    except (ValueError, UnsupportedAlgorithm):
        raise NodeError("the public key cannot encrypt this value", hint="it must be RSA, the value short") from None
    raise NodeError("the public key is not an RSA key")


def decrypt_with(source: str, pem: str) -> bytes:
    """Undo ``encrypt_for`` with the private key."""
    key = _private(pem)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise NodeError("the private key is not an RSA key")
    try:
        return key.decrypt(_unbase64(source), _OAEP)
    except ValueError:
        raise NodeError("the value cannot be decrypted", hint="check the private key") from None


def _box(cipher: Cipher, passphrase: str, salt: bytes) -> AESGCM | ChaCha20Poly1305:
    key = Scrypt(salt=salt, length=_KEY_BYTES[cipher], n=2**14, r=8, p=1).derive(passphrase.encode())
    return ChaCha20Poly1305(key) if cipher == "chacha20-poly1305" else AESGCM(key)


def _private(pem: str) -> object:
    try:
        return serialization.load_pem_private_key(_tidy(pem).encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise NodeError("the private key cannot be read", hint="it is PEM without a passphrase") from None


def _tidy(pem: str) -> str:
    """Mend a PEM whose lines were joined, or whose line ends were written as \\n."""
    found = re.fullmatch(r"\s*(-----BEGIN [^-]+-----)(.*)(-----END [^-]+-----)\s*", pem.replace("\\n", "\n"), re.DOTALL)
    if not found:
        return pem
    begin, body, end = found.groups()
    text = re.sub(r"\s+", "", body)
    return "\n".join([begin, *(text[at : at + 64] for at in range(0, len(text), 64)), end, ""])


def _unbase64(source: str) -> bytes:
    try:
        return base64.b64decode(source, validate=True)
    except binascii.Error:
        raise NodeError("the value to decrypt is not base64", field="value") from None
