"""Flow: what a workflow and its nodes may say about sharing what is scarce, under `millrace` in their settings.

Flow: editor, file → **flow** settings → holding (executions), paces (node runs), rota (priorities).
n8n knows nothing of it and leaves it alone; what is misspelt here is refused.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

_KEY = "The path of a field, such as body.customer, or an expression of the first item."


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Concurrency(_Closed):
    """How many executions may be under way at a time: of the workflow, or for each value of ``key``."""

    limit: int = Field(
        ge=1, le=100_000, title="Executions at a time", description="Others wait in the log.", examples=[5]
    )
    key: str | None = Field(None, min_length=1, title="For each value of", description=_KEY)


class Order(_Closed):
    """Executions of one key run one after the other, in the order of their starts."""

    key: str = Field(min_length=1, title="For each value of", description=_KEY)


class Rate(_Closed):
    """How often a node may run, all executions together."""

    limit: float = Field(gt=0, le=1_000_000, title="Runs", description="So many begin in that time.", examples=[10])
    per: float = Field(1, gt=0, le=86_400, title="In so many seconds")
    scope: Literal["node", "credential"] = Field(
        "node",
        title="Counted for",
        description="This node, or all nodes that use its credential.",
        json_schema_extra={"x-labels": {"node": "This node", "credential": "All that use its credential"}},
    )


class Runs(_Closed):
    """How many runs of a node may be under way at a time, on each worker."""

    limit: int = Field(ge=1, le=100_000, title="Runs at a time", description="Others wait.", examples=[1])


class NodeFlow(_Closed):
    """How a node that waits for the world is kept from asking too much of it; n8n leaves it alone."""

    rate: Rate | None = Field(None, description="How often it may run, all executions together.")
    concurrency: Runs | None = Field(None, description="How many of its runs may be under way at a time.")


class WorkflowFlow(_Closed):
    """How a workflow shares what is scarce; n8n knows nothing of it and leaves it alone."""

    priority: Literal["high", "normal", "bulk"] = Field(
        "normal", description="How often its tasks have their turn against others of its tenant: 16 to 4 to 1."
    )
    concurrency: Concurrency | None = Field(None, description="How many executions may be under way at a time.")
    order: Order | None = Field(None, description="Executions of a key one after the other, as they started.")
