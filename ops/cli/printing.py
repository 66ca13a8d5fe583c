"""Printing: rows as a table for people, or as JSON lines for programs.

Flow: answers of the API → **printing** → standard output.
"""

import datetime
import json
from collections.abc import Mapping, Sequence
from typing import Any

import click


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], as_json: bool = False) -> None:
    """Print rows under a heading; each as a line of JSON where ``as_json``."""
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    for line in (list(columns), *cells):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def moment(value: Any) -> str:
    """Show epoch milliseconds as local time."""
    if not isinstance(value, int | float):
        return str(value or "")
    return datetime.datetime.fromtimestamp(value / 1000).astimezone().isoformat(" ", "milliseconds")


def document(value: Any) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
