"""``millrace version``.

Flow: shell → **version** → the distribution's version.
"""

from importlib.metadata import version

import click


@click.command("version")
def version_verb() -> None:
    """Print the version."""
    click.echo(version("millrace"))
