"""``millrace workflows``: the catalog from a shell.

Flow: shell → **workflows** → `/api/v1/workflows`.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import click

from ops.cli.printing import document, moment, table
from ops.cli.running import load
from ops.client import connect, segment

PATH = "/api/v1/workflows"


@click.group("workflows")
def workflows_verb() -> None:
    """List, show, import, export, publish, try out, switch and watch workflows."""


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
@click.option("--dry-run", is_flag=True, help="Report what differs or is missing, and make nothing.")
@click.option("--replace", is_flag=True, help="Replace workflows that have the same id.")
@click.option("--activate", is_flag=True, help="Activate each at once.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole report of each as JSON.")
def import_(files: tuple[Path, ...], dry_run: bool, replace: bool, activate: bool, as_json: bool) -> None:
    """Make workflows from files in n8n's JSON format, one or several in each; print their ids.

    What differs or is missing here is told on standard error.
    """
    client = connect()
    for file in files:
        load(file, several=True)
        body = {"workflow": file.read_text(encoding="utf-8"), "dryRun": dry_run, "replace": replace, "name": file.stem}
        answer = client.call("POST", f"{PATH}/import", body)
        for one in (answer, *answer.get("others", [])):
            if as_json:
                click.echo(json.dumps(one["report"], ensure_ascii=False))
            else:
                click.echo(reported(one["report"]), err=not dry_run)
            made = one.get("workflow")
            if made is None:
                continue
            if activate:
                client.call("POST", f"{PATH}/{segment(made['id'])}/activate")
            if not as_json:
                click.echo(made["id"])


@workflows_verb.command("export")
@click.argument("workflow", required=False)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write; with --all a folder. Else print.")
@click.option("--all", "everything", is_flag=True, help="Write every workflow to a file of its own.")
def export(workflow: str | None, output: Path | None, everything: bool) -> None:
    """Write a workflow in n8n's JSON format; what was imported and not changed comes out byte for byte."""
    if everything == (workflow is not None):
        raise click.UsageError("name a workflow, or --all")
    client = connect()
    if workflow is not None:
        data = client.read(f"{PATH}/{segment(workflow)}/export")
        if output:
            output.write_bytes(data)
        else:
            click.echo(data.decode(), nl=False)
        return
    folder = output or Path()
    folder.mkdir(parents=True, exist_ok=True)
    for row in client.pages(PATH, sys.maxsize):
        file = folder / f"{file_name(row['name'])}.{row['id']}.json"
        file.write_bytes(client.read(f"{PATH}/{segment(row['id'])}/export"))
        click.echo(file)


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


@workflows_verb.command("rollout")
@click.argument("workflow")
@click.option("--canary", "canary", metavar="VERSION", help="Run this version for a part of the starts.")
@click.option("--shadow", "shadow", metavar="VERSION", help="Run this version beside them, without effects.")
@click.option("--percent", default=100.0, show_default=True, help="How many of the starts, or of their keys.")
@click.option("--key", help="Field of the first item, or expression, whose value decides who takes part.")
@click.option("--error-rate", type=float, help="Take it back when more of its executions fail (0 to 1).")
@click.option("--slower", type=float, help="Take it back when they take so many times as long.")
@click.option("--differing", type=float, help="Take it back when more of its shadows give something else (0 to 1).")
@click.option("--end", "end", is_flag=True, help="End it: every start runs what is published.")
def rollout(
    workflow: str, canary: str | None, shadow: str | None, percent: float, key: str | None, end: bool, **when: float
) -> None:
    """Try a version beside the published one; without options: say how it does."""
    place = f"{PATH}/{segment(workflow)}/rollout"
    if canary is not None or shadow is not None:
        body = {"kind": "shadow" if canary is None else "canary", "version": canary or shadow, "percent": percent}
        limits = {
            {"error_rate": "errorRate"}.get(name, name): value for name, value in when.items() if value is not None
        }
        connect().call("PUT", place, {**body, "key": key, "rollbackWhen": limits or None})
    elif end:
        connect().call("DELETE", place)
    document(connect().get(place))


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


def file_name(name: str) -> str:
    """Make of a workflow's name the beginning of a file's."""
    return re.sub(r"[^\w-]+", "-", name).strip("-").lower() or "workflow"


def reported(report: dict[str, Any]) -> str:
    """Say what differs or is missing of an imported workflow; of nodes that are as they should be nothing."""
    lines = [f"{report['name'] or 'without a name'}: {len(report['nodes'])} nodes"]
    if refused := report.get("refused"):
        lines.append(f"  refused: {refused['message']}")
    told = [(None, note) for note in report.get("notes", [])]
    told += [(node, note) for node in report["nodes"] for note in node["notes"]]
    for node, note in told:
        mark = "missing" if note.get("missing") else "differs"
        where = f"{node['node']}: " if node else ""
        lines.append(f"  {mark}  {where}{note['text']}" + (f" ({note['hint']})" if note.get("hint") else ""))
    return "\n".join(lines)


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
