"""``millrace executions``: what ran, from a shell.

Flow: shell → **executions** → `/api/v1/executions`.
"""

import json
from pathlib import Path

import click

from ops.cli.printing import document, moment, table
from ops.client import connect, segment
from schemas.errors import UserError

PATH = "/api/v1/executions"


@click.group("executions")
def executions_verb() -> None:
    """List, show, start and stop executions."""


@executions_verb.command("list")
@click.option("--workflow", help="Only those of this workflow.")
@click.option(
    "--status", type=click.Choice(["running", "waiting", "success", "error", "cancelled"]), help="Only those."
)
@click.option("--limit", default=20, show_default=True, help="At most so many, newest first.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
def list_(workflow: str | None, status: str | None, limit: int, as_json: bool) -> None:
    """List executions, newest first."""
    rows = list(connect().pages(PATH, limit, workflow=workflow, status=status))
    for row in rows if not as_json else ():
        row["startedAt"] = moment(row.get("startedAt"))
    table(rows, ["id", "workflow", "status", "mode", "startedAt", "runs"], as_json)


@executions_verb.command("show")
@click.argument("execution")
def show(execution: str) -> None:
    """Show one execution with every node's output."""
    document(connect().get(f"{PATH}/{segment(execution)}"))


@executions_verb.command("start")
@click.argument("workflow")
@click.option("--node", help="Trigger to start from; else the one that a manual start takes.")
@click.option("--items", help="Its output: a JSON list of items, or @FILE.")
@click.option("--wait", is_flag=True, help="Wait for the end and print the result.")
def start(workflow: str, node: str | None, items: str | None, wait: bool) -> None:
    """Start a workflow's draft."""
    body = {"workflow": workflow, "node": node, "items": _items(items), "wait": wait or None}
    document(connect().call("POST", PATH, {key: value for key, value in body.items() if value is not None}))


@executions_verb.command("stop")
@click.argument("execution")
def stop(execution: str) -> None:
    """Stop an execution that runs or waits."""
    connect().call("POST", f"{PATH}/{segment(execution)}/stop")


def _items(text: str | None) -> object:
    if text is None:
        return None
    try:
        found = json.loads(Path(text[1:]).read_text(encoding="utf-8") if text.startswith("@") else text)
    except (OSError, ValueError) as bad:
        raise UserError(f"--items cannot be read: {bad}", field="items") from None
    return found if isinstance(found, list) else [found]
