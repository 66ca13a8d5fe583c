"""Crypto: hash, sign, encrypt, decrypt, or make random text.

Flow: any node → **crypto** → any node.  One item out per item in.
Version 1 has its secrets in the parameters, version 2 in a credential.
"""

import base64
import hmac
import secrets
import string
import uuid
from typing import Any, Literal

from nodes.data import ciphers
from nodes.data.ciphers import Cipher, Digest, Encoding
from nodes.files import binary
from nodes.sdk import (
    Blobs,
    Credentials,
    Example,
    Field,
    Item,
    Items,
    NodeError,
    NodeParams,
    Parameters,
    Run,
    drawing,
    node,
    using,
)
from nodes.sdk.ports import error_item
from schemas.errors import UserError

PRINTABLE = string.ascii_letters + string.digits


class Crypto(NodeParams):
    """What to do, with what."""

    action: Literal["hash", "hmac", "sign", "generate", "encrypt", "decrypt"] = Field("hash", description="What to do.")
    value: Any = Field("", description="The text.")
    binary_data: bool = Field(False, description="Take a file instead of a text.")
    binary_property_name: str = Field("data", description="The file's name in the item.")
    data_property_name: str = Field("data", description="Field for the result.")
    type: Digest | None = Field(None, description="Digest: MD5 in version 1, SHA256 later, unless chosen.")
    encoding: Encoding = Field("hex", description="How the result is written.")
    secret: str = Field("", description="Secret of an HMAC (version 1).")
    algorithm: str = Field("RSA-SHA256", description="How to sign.")
    private_key: str = Field("", description="Private key in PEM (version 1).")
    encoding_type: Literal["uuid", "hex", "base64", "ascii"] = Field("uuid", description="Kind of random text.")
    string_length: int = Field(32, ge=1, le=1_000_000, description="Its length.")
    mode: Literal["symmetric", "asymmetric"] = Field("symmetric", description="With a passphrase, or with a key pair.")
    cipher: Cipher = Field("aes-256-gcm", description="How to encrypt with a passphrase.")


@using("crypto")
@drawing
@node(
    "crypto",
    group="data",
    title="Crypto",
    runs="compute",
    versions=(1, 2),
    examples=[
        Example(
            title="hashes",
            params={"value": "={{ $json.name }}", "type": "SHA1"},
            given=[{"name": "test"}],
            then=[{"name": "test", "data": "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3"}],
        ),
        Example(
            title="version 1 has the secret in its parameters",
            version=1,
            params={
                "action": "hmac",
                "value": "The quick brown fox jumps over the lazy dog",
                "secret": "key",
                "dataPropertyName": "mac",
            },
            then=[{"mac": "80070713463e7749b90c2dc24911e275"}],
        ),
        Example(
            title="a text is no private key",
            version=1,
            params={"action": "sign", "value": "test", "privateKey": "mine"},
            fails="the private key cannot be read",
        ),
    ],
)
async def crypto(
    parameters: Parameters[Crypto], items: Items, run: Run, credentials: Credentials, blobs: Blobs
) -> Items:
    """Hash, sign, encrypt or decrypt a value, or generate one."""
    made: Items = []
    for index, item in enumerate(items):
        try:
            params = _read(parameters, index)
            result = await _result(params, item, run, credentials, blobs)
            fields = {**item.json, params.data_property_name: result}
            made.append(Item(json=fields, binary=item.binary, paired=index))
        except UserError as bad:
            if not run.continue_on_fail:
                raise
            made.append(error_item(bad, index))
    return made


def _read(parameters: Parameters[Crypto], index: int) -> Crypto:
    """Read the parameters; a value whose expression gives nothing is none, and not the empty text by default."""
    params = parameters(index)
    lost = "value" in parameters.raw and "value" not in params.model_fields_set
    return params.model_copy(update={"value": None}) if lost else params


async def _result(params: Crypto, item: Item, run: Run, credentials: Credentials, blobs: Blobs) -> str:
    digest: Digest = params.type or ("MD5" if run.version < 2 else "SHA256")
    if params.action == "generate":
        return _generated(params)
    if params.binary_data and params.action in ("hash", "hmac"):
        data = await binary.read(item, params.binary_property_name, blobs)
    elif isinstance(params.value, str):
        data = params.value.encode()
    else:
        raise NodeError("the value is no text", field="value", hint="{{ String($json.field) }} makes it one")
    match params.action:
        case "hash":
            return ciphers.encoded(ciphers.digest(data, digest), params.encoding)
        case "hmac":
            secret = await _secret(params.secret, "hmacSecret", run, credentials)
            made = hmac.new(secret.encode(), data, ciphers.digest_name(digest)).digest()
            return ciphers.encoded(made, params.encoding)
        case "sign":
            key = await _secret(params.private_key, "signPrivateKey", run, credentials)
            return ciphers.encoded(ciphers.sign(data, params.algorithm, key), params.encoding)
    return await _ciphered(params, data, run, credentials)


async def _ciphered(params: Crypto, data: bytes, run: Run, credentials: Credentials) -> str:
    async def secret(name: str) -> str:
        return await _secret("", name, run, credentials)

    if params.action == "encrypt":
        if params.mode == "asymmetric":
            return ciphers.encrypt_for(data, await secret("encryptionPublicKey"))
        return ciphers.encrypt(data, params.cipher, await secret("encryptionPassphrase"))
    source = data.decode().strip()
    if params.mode == "asymmetric":
        plain = ciphers.decrypt_with(source, await secret("encryptionPrivateKey"))
    else:
        plain = ciphers.decrypt(source, params.cipher, await secret("encryptionPassphrase"))
    return plain.decode(errors="replace")


async def _secret(given: str, name: str, run: Run, credentials: Credentials) -> str:
    if run.version < 2:
        return given
    secret = await credentials.get("crypto")
    found = secret.get(name) or (secret.get("privateKey") if name == "signPrivateKey" else "")
    if not found:
        raise NodeError(f'the credential has no "{name}"', hint="fill it in, or choose another credential")
    return str(found)


def _generated(params: Crypto) -> str:
    length = params.string_length
    match params.encoding_type:
        case "uuid":
            return str(uuid.uuid4())
        case "hex":
            return secrets.token_hex(length)[:length]
        case "base64":
            return base64.b64encode(secrets.token_bytes(length)).decode()[:length]
    return "".join(secrets.choice(PRINTABLE) for _ in range(length))
