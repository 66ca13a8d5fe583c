"""Settings of the transport: plain values, read from the environment by ops.

Flow: ops reads the environment → **settings** → build_app.
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class StreamSettings(BaseModel):
    """Where the log is and how it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    broker: str = Field("memory://", description="The log: sqlite:///path, memory:// or kafka://host:port[,host:port].")
    app_id: str = Field("millrace", description="Consumer group of the engine.")
    partitions: int = Field(
        8, ge=1, le=1024, description="Partitions of every topic; fixed for an installation's life."
    )
    replication: int | None = Field(
        None, ge=1, description="Copies of every topic on Kafka; absent: three, or as many as there are brokers."
    )
    data: Path | None = Field(None, description="Folder of local files of the engine, or none.")
    commit_interval: float = Field(0.3, gt=0, description="Seconds between commits of what was acknowledged.")
    prefix: str = Field("millrace.", description="Prefix of every topic.")
    cache_bytes: int = Field(32 << 20, ge=1 << 20, description="Recent records kept in memory by an embedded log.")
    pending_bytes: int = Field(32 << 20, ge=1 << 20, description="Bytes that may wait to become durable.")
    session_timeout: float = Field(10.0, gt=2, description="Seconds until a silent worker loses its partitions.")
