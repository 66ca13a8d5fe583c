"""Flow: what a workflow and its nodes may say about sharing what is scarce, under `millrace` in their settings.

Flow: editor, file → **flow** settings → holding (executions), paces (node runs), rota (priorities).
n8n knows nothing of it and leaves it alone; what is misspelt here is refused.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Concurrency(_Closed):
    """How many executions may be under way at a time: of the workflow, or for each value of ``key``."""

    limit: int = Field(ge=1, le=100_000, description="So many executions at a time; others wait.")
    key: str | None = Field(None, min_length=1, description="A field's path or an expression of the first item.")


class Order(_Closed):
    """Executions of one key run one after the other, in the order of their starts."""

    key: str = Field(min_length=1, description="A field's path or an expression of the first item.")


class Rate(_Closed):
    """How often a node may run, all executions together."""

    limit: float = Field(gt=0, le=1_000_000, description="So many runs begin in ``per`` seconds.")
    per: float = Field(1, gt=0, le=86_400, description="Seconds.")
    scope: Literal["node", "credential"] = Field(
        "node", description="Counted for this node, or for all nodes that use its credential."
    )


class Runs(_Closed):
    """How many runs of a node may be under way at a time, on each worker."""

    limit: int = Field(ge=1, le=100_000)


class NodeFlow(_Closed):
    """How a node that waits for the world is kept from asking too much of it; n8n leaves it alone."""

    rate: Rate | None = None
    concurrency: Runs | None = None


class WorkflowFlow(_Closed):
    """How a workflow shares what is scarce; n8n knows nothing of it and leaves it alone."""

    priority: Literal["high", "normal", "bulk"] = Field(
        "normal", description="How often its tasks have their turn against others of its tenant: 16 to 4 to 1."
    )
    concurrency: Concurrency | None = None
    order: Order | None = None
