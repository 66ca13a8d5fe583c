"""Rollouts: a second version of a workflow beside the published one, for some starts or in the shadow of them.

Flow: API → catalog (workflow snapshot) → **rollout** → workers (which version a start runs; when it is taken back).
"""

import hashlib
from typing import Literal

import msgspec

Kind = Literal["canary", "shadow"]
_PARTS = 10_000


class RollBackWhen(msgspec.Struct, omit_defaults=True, rename="camel"):
    """When a rollout is taken back by itself, once ``minimum`` executions of its version have ended on a worker.

    ``error_rate`` is the share of them that failed, ``slower`` how many times as long as the published version's they
    took in the mean, ``differing`` the share of shadows that gave something else.
    """

    minimum: int = 20
    error_rate: float | None = None
    slower: float | None = None
    differing: float | None = None


class Rollout(msgspec.Struct, omit_defaults=True, rename="camel"):
    """How a version is tried. ``key`` is the field or expression of the first item that decides who takes part.

    Times are epoch ms; one that has ended says why in ``reason``, and does nothing any more.
    """

    kind: Kind
    version: str
    percent: float = 100.0
    key: str | None = None
    rollback_when: RollBackWhen | None = None
    began_at: int = 0
    ended_at: int | None = None
    reason: str | None = None

    @property
    def on(self) -> bool:
        """Say whether it goes on."""
        return self.ended_at is None


def takes_part(rollout: Rollout, identity: str) -> bool:
    """Say whether an identity is among the percentage: always the same answer, and the same at a higher percentage."""
    digest = hashlib.sha256(f"{rollout.version}\x1f{identity}".encode()).digest()
    return int.from_bytes(digest[:8]) % _PARTS < rollout.percent * _PARTS / 100
