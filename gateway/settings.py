"""Settings of a gateway; ops reads the environment and gives them.

Flow: ops → **gateway settings** → app, ingress, api.
"""

from pydantic import BaseModel, ConfigDict, Field, SecretStr

MEBIBYTE = 1024 * 1024


class GatewaySettings(BaseModel):
    """What a gateway may be told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token: SecretStr = Field(min_length=8, description="Bearer token of the management API.")
    version: str = Field("0", description="Version of Millrace, shown on the front page and in OpenAPI.")
    partitions: int = Field(8, ge=1, description="Partitions of every topic; fixed for the life of an installation.")
    public_url: str | None = Field(None, description="How the world reaches this gateway; else the Host header says.")
    trust_forwarded: bool = Field(
        False, description="Believe Forwarded and X-Forwarded-* headers, as the last proxy wrote them."
    )
    body_limit: int = Field(16 * MEBIBYTE, ge=1, description="Largest request body in bytes.")
    body_timeout_seconds: float = Field(60.0, gt=0, description="How long a request body may take to arrive.")
    pending_bytes: int = Field(256 * MEBIBYTE, ge=1, description="Bytes of request bodies held at once.")
    max_waiting: int = Field(10_000, ge=1, description="Webhook requests in work at once; more are refused.")
    max_sockets: int = Field(500, ge=1, description="WebSockets open at once; more are refused.")
    reply_timeout_seconds: float = Field(300.0, gt=0, description="How long a webhook waits for its workflow's answer.")
    command_timeout_seconds: float = Field(30.0, gt=0, description="How long a change of the catalog may take.")
    key_seconds: int = Field(86_400, ge=1, description="How long an Idempotency-Key is remembered.")
    inline_bytes: int = Field(
        256 * 1024, ge=1024, le=512 * 1024, description="Larger items of a start go to the blob store."
    )
    drain_seconds: float = Field(30.0, ge=0, description="How long a stop waits for requests in work.")
