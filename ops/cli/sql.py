"""``millrace sql``: the history in SQL.

Flow: shell → **sql** → `/api/v1/sql` → rows.
"""

import json
import sys

import click

from ops.cli.printing import table
from ops.client import connect


@click.command("sql")
@click.argument("query")
@click.option("--limit", default=1000, show_default=True, help="At most so many rows.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
def sql_verb(query: str, limit: int, as_json: bool) -> None:
    """Ask the history in SQL (read only); `-` reads the query from standard input."""
    text = sys.stdin.read() if query == "-" else query
    answer = connect().call("POST", "/api/v1/sql", {"query": text, "limit": limit})
    names = [column["name"] if isinstance(column, dict) else column[0] for column in answer["columns"]]
    rows = [dict(zip(names, row, strict=True)) for row in answer["rows"]]
    table(rows, names, as_json)
    if answer.get("truncated"):
        click.echo(f"only the first {json.dumps(len(rows))} rows", err=True)
