"""TOTP: the one-time password of this moment.

Flow: any node → **totp** → any node.  One item out per item in.
"""

import binascii
import hashlib
from typing import Literal

import pyotp

from nodes.sdk import Credentials, Example, Field, Item, Items, NodeError, NodeParams, Parameters, Run, node, using
from nodes.sdk.ports import error_item
from schemas.errors import MillraceError


class TotpOptions(NodeParams):
    """Rarely needed choices."""

    algorithm: Literal[
        "SHA1", "SHA224", "SHA256", "SHA3-224", "SHA3-256", "SHA3-384", "SHA3-512", "SHA384", "SHA512"
    ] = Field("SHA1", description="Digest.")
    digits: int = Field(6, ge=1, le=10, description="Length of the password.")
    period: int = Field(30, ge=1, description="Seconds that it is valid.")


class Totp(NodeParams):
    """What to do."""

    operation: Literal["generateSecret"] = Field("generateSecret", description="What to do.")
    options: TotpOptions = TotpOptions()


@using("totpApi")
@node(
    "totp",
    group="transform",
    title="TOTP",
    examples=[
        Example(title="no items, no passwords", given=[], then=[]),
        Example(title="a credential is needed", fails='no credential of type "totpApi"'),
    ],
)
async def totp(parameters: Parameters[Totp], items: Items, run: Run, credentials: Credentials) -> Items:
    """Generate a time-based one-time password."""
    made: Items = []
    for index in range(len(items)):
        try:
            options = parameters(index).options
            secret = str((await credentials.get("totpApi")).get("secret", ""))
            seconds = run.now // 1000
            token = _token(secret, options, seconds)
            left = options.period - seconds % options.period
            made.append(Item(json={"token": token, "secondsRemaining": left}, paired=index))
        except MillraceError as bad:
            if not run.continue_on_fail:
                raise
            made.append(error_item(bad, index))
    return made


def _token(secret: str, options: TotpOptions, seconds: int) -> str:
    digest = getattr(hashlib, options.algorithm.lower().replace("-", "_"))
    try:
        return pyotp.TOTP(secret.replace(" ", ""), options.digits, digest, interval=options.period).at(seconds)
    except (binascii.Error, ValueError):
        raise NodeError("the credential's secret is not valid", hint="it is written in Base32") from None
