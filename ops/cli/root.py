"""The root of the command line: verbs, loaded when called, so that each starts quickly.

Flow: shell → **root** → one verb's module → its result, or an error on standard error and a status.
"""

import importlib
import sys

import click

from schemas.errors import ConflictError, MillraceError

VERBS = {
    "up": ("serving", "start Millrace: gateway, agents and stores in one process"),
    "gateway": ("serving", "start a gateway alone (needs a broker of its own)"),
    "worker": ("serving", "start a worker alone (needs a broker of its own)"),
    "run": ("running", "run workflow files to their end, without a server"),
    "test": ("testing", "run the tests that stand beside workflows"),
    "eval": ("evaluating", "evaluate expressions, without a server"),
    "workflows": ("workflows", "list, show, import, export, publish, switch and watch workflows"),
    "executions": ("executions", "list, show, start, stop and repeat executions"),
    "letters": ("letters", "list, show and drive again what could not be carried out"),
    "variables": ("variables", "list, set and delete variables"),
    "topics": ("topics", "list, make, check and measure topics on Kafka, and send to one"),
    "sql": ("sql", "ask the history in SQL"),
    "version": ("version", "print the version"),
}


class Root(click.Group):
    """A group that imports a verb's module when the verb is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the verbs."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb."""
        if cmd_name not in VERBS:
            return None
        found = getattr(importlib.import_module(f"ops.cli.{VERBS[cmd_name][0]}"), f"{cmd_name}_verb")
        assert isinstance(found, click.Command)  # noqa: S101 narrows what getattr gave
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs without importing them."""
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, text) for verb, (_, text) in VERBS.items()])


@click.command(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
def root() -> None:
    """Millrace: workflow automation that runs as a stream.

    Settings come from the environment (MILLRACE_PORT, MILLRACE_DATA, MILLRACE_TOKEN, …): see docs/settings.md.
    """


def main() -> None:
    """Run the command line; the console script.

    Status: 0 well, 1 an error of the workflow, the request or the world, 2 wrong usage, 3 something in use.
    """
    try:
        sys.exit(root(prog_name="millrace", standalone_mode=False))
    except click.Abort:
        sys.exit(130)
    except click.ClickException as bad:
        bad.show()
        sys.exit(bad.exit_code)
    except MillraceError as bad:
        click.echo(f"millrace: {bad.message}", err=True)
        if bad.hint:
            click.echo(f"hint: {bad.hint}", err=True)
        sys.exit(3 if isinstance(bad, ConflictError) else 1)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone, which is no error
        sys.exit(0)
