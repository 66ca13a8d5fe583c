"""Deciding: what the rules of the catalog share, the index that they ask and the outcome that they give.

Flow: catalog → **deciding** → rules (catalog, publishing).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from agents.vault_catalog import VaultIndex
from nodes.sdk.registry import Registry
from schemas.commands import Author, Snapshot, VersionSnapshot, WorkflowSnapshot
from streams.stores.views import LiveRoute


class CatalogIndex(VaultIndex, Protocol):
    """What a decision looks up: the catalog folded to its end. A CatalogView is one."""

    def aggregate(self, workflow: str) -> WorkflowSnapshot | None:
        """Give a workflow's whole snapshot, also of a deleted one."""
        ...

    def version(self, workflow: str, version: str) -> VersionSnapshot | None:
        """Give one version of a workflow."""
        ...

    def routes(self) -> Sequence[LiveRoute]:
        """Give the webhooks of all active workflows."""
        ...


@dataclass(frozen=True, slots=True)
class Room:
    """What every rule may ask for. ``now`` is epoch ms, ``by`` who asks for the change."""

    index: CatalogIndex
    registry: Registry
    now: int
    zone: str
    by: Author | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The workflow after the change, the version to show with it, and what is written besides it."""

    after: WorkflowSnapshot
    version: VersionSnapshot | None
    written: list[Snapshot] = field(default_factory=list)


def revised(before: WorkflowSnapshot, after: WorkflowSnapshot, now: int, *, force: bool = False) -> WorkflowSnapshot:
    """Count a revision where something changed."""
    if after == before and not force:
        return before
    return msgspec.structs.replace(after, revision=before.revision + 1, updated_at=now)
