"""Credentials at work: seals opened for one activation, tokens renewed once, everything given out remembered.

Flow: vault view + keyring → **credentials** → node function; renewed tokens → sealed → `commands`.
"""

import asyncio
import logging
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from nodes.sdk.context import Renewal
from nodes.sdk.credential import CredentialFields, CredentialTypes, discover_credentials
from schemas.clock import now_ms
from schemas.commands import Command
from schemas.errors import MillraceError, UserError
from schemas.identifiers import new_id
from schemas.vault import CredentialSnapshot, UpdateCredential
from streams import codecs
from streams.stores.keyring import Keyring
from streams.stores.vault_view import VaultView
from streams.topics import COMMANDS
from streams.transports.protocol import Log

logger = logging.getLogger(__name__)
_TELLING = re.compile("pass|secret|token|key|auth|pin|value|uri", re.IGNORECASE)


class Vault:
    """The credentials of this process. Fields that were renewed here count until the catalog has a newer revision."""

    def __init__(self, view: VaultView, keyring: Keyring, log: Log, types: CredentialTypes | None = None) -> None:
        self._view = view
        self._keyring = keyring
        self._log = log
        self.types = types or discover_credentials()
        self._renewed: dict[str, tuple[int, dict[str, Any]]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    @property
    def variables(self) -> Mapping[str, str]:
        """Give the variables, by key."""
        return self._view.values

    def of(self, references: Mapping[str, Any]) -> "NodeCredentials":
        """Give the credentials that a node names."""
        return NodeCredentials(self, references)

    def find(self, kind: str, references: Mapping[str, Any]) -> CredentialSnapshot:
        """Find the credential that a node names; raise UserError saying why there is none."""
        reference = references.get(kind)
        if reference is None:
            raise UserError(f'no credential of type "{kind}"', hint="choose one in the node's settings")
        found = self._view.referred(kind, reference)
        if found is None:
            name = reference.get("name") if isinstance(reference, Mapping) else reference
            raise UserError(
                f'there is no credential "{name}" of type "{kind}"', hint="make it, or choose another one in the node"
            )
        return found

    def fields(self, found: CredentialSnapshot) -> dict[str, Any]:
        """Open a credential, or give it as it was renewed here."""
        revision, renewed = self._renewed.get(found.id, (0, {}))
        if revision == found.revision:
            return dict(renewed)
        self._renewed.pop(found.id, None)
        fields: dict[str, Any] = msgspec.json.decode(self._keyring.open(found.sealed, found.id))
        return fields

    async def renew(self, found: CredentialSnapshot, make: Renewal) -> dict[str, Any]:
        """Let one of those who ask at once change the fields; the change is sealed and durable when this returns."""
        async with self._locks.setdefault(found.id, asyncio.Lock()):
            found = self._view.credential(found.id) or found
            fields = self.fields(found)
            try:
                changes = await make(fields)
            except MillraceError:  # another process may have been first, which ends what we had
                newer = self._view.credential(found.id)
                if newer is None or newer.revision == found.revision:
                    raise
                return self.fields(newer)
            if changes is None:
                return fields
            fields = {**fields, **changes}
            self._renewed[found.id] = found.revision, fields
            sealed = self._keyring.seal(msgspec.json.encode(fields), found.id)
            change = UpdateCredential(found.id, sealed=sealed, expected=found.revision)
            await self._log.send(COMMANDS, 0, codecs.encode(Command(new_id(), change, now_ms())))
            logger.info("credential renewed", extra={"credential": found.id})
            return fields

    def secrets(self, kind: str, fields: Mapping[str, Any]) -> set[str]:
        """Give every form of the secrets in a credential."""
        return secrets_of(self.types, kind, fields)


class NodeCredentials:
    """What one activation of a node may open."""

    def __init__(self, vault: Vault, references: Mapping[str, Any]) -> None:
        self._vault = vault
        self._references = references
        self.opened: set[str] = set()

    async def get(self, kind: str) -> dict[str, Any]:
        """Give the fields of the node's credential of that type; raise UserError where there is none."""
        return self._opened(kind, self._vault.fields(self._vault.find(kind, self._references)))

    async def renew(self, kind: str, make: Renewal) -> dict[str, Any]:
        """Give the fields as they are after ``make`` changed them; they are kept for all nodes."""
        return self._opened(kind, await self._vault.renew(self._vault.find(kind, self._references), make))

    def _opened(self, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
        self.opened |= self._vault.secrets(kind, fields)
        return fields


class GivenCredentials:
    """Secrets that came with a request, by credential type."""

    def __init__(self, secrets: Mapping[str, dict[str, Any]], types: CredentialTypes | None = None) -> None:
        self._secrets = dict(secrets)
        self._types = types or CredentialTypes()
        self.opened: set[str] = set()

    async def get(self, kind: str) -> dict[str, Any]:
        """Give the fields; raise UserError where there are none."""
        found = self._secrets.get(kind)
        if found is None:
            raise UserError(f'no credential of type "{kind}"', hint="this node needs one, and none is known")
        self.opened |= secrets_of(self._types, kind, found)
        return found

    async def renew(self, kind: str, make: Renewal) -> dict[str, Any]:
        """Change the fields for the rest of the request."""
        found = await self.get(kind)
        changed = await make(found)
        if changed is not None:
            self._secrets[kind] = {**found, **changed}
        return await self.get(kind)


def secrets_of(types: CredentialTypes, kind: str, fields: Mapping[str, Any]) -> set[str]:
    """Give every form of the secrets in a credential; where its type is not known, its fields' names tell them."""
    known = types.find(kind)
    if known is not None:
        try:
            return known.read(fields).secrets()
        except MillraceError:
            pass
    return CredentialFields.model_validate({name: fields[name] for name in fields if _TELLING.search(name)}).secrets()
