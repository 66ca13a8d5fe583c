"""``millrace test``: the tests that stand beside workflows.

Flow: ``*.test.json`` → **testing** → private engine → passed and failed, with what differs.
"""

import asyncio
from pathlib import Path

import click

from ops.settings import read_settings
from ops.workflow_tests import SUFFIX, Outcome, find_files, read_tests, run_test, updated
from schemas.errors import UserError


@click.command("test")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("-k", "part", default="", help="Run only tests with this in their name.")
@click.option("--update", is_flag=True, help="Write what nodes gave into the test files, where it differs.")
@click.option("-q", "--quiet", is_flag=True, help="Show only what failed, and the count.")
@click.pass_context
def test_verb(ctx: click.Context, paths: tuple[Path, ...], part: str, update: bool, quiet: bool) -> None:
    """Run workflow tests (*.test.json, in this folder by default), without a server; status 1 where one fails."""
    if update and part:
        raise click.UsageError("--update takes whole files, without -k")
    files = find_files(paths or (Path(),))
    if not files:
        raise UserError(f"found no *{SUFFIX}", hint="hello.test.json stands beside hello.json; see docs/testing.md")
    failed, count = 0, 0
    for path, outcomes in asyncio.run(_run(files, part)):
        click.echo(_shown(path, outcomes, quiet=quiet), nl=False)
        count += len(outcomes)
        failed += sum(bool(outcome.faults) for outcome in outcomes)
        if update and any(outcome.faults for outcome in outcomes):
            path.write_text(updated(path, outcomes), encoding="utf-8")
            click.echo(f"  wrote {path}")
    click.echo(f"{count - failed} passed, {failed} failed" if failed else f"{count} passed")
    ctx.exit(1 if failed and not update else 0)


async def _run(files: list[Path], part: str) -> list[tuple[Path, list[Outcome]]]:
    from ops.private import private_engine

    tests = [(path, [test for test in read_tests(path) if part in test.name]) for path in files]
    async with private_engine(read_settings()) as engine:
        return [(path, [await run_test(test, engine.run) for test in several]) for path, several in tests]


def _shown(path: Path, outcomes: list[Outcome], *, quiet: bool) -> str:
    kept = [outcome for outcome in outcomes if outcome.faults or not quiet]
    lines = [str(path)] if kept else []
    for outcome in kept:
        lines.append(f"  {'✗' if outcome.faults else '✓'} {outcome.test.name}")
        lines += [f"      {line}" for fault in outcome.faults for line in fault.splitlines()]
    return "".join(f"{line}\n" for line in lines)
