"""Holding: how many executions of a workflow may be under way for a key, and where those of a key live together.

Flow: workflow's settings → **holding** → gateway and triggers (the partition of a start), engine (who begins when).
Executions of one key are in one partition, whose owner alone lets them begin: their rows are the slots that are taken.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from nodes.expressions.keys import check_key, key_value
from schemas.errors import MillraceError, WorkflowError
from schemas.flow import WorkflowFlow
from schemas.identifiers import ExecutionId, id_beside
from schemas.item import Item
from schemas.workflow import Settings

FIELD = "settings.millrace"
HELD_MODES = frozenset({"webhook", "trigger", "api", "redrive"})
"""Starts that wait for their turn: not those by hand, and not those of a call, which belongs to its caller."""


DEFAULT_TENANT = "default"


class Hold(NamedTuple):
    """What an execution needs to begin: its place among at most ``limit`` of that name."""

    name: str
    limit: int


@dataclass(frozen=True, slots=True)
class Holding:
    """The rule of a workflow; ``key`` None holds all its executions together."""

    workflow: str
    limit: int
    key: str | None

    def of(self, items: Sequence[Item]) -> Hold:
        """Give the hold of a start by its items; those without the key's value are held together."""
        value = None if self.key is None else key_value(self.key, items)
        return Hold(f"{self.workflow}/{'' if value is None else value}", self.limit)

    def place(self, items: Sequence[Item], partitions: int, ids: Iterator[ExecutionId]) -> ExecutionId:
        """Give the first of the ids that lives where the start's hold does."""
        return id_beside(self.of(items).name, ids, partitions)


def holding_of(workflow: str, settings: Any) -> Holding | None:
    """Read the rule from a workflow's settings (as JSON, or read already); None where there is none."""
    if isinstance(settings, Settings):
        flow: WorkflowFlow = settings.millrace
    else:
        raw = settings.get("millrace") if isinstance(settings, dict) else None
        if not isinstance(raw, dict) or not raw.keys() & {"order", "concurrency"}:
            return None
        flow = WorkflowFlow.model_validate(raw)
    if flow.order is not None:
        return Holding(workflow, 1, flow.order.key)
    return None if flow.concurrency is None else Holding(workflow, flow.concurrency.limit, flow.concurrency.key)


def placed(holding: Holding | None, items: Sequence[Item], partitions: int, ids: Iterator[ExecutionId]) -> ExecutionId:
    """Give the first of the ids that may be a start's: where executions wait for each other, they live together."""
    return next(ids) if holding is None else holding.place(items, partitions, ids)


def tenant_of(settings: Any) -> str:
    """Say for whom a workflow runs, by its settings as JSON."""
    found = settings.get("tenant") if isinstance(settings, dict) else None
    return found if isinstance(found, str) and found else DEFAULT_TENANT


def check_holding(settings: Settings) -> None:
    """Raise WorkflowError for a rule that cannot be followed."""
    flow = settings.millrace
    if flow.order is not None and flow.concurrency is not None:
        raise WorkflowError(
            "order and concurrency are both given",
            field=f"{FIELD}.concurrency",
            hint="remove concurrency: with an order, executions of a key run one at a time",
        )
    for name, rule in (("order", flow.order), ("concurrency", flow.concurrency)):
        field = f"{FIELD}.{name}.key"
        try:
            check_key(rule.key if rule is not None else None, field)
        except MillraceError as bad:
            raise WorkflowError(bad.message, field=field, hint=bad.hint) from bad
