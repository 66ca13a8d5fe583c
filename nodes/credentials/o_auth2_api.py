"""OAuth2: a token that a service gives, and gives anew when it has expired.

Flow: store → **oAuth2Api** → HTTP nodes; authorization server → tokens → store.
"""

from nodes.credentials.oauth2 import OAuth2
from nodes.sdk.credential import credential


@credential(
    "oAuth2Api",
    title="OAuth2",
    oauth=True,
    example={
        "grantType": "clientCredentials",
        "accessTokenUrl": "https://auth.example.com/token",
        "clientId": "shop",
        "clientSecret": "s-12345678",
        "scope": "orders",
    },
)
class OAuth2Api(OAuth2):
    """A client at an authorization server."""
