"""Wiring: what each part of a process is told.

Flow: settings, data folder → **wiring** → the parts' own settings → parts.
"""

import hashlib
import os
from importlib.metadata import version
from pathlib import Path

from agents.outside import Allowed
from agents.settings import WorkerSettings
from gateway.settings import GatewaySettings
from nodes.sdk.registry import Registry
from ops.roles import Role, on_kafka
from ops.settings import Settings, weights_of
from schemas.errors import UserError
from streams.settings import StreamSettings
from streams.stores.protocol import HistorySettings
from streams.topics import PREFIX, Topic, all_topics

EMBEDDED_PARTITIONS = 2
KAFKA_PARTITIONS = 24
COMMANDS_SEE = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR")


def stream_settings(settings: Settings, folder: Path) -> StreamSettings:
    """Say where the log is; raise UserError for a broker that Millrace does not speak to."""
    broker = settings.broker or f"sqlite:///{folder / 'log.sqlite'}"
    if on_kafka(settings):
        return StreamSettings(
            broker=broker,
            app_id=f"{settings.prefix}engine",
            partitions=settings.partitions or KAFKA_PARTITIONS,
            replication=settings.replication,
            data=folder,
            prefix=settings.prefix,
            session_timeout=settings.session_seconds,
        )
    if broker.partition("://")[0] not in {"sqlite", "memory"}:
        raise UserError(
            f'"{_shown(broker)}" is no broker that Millrace speaks to',
            field="MILLRACE_BROKER",
            hint="use kafka://host:port, or leave it out: the log then lives in the data folder",
        )
    if settings.prefix != PREFIX:
        raise UserError("the embedded log is of one installation", field="MILLRACE_PREFIX", hint="leave it out")
    return StreamSettings(broker=broker, partitions=settings.partitions or EMBEDDED_PARTITIONS, data=folder)


def topics_of(registry: Registry) -> list[Topic]:
    """List the topics that an installation of this release has."""
    return all_topics([each.name for each in registry])


def view_path(stream: StreamSettings, folder: Path) -> Path:
    """Say where the catalog's view is: one file for each log, so that another log never continues it."""
    if not stream.broker.startswith("kafka"):
        return folder / "catalog.sqlite"
    name = hashlib.sha256(f"{stream.prefix}@{_shown(stream.broker)}".encode()).hexdigest()[:12]
    return folder / f"catalog-{name}.sqlite"


def history_settings(settings: Settings, folder: Path) -> HistorySettings:
    """Say where the history is and what it keeps."""
    keep = f"sample:{settings.history_sample:g}" if settings.history_keep == "sample" else settings.history_keep
    url = settings.clickhouse or f"chdb://{folder / 'history'}"
    return HistorySettings(url=url, keep=keep, days=settings.history_days)


def records_history(settings: Settings, role: Role) -> bool:
    """Say whether a process of this role writes the history.

    A ClickHouse takes it from every worker, which share the work as one group. The embedded one has one owner, and that
    is the process that is asked for it: the gateway.
    """
    return role.work if settings.clickhouse else role.door


def gateway_settings(settings: Settings, stream: StreamSettings, token: str) -> GatewaySettings:
    """Give the gateway its part."""
    return GatewaySettings.model_validate(
        {
            "token": token,
            "version": version("millrace"),
            "partitions": stream.partitions,
            "public_url": settings.url,
            "trust_forwarded": settings.trust_forwarded,
            "body_limit": settings.body_limit,
        }
    )


def worker_settings(settings: Settings) -> WorkerSettings:
    """Give the worker its part."""
    return WorkerSettings(
        chaining=settings.chaining,
        timezone=settings.timezone,
        public_url=settings.address,
        tenant_weights=weights_of(settings.tenant_weights),
    )


def tables_url(settings: Settings, folder: Path) -> str:
    """Say where data tables are, nowhere (an empty text) where processes need not share the folder."""
    return settings.tables or ("" if on_kafka(settings) else f"sqlite://{folder.absolute() / 'tables.sqlite'}")


def allowed(settings: Settings, folder: Path | None = None) -> Allowed:
    """Say what nodes may reach of this host and of others."""
    seen = {name: os.environ[name] for name in COMMANDS_SEE if name in os.environ}
    return Allowed(
        settings.folders,
        settings.allow_commands,
        settings.allow_ssh,
        settings.http_allow,
        seen,
        _variables(settings),
        "memory://" if folder is None else tables_url(settings, folder),
    )


def _variables(settings: Settings) -> dict[str, str] | None:
    """Give the environment's variables that expressions may read, None where none may be read."""
    names = [name.strip() for name in settings.env_allow.split(",") if name.strip()]
    return {name: os.environ[name] for name in names if name in os.environ} if names else None


def _shown(broker: str) -> str:
    """Leave the password out."""
    scheme, separator, rest = broker.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"
