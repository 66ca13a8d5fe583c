"""``millrace letters``: dead letters from a shell.

Flow: shell → **letters** → `/api/v1/dead-letters`.
"""

from typing import Any

import click

from ops.cli.executions import items_of
from ops.cli.printing import document, moment, table
from ops.client import connect, segment

PATH = "/api/v1/dead-letters"


@click.group("letters")
def letters_verb() -> None:
    """List, show and drive again what could not be carried out."""


@letters_verb.command("list")
@click.option("--workflow", help="Only those of this workflow.")
@click.option("--node", help="Only those of this node.")
@click.option("--reason", help="Only those whose reason has this in it.")
@click.option("--limit", default=20, show_default=True, help="At most so many, newest first.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
def list_(workflow: str | None, node: str | None, reason: str | None, limit: int, as_json: bool) -> None:
    """List dead letters, newest first."""
    rows = list(connect().pages(PATH, limit, workflow=workflow, node=node, reason=reason))
    for row in rows if not as_json else ():
        row["at"] = moment(row.get("at"))
    table(rows, ["id", "at", "kind", "workflow", "node", "reason"], as_json)


@letters_verb.command("show")
@click.argument("letter")
def show(letter: str) -> None:
    """Show one with what it holds."""
    document(connect().get(f"{PATH}/{segment(letter)}"))


@letters_verb.command("redrive")
@click.argument("letters", nargs=-1)
@click.option("--workflow", help="Without letters: all of this workflow. With one: the workflow to start.")
@click.option("--reason", help="Without letters: all whose reason has this in it.")
@click.option("--items", help="What its node gives in place of what it had: a JSON list of items, or @FILE.")
@click.option("--version", help="Version to run; else that of the letter.")
@click.option("--node", help="Node to begin at; else that of the letter.")
def redrive(
    letters: tuple[str, ...],
    workflow: str | None,
    reason: str | None,
    items: str | None,
    version: str | None,
    node: str | None,
) -> None:
    """Drive letters again, each at most once: those named, or all of a workflow or with a reason."""
    changed: dict[str, Any] = {"version": version, "node": node}
    for letter in letters:
        body = {**changed, "workflow": workflow, "items": items_of(items)}
        document(connect().call("POST", f"{PATH}/{segment(letter)}/redrive", body))
    if letters:
        return
    if workflow is None and reason is None:
        raise click.UsageError("name letters, a workflow or a reason")
    wanted: dict[str, Any] | None = {"workflow": workflow, "reason": reason, "limit": 250}
    while wanted is not None:
        told = connect().call("POST", f"{PATH}/redrive", {**changed, "filter": wanted})
        document(told)
        wanted = {**wanted, "cursor": told["nextCursor"]} if told["nextCursor"] else None
