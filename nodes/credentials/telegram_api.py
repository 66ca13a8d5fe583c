"""Telegram: the token of a bot, which stands in the path of every request.

Flow: store → **telegramApi** → HTTP nodes.
"""

from dataclasses import replace

from pydantic import SecretStr

from nodes.credentials.trying import ask
from nodes.sdk import Field, HttpClient, HttpRequest
from nodes.sdk.credential import CredentialFields, credential
from schemas.errors import UserError

HOME = "https://api.telegram.org"


@credential(
    "telegramApi", title="Telegram", example={"accessToken": "123456:k-12345678", "baseUrl": "https://example.com"}
)
class TelegramApi(CredentialFields):
    """A bot's token. A request to `…/sendMessage` goes to `…/bot<token>/sendMessage`."""

    access_token: SecretStr = Field(SecretStr(""), description="Token of the bot.")
    base_url: str = Field(HOME, description="Where Telegram's API is.")

    def sign(self, request: HttpRequest, now: int) -> HttpRequest:
        """Put the token into the path, unless it stands there; it goes to Telegram's address only."""
        home = f"{self.base_url.rstrip('/')}/"
        if not request.url.startswith(home):
            raise UserError(f'this credential is for addresses below "{home}"', hint="check the address of the request")
        path = request.url.removeprefix(home)
        if path.startswith(("bot", "file/bot")):
            return request
        return replace(request, url=f"{home}bot{self.access_token.get_secret_value()}/{path}")

    async def try_it(self, http: HttpClient, now: int) -> None:
        """Ask who the bot is."""
        await ask(self, http, f"{self.base_url.rstrip('/')}/getMe", now)
