"""``millrace workflows``: the catalog from a shell.

Flow: shell → **workflows** → `/api/v1/workflows`.
"""

import json
from pathlib import Path
from typing import Any

import click

from ops.cli.printing import document, moment, table
from ops.cli.running import load
from ops.client import connect, segment

PATH = "/api/v1/workflows"


@click.group("workflows")
def workflows_verb() -> None:
    """List, show, import, export, publish, switch and watch workflows."""


@workflows_verb.command("list")
@click.option("--active/--inactive", default=None, help="Only those.")
@click.option("--search", help="Only those whose name has this in it.")
@click.option("--limit", default=100, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
def list_(active: bool | None, search: str | None, limit: int, as_json: bool) -> None:
    """List workflows."""
    flag = None if active is None else str(active).lower()
    rows = list(connect().pages(PATH, limit, active=flag, search=search))
    for row in rows if not as_json else ():
        row["updatedAt"] = moment(row.get("updatedAt"))
    table(rows, ["id", "name", "active", "revision", "updatedAt"], as_json)


@workflows_verb.command("show")
@click.argument("workflow")
def show(workflow: str) -> None:
    """Show one workflow with everything the API says of it."""
    document(connect().get(f"{PATH}/{segment(workflow)}"))


@workflows_verb.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--activate", is_flag=True, help="Activate each at once.")
def import_(files: tuple[Path, ...], activate: bool) -> None:
    """Make workflows from files in n8n's JSON format; print their ids."""
    client = connect()
    for file in files:
        body = load(file)
        body.pop("id", None)  # an id of another installation means nothing here
        made = client.call("POST", PATH, {"name": file.stem, **body})
        if activate:
            client.call("POST", f"{PATH}/{segment(made['id'])}/activate")
        click.echo(made["id"])


@workflows_verb.command("export")
@click.argument("workflow")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write; else print.")
def export(workflow: str, output: Path | None) -> None:
    """Write a workflow in n8n's JSON format."""
    found = exported(connect().get(f"{PATH}/{segment(workflow)}"))
    text = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    if output:
        output.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)


@workflows_verb.command("activate")
@click.argument("workflow")
def activate(workflow: str) -> None:
    """Publish the draft and start its triggers."""
    connect().call("POST", f"{PATH}/{segment(workflow)}/activate")


@workflows_verb.command("publish")
@click.argument("workflow")
@click.option("--version", help="Version to publish; else the draft.")
@click.option("--message", "-m", help="Why, for whoever reads the list of versions.")
def publish(workflow: str, version: str | None, message: str | None) -> None:
    """Let its triggers start a version from now on; executions under way stay on theirs."""
    body = {"version": version, "message": message}
    shown = connect().call("POST", f"{PATH}/{segment(workflow)}/publish", body)
    click.echo(shown["publishedVersionId"])


@workflows_verb.command("rollback")
@click.argument("workflow")
@click.option("--version", help="Version to publish again; else the one published before.")
def rollback(workflow: str, version: str | None) -> None:
    """Publish an earlier version again; the draft stays as it is."""
    shown = connect().call("POST", f"{PATH}/{segment(workflow)}/rollback", {"version": version})
    click.echo(shown["publishedVersionId"])


@workflows_verb.command("versions")
@click.argument("workflow")
@click.option("--limit", default=50, show_default=True, help="At most so many, newest first.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
def versions(workflow: str, limit: int, as_json: bool) -> None:
    """List its versions, newest first."""
    rows = list(connect().pages(f"{PATH}/{segment(workflow)}/versions", limit))
    for row in rows if not as_json else ():
        row["createdAt"], row["publishedAt"] = moment(row["createdAt"]), moment(row.get("publishedAt"))
    table(rows, ["id", "createdAt", "nodes", "draft", "published", "publishedAt", "message"], as_json)


@workflows_verb.command("deactivate")
@click.argument("workflow")
def deactivate(workflow: str) -> None:
    """Stop its triggers."""
    connect().call("POST", f"{PATH}/{segment(workflow)}/deactivate")


@workflows_verb.command("delete")
@click.argument("workflow")
@click.confirmation_option("--yes", prompt="delete this workflow?")
def delete(workflow: str) -> None:
    """Remove a workflow; its executions stay in the history."""
    connect().call("DELETE", f"{PATH}/{segment(workflow)}")


@workflows_verb.command("listen")
@click.argument("workflow")
@click.option("--json", "as_json", is_flag=True, help="Print what comes as it comes.")
def listen(workflow: str, as_json: bool) -> None:
    """Open the test URLs of a workflow's draft and watch its test requests run, until Ctrl-C."""
    for line in connect().lines("POST", f"{PATH}/{segment(workflow)}/listen"):
        click.echo(json.dumps(line, ensure_ascii=False) if as_json else told(line))


def exported(found: dict[str, Any]) -> dict[str, Any]:
    """Keep of the API's answer what belongs to the workflow itself."""
    body = found.get("workflow", found)
    keep = ("name", "nodes", "connections", "settings", "staticData", "pinData", "meta", "tags")
    return {key: body[key] for key in keep if key in body}


def told(line: dict[str, Any]) -> str:
    """Say one line of a listening for people."""
    if urls := line.get("listening"):
        return "\n".join(f"listening on {url}" for url in urls)
    payload = line.get("payload", line)
    kind = line.get("eventType") or line.get("event")
    if kind == "node.finished":
        return f"  {payload.get('node')}: {payload.get('status', 'success')}, {sum(payload.get('counts', []))} items"
    if kind == "execution.finished":
        return f"→ {payload.get('status', 'success')}"
    return f"execution {payload['execution']}" if "execution" in payload and not kind else json.dumps(line)
