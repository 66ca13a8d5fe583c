"""Worker settings: how the engine runs.

Flow: ops reads the environment → **settings** → worker.
"""

from pydantic import BaseModel, ConfigDict, Field


class WorkerSettings(BaseModel):
    """Plain values; the environment is read elsewhere."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    chaining: bool = Field(True, description="Run inline successors in the call of their predecessor.")
    effects_per_type: int = Field(64, ge=1, description="Effects of one node type that run at the same time.")
    frames_in_flight: int = Field(32, ge=1, description="Frames of one node type that may be unfinished at a time.")
    public_url: str = Field("http://127.0.0.1:5680", description="Where the gateway answers, for resume addresses.")
    timezone: str = Field("UTC", description="Time zone of workflows that name none.")
    misfire_seconds: int = Field(60, ge=0, description="How late a schedule may fire; older ones are skipped.")
    drain_seconds: float = Field(20.0, ge=0, description="How long a stop waits for effects that are under way.")
