"""Crypto: secrets and keys for signing, encrypting and authenticating data.

Flow: store → **crypto** → crypto.
"""

from pydantic import SecretStr

from nodes.sdk import Field
from nodes.sdk.credential import CredentialFields, credential


@credential("crypto", title="Crypto", example={"hmacSecret": "s-12345678"})
class Crypto(CredentialFields):
    """Keys of the Crypto node; only those that are used have to be there."""

    hmac_secret: SecretStr = Field(SecretStr(""), description="Secret of an HMAC.")
    sign_private_key: SecretStr = Field(SecretStr(""), description="Private key that signs, as PEM.")
    encryption_passphrase: SecretStr = Field(SecretStr(""), description="Passphrase of a symmetric cipher.")
    encryption_public_key: str = Field("", description="Public key that encrypts, as PEM.")
    encryption_private_key: SecretStr = Field(SecretStr(""), description="Private key that decrypts, as PEM.")
