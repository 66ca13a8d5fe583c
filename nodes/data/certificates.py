"""Certificates: PEM texts made into what a TLS connection needs.

Flow: credential → **certificates** → TLS context → http client.
"""

import secrets
import ssl
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from nodes.sdk.context import Certificate
from schemas.errors import UserError


def tls_context(shown: Certificate, verify: bool) -> ssl.SSLContext:
    """Make a TLS context; raise UserError where a text is not what it should be. It touches the disk."""
    context = ssl.create_default_context()
    try:
        if shown.authority.strip():
            context.load_verify_locations(cadata=_lines(shown.authority))
        if shown.certificate.strip():
            _load(context, shown)
    except (ssl.SSLError, ValueError, TypeError) as bad:
        raise UserError(
            f"the TLS certificate of the credential cannot be used: {_reason(bad)}",
            hint="certificate, key and authority are PEM texts, and the passphrase is the key's",
        ) from None
    if not verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _load(context: ssl.SSLContext, shown: Certificate) -> None:
    """Load certificate and key. Python takes files alone: the key is in one under a passphrase that nobody else has."""
    passphrase = secrets.token_hex(32)
    key = load_pem_private_key(_lines(shown.key).encode(), shown.passphrase.encode() or None)
    sealed = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase.encode()))
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        Path(file.name).write_bytes(_lines(shown.certificate).encode() + b"\n" + sealed)
        context.load_cert_chain(file.name, password=passphrase)


def _lines(text: str) -> str:
    """Give a PEM text with its line breaks, also where they were written as backslash and n."""
    return text.replace("\\n", "\n")


def _reason(bad: Exception) -> str:
    return str(getattr(bad, "reason", None) or bad).lower() or "it is no PEM text"
