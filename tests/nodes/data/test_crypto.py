"""Tests of digests, signatures and encryption."""

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from nodes.data.crypto import crypto
from nodes.sdk import Item
from nodes.sdk.harness import FakeCredentials, Harness, outputs
from schemas.errors import NodeError

RSA = rsa.generate_private_key(65537, 2048)


def pem(key: Any) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


PUBLIC = RSA.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
SECRETS = {
    "hmacSecret": "key", "privateKey": pem(RSA), "encryptionPassphrase": "open sesame",
    "encryptionPublicKey": PUBLIC.decode(), "encryptionPrivateKey": pem(RSA),
}  # fmt: skip
FILE = {"data": {"data": base64.b64encode(b"test").decode(), "mimeType": "text/plain"}}


async def run(params: dict[str, Any], version: float = 2, secrets: dict[str, str] = SECRETS) -> str:
    harness = Harness(crypto, credentials=FakeCredentials({"crypto": secrets}))
    return outputs(await harness.run(params, [[Item(json={}, binary=FILE)]], version=version))[0][0].json["data"]


@pytest.mark.parametrize(
    ("version", "params", "found"),
    [
        pytest.param(1, {"value": "test"}, "098f6bcd4621d373cade4e832627b4f6", id="version 1 takes MD5"),
        pytest.param(2, {"binaryData": True, "encoding": "base64"}, "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=",
                     id="a file"),
        pytest.param(1, {"value": "", "type": "SHA3-256"},
                     "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a", id="SHA3"),
        pytest.param(2, {"action": "hmac", "value": "", "type": "MD5"}, "63530468a04e386459855da0063b6596", id="hmac"),
    ],
)  # fmt: skip
async def test_digests(version: float, params: dict[str, Any], found: str) -> None:
    assert await run(params, version) == found


@pytest.mark.parametrize("algorithm", ["RSA-SHA256", "sha256WithRSAEncryption", "sha256"])
async def test_signatures_verify(algorithm: str) -> None:
    made = await run({"action": "sign", "value": "test", "algorithm": algorithm, "encoding": "base64"})

    RSA.public_key().verify(base64.b64decode(made), b"test", padding.PKCS1v15(), hashes.SHA256())


async def test_a_key_whose_lines_were_joined_still_signs() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    joined = pem(key).strip().replace("\n", "\\n")

    made = await run({"action": "sign", "value": "test", "algorithm": "SHA256", "privateKey": joined}, 1)

    key.public_key().verify(bytes.fromhex(made), b"test", ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize(
    "how",
    [
        *({"cipher": name} for name in ("aes-256-gcm", "aes-128-gcm", "chacha20-poly1305")),
        {"mode": "asymmetric"},
    ],
)
async def test_what_is_encrypted_is_decrypted(how: dict[str, str]) -> None:
    made = await run({"action": "encrypt", "value": "Grüße", **how})

    assert await run({"action": "decrypt", "value": made, **how}) == "Grüße"


@pytest.mark.parametrize(("kind", "length"), [("uuid", 36), ("hex", 7), ("base64", 7), ("ascii", 7)])
async def test_random_text_has_its_length_and_differs(kind: str, length: int) -> None:
    params = {"action": "generate", "encodingType": kind, "stringLength": 7}

    made = {await run(params) for _ in range(5)}

    assert {len(one) for one in made} == {length}
    assert len(made) == 5


@pytest.mark.parametrize(
    ("params", "text"),
    [
        pytest.param(
            {"action": "sign", "value": "x", "algorithm": "RSA-RIPEMD160"}, "is not supported", id="algorithm"
        ),
        pytest.param(
            {"action": "decrypt", "value": base64.b64encode(bytes(60)).decode()}, "cannot be decrypted", id="changed"
        ),
        pytest.param({"action": "decrypt", "value": "?"}, "is not base64", id="no base64"),
        pytest.param({"binaryData": True, "binaryPropertyName": "none"}, "no binary data", id="no file"),
    ],
)
async def test_what_goes_wrong(params: dict[str, Any], text: str) -> None:
    with pytest.raises(NodeError, match=text):
        await run(params)


async def test_a_credential_without_the_secret_is_refused() -> None:
    with pytest.raises(NodeError, match='has no "hmacSecret"'):
        await run({"action": "hmac", "value": "x"}, secrets={})
