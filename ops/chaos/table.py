"""Table: what chaos found, a line for each scenario.

Flow: rows → **table** → terminal.
"""

from collections.abc import Sequence

from ops.chaos.verdict import Row

HEAD = ("scenario", "accepted", "finished", "lost", "duplicated", "in doubt", "longest silence")


def table(rows: Sequence[Row]) -> str:
    """Write the table, and under it what is to be said of each row."""
    lines = [HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(HEAD))]
    parts = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    parts.insert(1, "  ".join("-" * width for width in widths))
    for row in rows:
        for note in [*row.notes, *_which(row)]:
            parts.append(f"{row.scenario}: {note}")
    return "\n".join(parts)


def _cells(row: Row) -> tuple[str, ...]:
    counts = (row.accepted, row.finished, len(row.lost), len(row.duplicated), row.in_doubt)
    return (row.scenario, *map(str, counts), f"{row.silence_seconds:.1f} s")


def _which(row: Row) -> list[str]:
    told = [f"keyed calls repeated {row.repeats} times"] if row.repeats else []
    told += [f"lost: {', '.join(row.lost[:20])}"] if row.lost else []
    told += row.hung
    why = "duplicated" if row.honours else "twice, under one name"
    return told + ([f"{why}: {', '.join(row.duplicated[:20])}"] if row.duplicated else [])
