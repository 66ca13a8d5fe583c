"""``millrace variables``: what `$vars` gives, from a shell.

Flow: shell → **variables** → `/api/v1/variables`.
"""

from typing import Any

import click

from ops.cli.printing import table
from ops.client import Client, connect, segment
from schemas.errors import NotFoundError

PATH = "/api/v1/variables"


@click.group("variables")
def variables_verb() -> None:
    """List, set and delete variables."""


@variables_verb.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
def list_(as_json: bool) -> None:
    """List variables."""
    table(connect().get(PATH)["data"], ["key", "value"], as_json)


@variables_verb.command("set")
@click.argument("key")
@click.argument("value")
def set_(key: str, value: str) -> None:
    """Make or change a variable."""
    client, body = connect(), {"key": key, "value": value}
    found = _find(client, key)
    if found is None:
        client.call("POST", PATH, body)
    else:
        client.call("PUT", f"{PATH}/{segment(found['id'])}", body)


@variables_verb.command("delete")
@click.argument("key")
def delete(key: str) -> None:
    """Delete a variable."""
    client = connect()
    found = _find(client, key)
    if found is None:
        raise NotFoundError(f'there is no variable "{key}"')
    client.call("DELETE", f"{PATH}/{segment(found['id'])}")


def _find(client: Client, key: str) -> dict[str, Any] | None:
    return next((each for each in client.get(PATH)["data"] if each["key"] == key), None)
