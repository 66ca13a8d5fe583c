"""``millrace run``: workflow files, or a batch of requests, in a private in-memory engine.

Flow: files or lines → **running** → private engine → node outputs.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

import click

from ops.cli.batch import answer_lines
from ops.settings import read_settings
from schemas.errors import UserError

BATCH_ZONE = "America/New_York"


@click.command("run")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--batch", is_flag=True, help="Read one JSON request per line, write one JSON answer per line.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON answer per file.")
@click.option("--to", "destination", help="Run to this node and no further.")
@click.option("--from", "node", help="Run this node and what follows it; the same as --to: it alone.")
@click.option(
    "--past",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What an earlier run gave (its --json answer): nodes that need not run again give that.",
)
@click.pass_context
def run_verb(
    ctx: click.Context,
    files: tuple[Path, ...],
    batch: bool,
    as_json: bool,
    destination: str | None,
    node: str | None,
    past: Path | None,
) -> None:
    """Run workflow files, or parts of them, without a server, and print each node's output."""
    if batch == bool(files):
        raise click.UsageError("give workflow files, or --batch")
    if past is not None and destination is None and node is None:
        raise click.UsageError("--past needs --to, --from or both")
    if batch:
        asyncio.run(_batch())
        return
    loaded = {str(path): load(path) for path in files}
    others = [{"name": Path(name).stem, **each} for name, each in loaded.items()]
    requests: list[dict[str, Any]] = [
        {"id": name, "workflow": each, "workflows": others} for name, each in loaded.items()
    ]
    if destination is not None or node is not None:
        partial = {"destination": destination, "node": node, "past": None if past is None else load(past)}
        requests = [{**request, "partial": partial} for request in requests]
    answers = asyncio.run(_run(requests))
    for answer in answers:
        click.echo(json.dumps(answer, ensure_ascii=False) if as_json else shown(answer, titled=len(files) > 1))
    ctx.exit(0 if all(answer["status"] in {"success", "waiting"} for answer in answers) else 1)


def load(path: Path, *, several: bool = False) -> Any:
    """Read a workflow file, which may hold a list of them where ``several`` may be; raise UserError for all else."""
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as bad:
        raise UserError(f'"{path}" is no JSON: {bad}') from None
    if not isinstance(found, dict) and not (several and isinstance(found, list)):
        raise UserError(f'"{path}" holds no workflow', hint="a workflow is a JSON object with nodes and connections")
    return found


def shown(answer: dict[str, Any], *, titled: bool) -> str:
    """Write an answer for people: each node's runs in the order in which they ran, then how it ended."""
    lines = [f"# {answer['id']}"] if titled else []
    seen: dict[str, int] = {}
    for name in answer.get("order", []):
        at = seen[name] = seen.get(name, -1) + 1
        runs = answer.get("runs", {}).get(name, [])
        outputs = runs[at]["outputs"] if at < len(runs) else []
        lines.append(f"{name}{f' (run {at})' if at else ''}")
        for index, items in enumerate(outputs):
            mark = f"  [{index}]" if len(outputs) > 1 else "  "
            lines += [f"{mark} {json.dumps(item.get('json'), ensure_ascii=False)}" for item in items or []]
    error = answer.get("error") or {}
    where = f' in node "{error["node"]}"' if error.get("node") else ""
    return "\n".join([*lines, f"→ {answer['status']}" + (f"{where}: {error.get('message')}" if error else "")])


async def _run(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    from ops.private import private_engine

    async with private_engine(read_settings()) as engine:
        return [await engine.run(request) for request in requests]


async def _batch() -> None:
    from ops.private import private_engine

    async with private_engine(read_settings(timezone=BATCH_ZONE)) as engine:
        await answer_lines(engine.run)
