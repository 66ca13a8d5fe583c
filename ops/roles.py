"""Roles: what one process of an installation may be, and what it needs to be it.

Flow: verb → **roles** → process, wiring.
"""

from dataclasses import dataclass

from ops.settings import Settings
from schemas.errors import UserError


@dataclass(frozen=True)
class Role:
    """What one process is: a door for requests, a worker, or both."""

    verb: str
    door: bool
    work: bool

    @property
    def alone(self) -> bool:
        """Say whether it needs no other process."""
        return self.door and self.work


UP = Role("up", door=True, work=True)
GATEWAY = Role("gateway", door=True, work=False)
WORKER = Role("worker", door=False, work=True)


def on_kafka(settings: Settings) -> bool:
    """Say whether the log is a Kafka cluster, which processes may share."""
    return (settings.broker or "").partition(":")[0] in {"kafka", "kafka+ssl"}


def check_role(settings: Settings, role: Role) -> None:
    """Raise UserError where a process of this role could not work together with the others."""
    if role.alone:
        return
    if not on_kafka(settings):
        raise UserError(
            f'"millrace {role.verb}" cannot share the embedded log with other processes',
            hint="`millrace up` runs gateway and worker in one process; more processes need MILLRACE_BROKER=kafka://…",
        )
    if (settings.blobs or "memory:").startswith("memory:"):
        raise UserError(
            "gateway and workers would not share their blobs: large values would be lost between them",
            field="MILLRACE_BLOBS",
            hint="set MILLRACE_BLOBS to a folder that all of them see (file:///…) or to s3://…, the same for all",
        )
