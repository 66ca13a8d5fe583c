"""Worker settings: how the engine runs.

Flow: ops reads the environment → **settings** → worker.
"""

from pydantic import BaseModel, ConfigDict, Field


class WorkerSettings(BaseModel):
    """Plain values; the environment is read elsewhere."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    chaining: bool = Field(True, description="Run inline successors in the call of their predecessor.")
    slots: int = Field(512, ge=1, description="Tasks that may wait for the world at the same time on a worker.")
    tenant_slots: int = Field(128, ge=1, description="As many of them may be one tenant's.")
    workflow_slots: int = Field(64, ge=1, description="As many of them may be one workflow's.")
    turns: int = Field(128, ge=1, description="Tasks that may compute and write at the same time on a worker.")
    tenant_weights: dict[str, float] = Field({}, description="How much of what is scarce a tenant has; 1 where absent.")
    begin_below: int = Field(
        64, ge=1, description="A workflow begins nothing while as many of its tasks wait for a slot: first comes first."
    )
    crowd: int = Field(256, ge=1, description="Tasks of one workflow that may wait before further ones are parked.")
    tenant_bytes: int = Field(64 << 20, ge=1, description="As much of one tenant may be parked on a worker.")
    parked_bytes: int = Field(512 << 20, ge=1, description="As much may be parked on a worker in all.")
    hold_seconds: float = Field(5.0, gt=0, description="How long a record may wait before its tasks are parked.")
    frames_in_flight: int = Field(256, ge=1, description="Frames of one node type that may be unfinished at a time.")
    public_url: str = Field("http://127.0.0.1:5680", description="Where the gateway answers, for resume addresses.")
    timezone: str = Field("UTC", description="Time zone of workflows that name none.")
    misfire_seconds: int = Field(60, ge=0, description="How late a schedule may fire; older ones are skipped.")
    drain_seconds: float = Field(20.0, ge=0, description="How long a stop waits for effects that are under way.")
