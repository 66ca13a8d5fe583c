"""Tests of one-time passwords, by the examples of RFC 6238."""

import pytest

from nodes.sdk import Item
from nodes.sdk.harness import FakeCredentials, Harness
from nodes.transform.totp import TotpOptions, _token, totp
from schemas.errors import NodeError

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("seconds", "token"), [(59, "94287082"), (1_111_111_109, "07081804"), (20_000_000_000, "65353130")]
)
def test_the_examples_of_the_standard(seconds: int, token: str) -> None:
    assert _token(SECRET, TotpOptions(digits=8), seconds) == token


async def test_a_bad_secret_is_refused() -> None:
    harness = Harness(totp, credentials=FakeCredentials({"totpApi": {"secret": "no base 32!"}}))

    with pytest.raises(NodeError, match="secret is not valid"):
        await harness.run({}, [[Item(json={})]])
