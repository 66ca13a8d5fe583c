"""``millrace eval``: expressions, without a server.

Flow: text or lines → **evaluating** → the compiled tier or V8 → values.
"""

import asyncio
import json
from typing import Any

import click

from ops.cli.batch import answer_lines
from ops.settings import read_settings
from schemas.errors import UserError


@click.command("eval")
@click.argument("expression", required=False)
@click.option("--item", default="{}", help="JSON that the expression sees as $json.")
@click.option("--explain", is_flag=True, help="Say too which tier answers, and why.")
@click.option("--batch", is_flag=True, help="Read one JSON request per line, write one JSON answer per line.")
def eval_verb(expression: str | None, item: str, explain: bool, batch: bool) -> None:
    """Evaluate an expression such as '={{ $json.name }}' and print its value as JSON (times in America/New_York)."""
    if batch == (expression is not None):
        raise click.UsageError("give an expression, or --batch")
    if batch:
        asyncio.run(_batch())
        return
    try:
        data = json.loads(item)
    except ValueError as bad:
        raise UserError(f"--item is no JSON: {bad}", field="item") from None
    answer = asyncio.run(_one({"id": 1, "expression": expression, "items": [{"json": data}], "itemIndex": 0}))
    if explain and expression is not None:
        click.echo(explained(expression), err=True)
    if "error" in answer:
        raise UserError(answer["error"]["message"], hint=answer["error"].get("hint"))
    click.echo(json.dumps(answer["value"], ensure_ascii=False))


def explained(text: str) -> str:
    """Say which tier answers an expression, why, and which nodes it reads."""
    from nodes.expressions.template import compile_template, expression

    template = compile_template(text if expression(text) else f"={text}")
    reason = f", for {template.reason}" if template.reason else ", as all of it compiles to closures"
    named = template.references.nodes
    nodes = "any, as the name is computed" if named is None else ", ".join(sorted(named)) or "none"
    return f"tier: {template.tier}{reason}\nnodes: {nodes}"


async def _one(request: dict[str, Any]) -> dict[str, Any]:
    from ops.private import evaluator

    read_settings()
    async with evaluator() as evaluate:
        return await evaluate(request)


async def _batch() -> None:
    from ops.private import evaluator

    read_settings()
    async with evaluator() as evaluate:
        await answer_lines(evaluate)
