"""Tests of signing, verifying and decoding tokens."""

from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from nodes.sdk import Item
from nodes.sdk.harness import NOW, FakeCredentials, Harness, outputs
from nodes.transform.jwt import jwt
from nodes.transform.tokens import Token, take_apart
from schemas.errors import NodeError


def pems(key: Any) -> dict[str, str]:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return {"privateKey": private.decode(), "publicKey": public.decode()}


async def run(params: dict[str, Any], secret: dict[str, Any]) -> dict[str, Any]:
    harness = Harness(jwt, credentials=FakeCredentials({"jwtAuth": secret}))
    return outputs(await harness.run(params, [[Item(json={})]]))[0][0].json


@pytest.mark.parametrize("algorithm", ["HS256", "HS512", "RS256", "PS384", "ES256", "ES512"])
async def test_what_is_signed_verifies(algorithm: str) -> None:
    keys = {"RS": rsa, "PS": rsa, "ES": ec}.get(algorithm[:2])
    secret: dict[str, Any] = {"algorithm": algorithm, "secret": "key"}
    if keys is rsa:
        secret |= pems(rsa.generate_private_key(65537, 2048))
    elif keys is ec:
        secret |= pems(ec.generate_private_key(ec.SECP256R1() if algorithm == "ES256" else ec.SECP521R1()))

    token = (await run({"useJson": True, "claimsJson": '{"a": 1}', "options": {"kid": "k"}}, secret))["token"]
    found = await run({"operation": "verify", "token": token, "options": {"complete": True}}, secret)

    assert found["payload"] == {"a": 1, "iat": NOW // 1000}
    assert found["header"] == {"alg": algorithm, "typ": "JWT", "kid": "k"}


async def test_claims_have_their_short_names() -> None:
    claims = {"audience": "a", "expiresIn": 60, "issuer": "i", "jwtid": "j", "notBefore": 0, "subject": "s"}

    token = (await run({"claims": claims}, {"secret": "key"}))["token"]

    now = NOW // 1000
    assert take_apart(token).payload == {
        "iat": now, "aud": "a", "iss": "i", "jti": "j", "sub": "s", "exp": now + 60, "nbf": now,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("claims", "options", "text"),
    [
        pytest.param({"expiresIn": -5}, {}, "has expired", id="expired"),
        pytest.param({"notBefore": 5}, {}, "not valid yet", id="too early"),
        pytest.param({"expiresIn": -5}, {"ignoreExpiration": True}, None, id="expiry ignored"),
        pytest.param({"notBefore": 5}, {"clockTolerance": 5}, None, id="clocks may differ"),
    ],
)
async def test_times_are_checked(claims: dict[str, Any], options: dict[str, Any], text: str | None) -> None:
    token = (await run({"claims": claims}, {"secret": "key"}))["token"]
    params = {"operation": "verify", "token": token, "options": options}

    if text is None:
        assert "payload" in await run(params, {"secret": "key"})
        return
    with pytest.raises(NodeError, match=text):
        await run(params, {"secret": "key"})


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param(lambda token: token[:-2] + ("AA" if token[-2:] != "AA" else "BB"), id="other signature"),
        pytest.param(lambda token: "eyJhbGciOiJub25lIn0." + token.split(".")[1] + ".", id="no algorithm"),
    ],
)
async def test_forged_tokens_are_refused(forged: Any) -> None:
    token = (await run({}, {"secret": "key"}))["token"]

    with pytest.raises(NodeError, match="signature is not valid"):
        await run({"operation": "verify", "token": forged(token)}, {"secret": "key"})


async def test_a_token_can_be_decoded_by_anyone() -> None:
    token = (await run({"claims": {"subject": "ada"}}, {"secret": "key"}))["token"]

    found = take_apart(token)

    assert isinstance(found, Token)
    assert found.payload["sub"] == "ada"


async def test_claims_are_signed_in_the_order_they_are_given() -> None:
    params = {"useJson": True, "claimsJson": '{"a":1,"iat":5}'}

    made = await run(params, {"algorithm": "HS256", "secret": "s3cret-s3cret-s3cret-s3cret-1234"})

    theirs = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhIjoxLCJpYXQiOjV9.08zzm7RpIplsH1mjnrHMIlTHgFpU4xiE3tEcHTlCde8"
    assert made["token"] == theirs
