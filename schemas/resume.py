"""Resume tokens: what makes the address of a waiting execution unguessable and binds it to a version.

Flow: worker writes a token into `$execution.resumeUrl` → whoever is told → gateway reads it back.
"""

import base64
import hmac
import uuid
from collections.abc import Callable

RESUME_PREFIX = "/w-wait/"
PURPOSE = "resume"
SIGNATURE_BYTES = 16

Sign = Callable[[bytes, str], bytes]
"""Signs data for a purpose with the installation's key; the same data and purpose give the same signature."""


def write_resume_token(execution: str, version: str, sign: Sign) -> str:
    """Make the token of an execution of a version: ``<execution>.<version>.<signature>``, safe in a path."""
    named = f"{_pack(uuid.UUID(execution).bytes)}.{_pack(version.encode())}"
    return f"{named}.{_pack(sign(named.encode(), PURPOSE)[:SIGNATURE_BYTES])}"


def read_resume_token(token: str, sign: Sign) -> tuple[str, str] | None:
    """Give execution and version, or None for a text that was not made with this key."""
    named, _, signature = token.rpartition(".")
    expected = _pack(sign(named.encode("utf-8", "replace"), PURPOSE)[:SIGNATURE_BYTES])
    if not hmac.compare_digest(signature.encode("utf-8", "replace"), expected.encode()):
        return None
    execution, _, version = named.partition(".")
    return str(uuid.UUID(bytes=_unpack(execution))), _unpack(version).decode()


def _pack(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unpack(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
