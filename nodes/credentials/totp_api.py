"""TOTP: the secret behind one-time passwords.

Flow: store → **totpApi** → totp.
"""

from pydantic import SecretStr

from nodes.sdk import Field
from nodes.sdk.credential import CredentialFields, credential


@credential("totpApi", title="TOTP", example={"secret": "JBSWY3DPEHPK3PXP", "label": "Shop:ada"})
class TotpApi(CredentialFields):
    """The secret that an authenticator app would be given."""

    secret: SecretStr = Field(SecretStr(""), description="The secret, in Base32.")
    label: str = Field("", description="Whose passwords they are.")
