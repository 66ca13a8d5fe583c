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
    """List, show, start, stop and repeat executions."""


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
    body = {"workflow": workflow, "node": node, "items": items_of(items), "wait": wait or None}
    document(connect().call("POST", PATH, {key: value for key, value in body.items() if value is not None}))


@executions_verb.command("stop")
@click.argument("execution")
def stop(execution: str) -> None:
    """Stop an execution that runs or waits."""
    connect().call("POST", f"{PATH}/{segment(execution)}/stop")


@executions_verb.command("replay")
@click.argument("execution")
def replay(execution: str) -> None:
    """Run one again from its record, with nothing outside, and say what differs."""
    told = connect().call("POST", f"{PATH}/{segment(execution)}/replay")
    document(told)
    if not told["same"]:
        raise SystemExit(1)


@executions_verb.command("fork")
@click.argument("execution")
@click.argument("node")
@click.option("--items", help="What arrives there: a JSON list of items, or @FILE; else what arrived.")
@click.option("--version", help="Version to go on with; else that of the execution.")
@click.option("--armed", is_flag=True, help="Make effects.")
def fork(execution: str, node: str, items: str | None, version: str | None, armed: bool) -> None:
    """Go on from a node of one, with other data or another version; effects are not made unless armed."""
    body = {"node": node, "items": items_of(items), "version": version, "armed": armed}
    document(connect().call("POST", f"{PATH}/{segment(execution)}/fork", body))


@executions_verb.command("redrive")
@click.argument("executions", nargs=-1)
@click.option("--workflow", help="All failed ones of this workflow.")
@click.option("--version", help="Version to run; else that of each.")
@click.option("--node", help="Node to begin at; else the one that failed.")
@click.option("--beginning", is_flag=True, help="Begin where they began.")
def redrive(
    executions: tuple[str, ...], workflow: str | None, version: str | None, node: str | None, beginning: bool
) -> None:
    """Do failed ones again, each at most once."""
    if not executions and workflow is None:
        raise click.UsageError("name executions, or a workflow")
    wanted = {"workflow": workflow, "executions": list(executions) or None}
    body = {"filter": wanted, "version": version, "node": node, "start": "beginning" if beginning else "failed"}
    cursor: str | None = None
    while True:
        told = connect().call("POST", f"{PATH}/redrive", {**body, "cursor": cursor})
        document(told)
        if (cursor := told["nextCursor"]) is None:
            return


def items_of(text: str | None) -> object:
    """Read an option that holds items: a JSON list, one item, or @FILE with either; None where it is absent."""
    if text is None:
        return None
    try:
        found = json.loads(Path(text[1:]).read_text(encoding="utf-8") if text.startswith("@") else text)
    except (OSError, ValueError) as bad:
        raise UserError(f"--items cannot be read: {bad}", field="items") from None
    return found if isinstance(found, list) else [found]
