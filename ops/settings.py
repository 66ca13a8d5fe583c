"""Settings: everything that the environment can say, read once.

Flow: `MILLRACE_*` → **settings** → wiring → each part's own settings.
"""

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, FilePath, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from nodes.data.addresses import AddressGuard
from schemas.errors import UserError
from schemas.failpoints import COUNT, read_rules

PREFIX = "MILLRACE_"
TEST_PREFIX = "MILLRACE_TEST_"  # what only the tests and their broker read
TOKEN_LENGTH = 8


class Settings(BaseSettings):
    """One installation's settings; each is the environment variable of its name in capitals after `MILLRACE_`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, env_ignore_empty=True)

    host: str = Field("127.0.0.1", description="Address to listen on. `0.0.0.0` opens the door to the network.")
    port: int = Field(5680, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    url: str | None = Field(
        None,
        description="Address under which others reach this Millrace, where it is not `http://host:port`: it stands in "
        "webhook URLs, and the command line calls it.",
    )
    trust_forwarded: bool = Field(
        False, description="Honour `Forwarded` and `X-Forwarded-*` headers. Only behind a proxy that sets them."
    )
    body_limit: int = Field(16 * 2**20, ge=1024, description="Largest request body in bytes; above it: 413.")
    token: SecretStr | None = Field(
        None,
        description="Bearer token of the API. Absent: the first start makes one, prints it once and keeps it in the "
        "data folder (`token`, mode 600).",
    )
    key: SecretStr | None = Field(
        None,
        description="Key that credentials are sealed with: 32 random bytes in Base64 (`openssl rand -base64 32`); the "
        "same in every process. Several with commas between: the first seals, all open. Absent: the first start makes "
        "one in the data folder (`key`, mode 600), where the log is in the data folder too.",
    )
    data: Path = Field(
        Path(".millrace"), description="Data folder; owner-only, used by one process at a time: each has its own."
    )
    health_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="Port on which `millrace worker` answers `/health`, `/ready` and `/metrics`, to everybody who "
        "reaches `MILLRACE_HOST`. Absent: none. A gateway answers them on its own port.",
    )
    ready_task_seconds: float = Field(
        300.0, gt=0, description="`/ready` is red while the oldest task that waits or runs is older than this."
    )
    broker: str | None = Field(
        None,
        description="Where the log lives: absent, in the data folder; `memory://`, nowhere; "
        "`kafka://host:port[,host:port]` (`kafka+ssl://`, `user:password@` before the first host), in that cluster.",
    )
    partitions: int | None = Field(
        None,
        ge=1,
        le=1024,
        description="Partitions of every topic where they are made now; fixed for an installation's life, and the most "
        "workers that share its work. Absent: 2 in the data folder, 24 on Kafka.",
    )
    replication: int | None = Field(
        None, ge=1, description="Copies of every topic on Kafka. Absent: 3, or as many as there are brokers."
    )
    prefix: str = Field(
        "millrace.",
        pattern=r"^[a-zA-Z0-9._-]{1,64}$",
        description="How the names of topics and groups begin on Kafka: installations that share a cluster differ "
        "in it.",
    )
    session_seconds: float = Field(
        10.0, ge=6, le=300, description="After how long a silent worker's partitions go to others on Kafka."
    )
    clickhouse: str | None = Field(
        None, description="History in this ClickHouse (`http://user:password@host:8123/database`) instead of chDB."
    )
    redis: str | None = Field(
        None, description="Caches and limits in this Redis (`redis://…`) instead of in the process."
    )
    blobs: str | None = Field(
        None,
        description="Where large values live: absent, in the data folder; `file:///…`, `memory://` or `s3://…`. "
        "Gateways and workers that are processes of their own must see the same.",
    )
    tables: str | None = Field(
        None,
        description="Where data tables are kept: absent, in the data folder; `sqlite:///…` or `redis://…`. "
        "Gateways and workers that are processes of their own must see the same, so on Kafka it has to be said.",
    )
    files: str = Field("", description="Folders that file nodes may touch, with `:` between them. Absent: none.")
    env_allow: str = Field(
        "",
        description="Names of environment variables that expressions may read as `$env`, with commas between. Absent: "
        "`$env` is denied. Millrace's own (`MILLRACE_…`) are never among them.",
    )
    http_allow: str = Field(
        "",
        description="Where HTTP nodes may go besides public addresses: hosts, `*.domains`, addresses and networks with "
        "commas between, such as `10.1.0.0/16,erp.local`; `*` for everywhere. `millrace run` allows this machine too.",
    )
    allow_commands: bool = Field(
        False, description="Let executeCommand run commands on this host, as the user that Millrace runs as."
    )
    allow_ssh: bool = Field(False, description="Let ssh run commands and move files on other hosts.")
    timezone: str = Field(
        "UTC",
        description="Time zone of workflows that name none. The verbs `run --batch` and `eval --batch` take "
        "`America/New_York` instead, which is their contract.",
    )
    history_days: int = Field(14, ge=1, description="How long the history of an execution is kept.")
    history_keep: Literal["all", "errors", "sample"] = Field(
        "all", description="Which executions' node outputs go to the history: all, those that failed, or a sample."
    )
    history_sample: float = Field(
        0.1, ge=0, le=1, description="Share that is kept where `MILLRACE_HISTORY_KEEP=sample`."
    )
    chaining: bool = Field(
        True, description="Run cheap nodes in one go. Off: every edge passes through its topic, with the same result."
    )
    tenant_weights: str = Field(
        "",
        description="How much of what is scarce tenants have, such as `acme=3,trial=0.5`; 1 where absent. A workflow's "
        "`settings.tenant` says whose it is.",
    )
    javascript_children: int = Field(
        1, ge=1, le=64, description="V8 processes for Code nodes and uncommon expressions."
    )
    failpoint: str | None = Field(
        None,
        description="For tests of what survives: `name:nth:kill`, `error`, `enospc` or `delay=seconds`, several with "
        "commas between; `count` counts alone. [Failpoints](failpoints.md) has the names.",
    )
    clock: FilePath | None = Field(
        None,
        description="For tests of what survives: a file of 8 bytes, the milliseconds (little-endian) that are added to "
        "the system's clock, also when they change.",
    )
    log_format: Literal["text", "json"] = Field("text", description="How log lines look.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least that is logged.")

    @field_validator("token")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value) < TOKEN_LENGTH:
            raise ValueError(f"a token has at least {TOKEN_LENGTH} characters")
        return value

    @field_validator("key")
    @classmethod
    def _readable_key(cls, value: SecretStr | None) -> SecretStr | None:
        from streams.stores.keyring import read_keys  # most verbs need no ciphers

        if value is not None:
            read_keys(value.get_secret_value())
        return value

    @field_validator("env_allow")
    @classmethod
    def _not_our_own(cls, value: str) -> str:
        if any(name.strip().startswith(PREFIX) for name in value.split(",")):
            raise ValueError("expressions cannot read the settings of Millrace")
        return value

    @field_validator("failpoint")
    @classmethod
    def _readable_rules(cls, value: str | None) -> str | None:
        try:
            read_rules(value or COUNT)
        except UserError as bad:
            raise ValueError(bad.message) from None
        return value

    @field_validator("http_allow")
    @classmethod
    def _readable_addresses(cls, value: str) -> str:
        try:
            AddressGuard(value)
        except UserError as bad:
            raise ValueError(bad.message) from None
        return value

    @field_validator("tenant_weights")
    @classmethod
    def _readable_weights(cls, value: str) -> str:
        weights_of(value)
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, OSError, KeyError):
            raise ValueError(f'"{value}" is no time zone') from None
        return value

    @property
    def address(self) -> str:
        """Where the API answers."""
        if self.url:
            return self.url.rstrip("/")
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::", ""} else self.host  # noqa: S104 compared, not bound
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def folders(self) -> list[Path]:
        """The folders that file nodes may touch."""
        return [Path(part) for part in self.files.split(os.pathsep) if part]


def read_settings(**given: object) -> Settings:
    """Read the environment; ``given`` wins. Raise UserError for a variable that does not validate or does not exist."""
    _refuse_unknown(os.environ)
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as bad:
        first = bad.errors()[0]
        name = variable(str(first["loc"][0]))
        text = first["msg"].removeprefix("Value error, ")
        raise UserError(
            f"setting {name}: {text[:1].lower()}{text[1:]}", field=name, hint="see docs/settings.md"
        ) from None


def weights_of(text: str) -> dict[str, float]:
    """Read ``name=weight`` pairs; raise ValueError where one is none."""
    found = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, _, number = pair.rpartition("=")
        try:
            weight = float(number)
        except ValueError:
            weight = 0.0
        if not name.strip() or not 0 < weight < float("inf"):
            raise ValueError(f'"{pair}" is no weight: write a tenant, "=" and a number above 0')
        found[name.strip()] = weight
    return found


def variable(field: str) -> str:
    """Name the environment variable of a field."""
    return PREFIX + field.upper()


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = {variable(field) for field in Settings.model_fields}
    for name in sorted(environ):
        if name.startswith(PREFIX) and not name.startswith(TEST_PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}?" if near else "docs/settings.md lists them"
            raise UserError(f"there is no setting {name}", field=name, hint=hint)
