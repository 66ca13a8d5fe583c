"""Vault: credentials as the API takes and shows them: sealed at the door, never given back.

Flow: api → **vault** (type's schema, keyring) → commands; catalog view → **vault** → what may be shown.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from nodes.sdk.context import HttpClient, HttpRequest
from nodes.sdk.credential import CredentialFields, CredentialType, CredentialTypes
from schemas.clock import now_ms
from schemas.errors import MillraceError, NotFoundError, UserError
from schemas.vault import CredentialSnapshot, Sealed, present_vault
from streams.stores.keyring import Keyring
from streams.stores.vault_view import VaultView

HIDDEN = {"$secret": True}
TRY_SECONDS = 20.0


class Vault:
    """Seals what comes in, and opens what is sealed only to change or try it."""

    def __init__(
        self, view: Callable[[], VaultView], keyring: Keyring, types: CredentialTypes, http: HttpClient
    ) -> None:
        self._view = view
        self.keyring = keyring
        self.types = types
        self.http = http

    def seal(self, credential: str, kind: str, data: Mapping[str, Any]) -> Sealed:
        """Seal fields that fit their type; raise ParameterError naming the one that does not."""
        self.types.get(kind).read(data)
        return self.keyring.seal(msgspec.json.encode(data), credential)

    def open(self, found: CredentialSnapshot) -> dict[str, Any]:
        """Open a credential."""
        fields: dict[str, Any] = msgspec.json.decode(self.keyring.open(found.sealed, found.id))
        return fields

    def find(self, credential: str) -> CredentialSnapshot:
        """Find a credential; raise NotFoundError."""
        found = self._view().credential(credential)
        if found is None:
            raise NotFoundError(f'no credential has the id "{credential}"', hint="GET /api/v1/credentials lists them")
        return found

    def listed(self, kind: str | None = None) -> list[CredentialSnapshot]:
        """Give the credentials, of one type where one is named."""
        return [each for each in self._view().credentials() if kind in (None, each.type)]

    def named(self, kind: str, reference: Any) -> str | None:
        """Give the id of the credential that a node names, None where there is none."""
        found = self._view().referred(kind, reference)
        return found.id if found else None

    def shown(self, found: CredentialSnapshot) -> dict[str, Any]:
        """Give a credential with what may be seen of it: a secret that it has is marked, one that is empty is not."""
        fields, type_ = self.open(found), self.types.find(found.type)
        secret = set(fields) if type_ is None else type_.secret_names(fields)
        data = {name: HIDDEN if name in secret and value else value for name, value in fields.items()}
        connected = bool(fields.get("oauthTokenData")) if type_ is not None and type_.oauth else None
        return present_vault(found) | {"data": data, "connected": connected}

    def merged(self, found: CredentialSnapshot, data: Mapping[str, Any]) -> dict[str, Any]:
        """Give new fields with the secrets that were left as they are marked; tokens stay as well."""
        before = self.open(found)
        kept = {name: before.get(name, "") if value == HIDDEN else value for name, value in data.items()}
        tokens = {"oauthTokenData": before["oauthTokenData"]} if before.get("oauthTokenData") else {}
        return tokens | kept

    async def trial(self, kind: str, data: Mapping[str, Any], url: str | None) -> str:
        """Try fields, with a GET of ``url`` where one is given; say what came of it, or raise why it does not work."""
        type_ = self.types.get(kind)
        fields, now = type_.read(data), now_ms()
        try:
            return await self._tried(type_, fields, now, url)
        except MillraceError as bad:
            bad.message, bad.detail = _without(bad.message, fields), None
            raise

    async def _tried(self, type_: CredentialType, fields: CredentialFields, now: int, url: str | None) -> str:
        if url is None and type_.testable:
            await fields.try_it(self.http, now)
            return "the service accepts it"
        if url is None or not type_.signs:
            raise UserError(
                f'a credential of type "{type_.name}" cannot be tried by itself',
                hint="give a url to send a signed request to" if type_.signs else "run a node that uses it",
            )
        changes = await fields.renew(self.http, now, refused=False)
        if changes is not None:
            fields = type_.read({**fields.model_dump(by_alias=True), **changes})
        answer = await self.http.send(fields.sign(HttpRequest("GET", url, timeout=TRY_SECONDS), now))
        if answer.status >= 400:
            raise UserError(f"the service answered with status {answer.status}")
        return f"the service answered with status {answer.status}"


def _without(text: str, fields: CredentialFields) -> str:
    for secret in sorted(fields.secrets(), key=len, reverse=True):
        text = text.replace(secret, "[secret]")
    return text
