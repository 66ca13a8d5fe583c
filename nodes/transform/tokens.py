"""Tokens: JSON web tokens, signed and read.

Flow: jwt → **tokens** → text, claims.
"""

import base64
import binascii
import warnings
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey, RSAKey

from nodes.sdk import NodeError

Algorithm = Literal[
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512"
]  # fmt: skip
Key = OctKey | RSAKey | ECKey


@dataclass(frozen=True, slots=True)
class Token:
    """A token taken apart."""

    header: dict[str, Any]
    payload: dict[str, Any]
    signature: str


def sign(header: dict[str, Any], payload: dict[str, Any], algorithm: Algorithm, secret: dict[str, Any]) -> str:
    """Sign claims with a credential's secret or private key."""
    head = {"alg": algorithm, "typ": "JWT", **{name: value for name, value in header.items() if name != "alg"}}
    key = _key(algorithm, secret, "privateKey")
    try:
        return jws.serialize_compact(head, msgspec.json.encode(payload), key, algorithms=[algorithm])
    except (JoseError, ValueError, TypeError):
        raise NodeError(f'the key cannot sign with "{algorithm}"', hint="choose the algorithm of the key") from None


def verify(token: str, algorithm: Algorithm, secret: dict[str, Any]) -> Token:
    """Check a token's signature with a credential's secret or public key; raise NodeError where it does not fit."""
    found = take_apart(token)
    key = _key(algorithm, secret, "publicKey")
    try:
        jws.deserialize_compact(token.strip(), key, algorithms=[algorithm])
    except (JoseError, ValueError, TypeError):
        raise NodeError("the token's signature is not valid", hint="check the key and the algorithm") from None
    return found


def check_times(payload: dict[str, Any], now: float, *, tolerance: float, expiry: bool, start: bool) -> None:
    """Refuse a token that has expired, or is not valid yet; ``now`` in seconds."""
    for name, asked in (("exp", expiry), ("nbf", start)):
        value = payload.get(name)
        if not asked or value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise NodeError(f'the token\'s "{name}" is not a number')
        if name == "exp" and now >= value + tolerance:
            raise NodeError("the token has expired", detail={"exp": value})
        if name == "nbf" and now < value - tolerance:
            raise NodeError("the token is not valid yet", detail={"nbf": value})


def take_apart(token: str) -> Token:
    """Read a token without checking it."""
    parts = token.strip().split(".")
    if len(parts) != 3:
        raise NodeError("the text is no JSON web token", field="token", hint="it has three parts with dots between")
    return Token(_object(parts[0]), _object(parts[1]), parts[2])


def _object(part: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, msgspec.DecodeError):
        found = None
    if not isinstance(found, dict):
        raise NodeError("the text is no JSON web token", field="token", hint="its parts hold JSON objects")
    return found


def _key(algorithm: str, secret: dict[str, Any], name: str) -> Key:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a short secret is the user's own choice
        try:
            if algorithm.startswith("HS"):
                return OctKey.import_key(str(secret.get("secret", "")))
            pem = str(secret.get(name) or "").replace("\\n", "\n")
            return ECKey.import_key(pem) if algorithm.startswith("ES") else RSAKey.import_key(pem)
        except (JoseError, ValueError, TypeError):
            raise NodeError(f'the credential has no key for "{algorithm}"', hint="check the key and its type") from None
