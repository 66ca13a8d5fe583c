"""Expressions: the value of one, and what may be written in it, for the editor's preview and completion.

Flow: editor → **expressions** → the compiled tier, or V8 in a child of this process.
"""

from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from gateway.endpoints import Endpoint, Outcome
from gateway.given import Given
from gateway.problems import refuse
from nodes.expressions.completion import complete
from nodes.expressions.evaluation import ZONE, evaluate_request, scope_of
from nodes.expressions.javascript.pool import JavaScriptPool
from schemas.clock import now_ms

PATH = "/api/v1/expressions"
ItemBody = dict[str, Any]


class Arrival(BaseModel):
    """Where the items came from: one output of one run of a node."""

    model_config = ConfigDict(extra="forbid")

    node: str = Field(min_length=1, description="Name of the node.")
    output: int = Field(0, ge=0, description="Which of its outputs.")
    run: int = Field(0, ge=0, description="Which of its runs.")


class Sight(BaseModel):
    """What an expression sees."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    items: list[ItemBody] = Field(default_factory=list, description="Items of the first input: {json, binary?}.")
    item_index: int = Field(0, ge=0, alias="itemIndex", description="The item at hand.")
    runs: dict[str, list[list[ItemBody]]] = Field(
        default_factory=dict, description="By node, the items of each output of its last run."
    )
    parameters: dict[str, dict[str, Any]] = Field(default_factory=dict, description="By node, its parameters.")
    source: str | None = Field(None, description="The node that made the items.")
    node: str = Field("", description="The node that the expression stands in.")
    workflow: dict[str, Any] = Field(default_factory=dict, description="What $workflow shows: id, name, active.")
    variables: dict[str, Any] = Field(default_factory=dict, description="What $vars shows.")
    zone: str = Field(ZONE, description="The workflow's time zone.")
    execution: str | None = Field(
        None, description="Take from this execution what other nodes gave, where runs does not say."
    )
    input: Arrival | None = Field(None, description="Take the items from there, in place of items.")


class EvaluateBody(Sight):
    """An expression to evaluate."""

    expression: str = Field(max_length=100_000, description="A parameter's text; the = in front may be left out.")


class CompleteBody(Sight):
    """A text to complete."""

    text: str = Field(max_length=100_000, description="The whole text, with = in front.")
    position: int = Field(ge=0, description="Where the caret stands.")


class Value(msgspec.Struct):
    """The value, with markers such as {"$undefined": true} for what JSON lacks; the tier that gave it."""

    value: Any
    tier: str


class Completion(msgspec.Struct):
    """One thing to write: its text, what it is, its type or an example, what it does."""

    label: str
    kind: str
    detail: str
    doc: str


class Completions(msgspec.Struct):
    """What may be written, best first."""

    data: list[Completion]


class Expressions:
    """The resource."""

    def __init__(self, pool: JavaScriptPool, given: Given) -> None:
        self._pool = pool
        self._given = given

    def endpoints(self) -> list[Endpoint]:
        """Declare the operations."""
        return [
            Endpoint("POST", f"{PATH}/evaluate", self.evaluate, "expressions", {200: Value}),
            Endpoint("POST", f"{PATH}/complete", self.complete, "expressions", {200: Completions}),
        ]

    async def evaluate(self, body: EvaluateBody) -> Outcome:
        """Evaluate an expression on given data, or on that of an execution; nothing is kept."""
        answer = await evaluate_request({**await self._seen(body), "expression": body.expression}, self._pool)
        if "error" in answer:
            raise refuse("ExpressionError", answer["error"]["message"], hint=answer["error"].get("hint"))
        return Outcome(Value(answer["value"], answer["tier"]))

    async def complete(self, body: CompleteBody) -> Outcome:
        """List what may be written at a place in an expression."""
        seen = await self._seen(body)
        scope = scope_of(seen, now_ms())
        names = sorted({*seen["runs"], *body.parameters} - {body.node})
        found = complete(body.text, body.position, scope, names)
        return Outcome(Completions([Completion(one.label, one.kind, one.detail, one.doc) for one in found]))

    async def _seen(self, body: Sight) -> dict[str, Any]:
        own = {"expression", "text", "position", "variables", "execution", "input"}
        shown = body.model_dump(by_alias=True, exclude=own)
        seen = {**shown, "vars": body.variables, "sources": {}}
        if body.execution is None:
            return seen
        of = await self._given.seen(body.execution)
        seen |= {"runs": {**of["runs"], **body.runs}, "sources": of["sources"]}
        if (at := body.input) is not None:
            seen["source"] = at.node
            given = body.runs.get(at.node)
            seen["items"] = (
                await self._given.input(body.execution, at.node, at.run, at.output)
                if given is None
                else [*given, *[[]] * (at.output + 1)][at.output]
            )
        return seen
