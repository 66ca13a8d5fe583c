"""Credentials: keep, list, change, try and forget; no answer has a secret in it.

Flow: `/api/v1/credentials`, `/api/v1/credential-types` → **credentials** → vault → commands.
"""

from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from gateway.changing import Changing, Conditions
from gateway.endpoints import Endpoint, Outcome
from gateway.vault import Vault
from schemas.errors import MillraceError
from schemas.identifiers import digest_id, new_id
from schemas.vault import CreateCredential, DeleteCredential, UpdateCredential, present_vault

PATH = "/api/v1/credentials"
TYPES_PATH = "/api/v1/credential-types"


class CredentialTypeDetail(msgspec.Struct, rename="camel"):
    """A credential type: its fields as JSON Schema (secret ones are `writeOnly`), and what can be done with it."""

    name: str
    title: str
    summary: str
    fields: dict[str, Any]
    testable: bool
    oauth: bool
    signs: bool


class CredentialTypeList(msgspec.Struct):
    """Every credential type, by name."""

    data: list[CredentialTypeDetail]


class CredentialSummary(msgspec.Struct, rename="camel"):
    """A credential without its content. Times are epoch ms."""

    id: str
    name: str
    type: str
    revision: int
    created_at: int
    updated_at: int


class CredentialDetail(CredentialSummary, rename="camel"):
    """A credential; in ``data`` a secret shows as `{"$secret": true}`. ``connected`` is of OAuth types only."""

    data: dict[str, Any] = {}
    connected: bool | None = None


class CredentialList(msgspec.Struct, rename="camel"):
    """Credentials, by name."""

    data: list[CredentialSummary]
    next_cursor: str | None = None


class Trial(msgspec.Struct):
    """Whether a credential works, and what was said."""

    ok: bool
    message: str


class NewCredential(BaseModel):
    """What to keep. An ``id`` is kept, so that workflows that name it find it."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    id: str | None = Field(None, description="Id of one's own.")
    name: str = Field(min_length=1, max_length=128, description="Name, unique among those of its type.")
    type: str = Field(description="Credential type.")
    data: dict[str, Any] = Field(default_factory=dict, description="Fields of the type.")


class CredentialChange(BaseModel):
    """What to change. In ``data`` a secret that is `{"$secret": true}` stays as it is."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: str | None = Field(None, min_length=1, max_length=128, description="Another name.")
    data: dict[str, Any] | None = Field(None, description="All fields.")


class CredentialQuery(BaseModel):
    """Which credentials to list."""

    model_config = ConfigDict(extra="forbid")

    type: str | None = Field(None, description="Only those of a type.")


class ForgetQuery(BaseModel):
    """How to forget."""

    model_config = ConfigDict(extra="forbid")

    force: bool = Field(False, description="Also while workflows name it.")


class TrialTarget(BaseModel):
    """Where to try a credential."""

    model_config = ConfigDict(extra="forbid")

    url: str | None = Field(None, description="Send a signed GET there; else the type's own test.")


class UnsavedTrial(TrialTarget):
    """Fields to try without keeping them; ``id`` names the credential that hidden secrets are of."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    id: str | None = Field(None, description="Credential that is being changed.")
    type: str = Field(description="Credential type.")
    data: dict[str, Any] = Field(default_factory=dict, description="Fields of the type.")


class Credentials:
    """The resource."""

    def __init__(self, vault: Vault, changing: Changing) -> None:
        self._vault = vault
        self._changing = changing

    def endpoints(self) -> list[Endpoint]:
        """Declare the operations."""
        one, changes = f"{PATH}/{{credential}}", (404, 409, 412, 422, 504)
        return [
            Endpoint("GET", TYPES_PATH, self.types, "credentials", {200: CredentialTypeList}),
            Endpoint("GET", PATH, self.browse, "credentials", {200: CredentialList}),
            Endpoint("POST", PATH, self.create, "credentials", {201: CredentialDetail}, (409, 422, 504)),
            Endpoint("POST", f"{PATH}/test", self.test_unsaved, "credentials", {200: Trial}, (404, 422)),
            Endpoint("GET", one, self.get, "credentials", {200: CredentialDetail}, (404,)),
            Endpoint("PUT", one, self.update, "credentials", {200: CredentialDetail}, changes),
            Endpoint("DELETE", one, self.delete, "credentials", {204: None}, changes),
            Endpoint("POST", f"{one}/test", self.test, "credentials", {200: Trial}, (404, 422)),
        ]

    async def types(self) -> Outcome:
        """List credential types with their fields."""
        found = [
            CredentialTypeDetail(
                each.name, each.title, each.summary, each.schema(), each.testable, each.oauth, each.signs
            )
            for each in self._vault.types
        ]
        return Outcome(CredentialTypeList(found))

    async def browse(self, query: CredentialQuery) -> Outcome:
        """List credentials by name, without their content."""
        found = [msgspec.convert(present_vault(each), CredentialSummary) for each in self._vault.listed(query.type)]
        return Outcome(CredentialList(found))

    async def get(self, credential: str) -> Outcome:
        """Read a credential; its secrets are left out."""
        found = self._vault.find(credential)
        shown = msgspec.convert(self._vault.shown(found), CredentialDetail)
        return Outcome(shown, headers={"ETag": f'"{found.revision}"'})

    async def create(self, body: NewCredential, headers: Conditions) -> Outcome:
        """Keep a credential, sealed."""
        key = headers.idempotency_key
        name = body.id or (digest_id("credential.create", key).replace("-", "") if key else new_id())
        change = CreateCredential(name, body.name, body.type, self._vault.seal(name, body.type, body.data))
        await self._changing.change(change, headers)
        made = await self.get(name)
        return Outcome(made.body, 201, {**made.headers, "Location": f"{PATH}/{name}"})

    async def update(self, credential: str, body: CredentialChange, headers: Conditions) -> Outcome:
        """Change a credential's name or fields; a secret that is shown as hidden stays as it is."""
        found = self._vault.find(credential)
        sealed = None
        if body.data is not None:
            sealed = self._vault.seal(found.id, found.type, self._vault.merged(found, body.data))
        change = UpdateCredential(credential, body.name, sealed, headers.revision)
        await self._changing.change(change, headers)
        return await self.get(credential)

    async def delete(self, credential: str, query: ForgetQuery, headers: Conditions) -> Outcome:
        """Forget a credential; refused while workflows name it, unless by force."""
        answer = await self._changing.change(DeleteCredential(credential, headers.revision, query.force), headers)
        return Outcome(None, 204, {"Millrace-Offset": f"0:{answer.offset}"})

    async def test(self, credential: str, body: TrialTarget) -> Outcome:
        """Try a credential."""
        found = self._vault.find(credential)
        return await self._trial(found.type, self._vault.open(found), body.url)

    async def test_unsaved(self, body: UnsavedTrial) -> Outcome:
        """Try fields before they are kept."""
        data = body.data if body.id is None else self._vault.merged(self._vault.find(body.id), body.data)
        return await self._trial(body.type, data, body.url)

    async def _trial(self, kind: str, data: dict[str, Any], url: str | None) -> Outcome:
        try:
            return Outcome(Trial(True, await self._vault.trial(kind, data, url)))
        except MillraceError as bad:
            return Outcome(Trial(False, f"{bad.message}: {bad.hint}" if bad.hint else bad.message))
