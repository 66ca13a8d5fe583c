"""The report: a table for the terminal, a page with plots for a browser.

Flow: findings → **report** → standard output, bench-report/index.html.
"""

import html
import platform
from collections.abc import Sequence

from ops.bench.durable import GOALS as DURABLE_GOALS
from ops.bench.fairness import rows as fairness_rows
from ops.bench.measures import APART, PLAIN, Findings, Point
from ops.bench.micro import GOALS
from ops.bench.past import GOALS as PAST_GOALS
from ops.bench.web_app import GOALS as WEB_GOALS

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
table{border-collapse:collapse;margin:1rem 0}td,th{padding:.25rem .8rem;border-bottom:1px solid #ddd;text-align:right}
td:first-child,th:first-child{text-align:left}svg{max-width:100%;height:auto}h2{margin-top:2rem}
"""
COLOURS = ("#2563eb", "#d97706", "#059669", "#9333ea", "#dc2626")


def facts(found: Findings) -> list[tuple[str, str, str]]:
    """Give what was found beside the load points: name, value, what it should reach."""
    rows = [
        ("idle memory of the process tree (PSS)", _unit(found.idle_mebibytes, "MiB"), "≤ 500 MB"),
        ("idle CPU", _unit(found.idle_cpu_percent, "% of a core", 1), "< 5 %"),
        ("ready after a first start", _unit(found.ready_seconds, "s", 2), ""),
        ("ready after a start on existing data", _unit(found.ready_again_seconds, "s", 2), "≤ 4 s"),
        ("bytes on disk per execution", _unit(found.disk_bytes_each, "B"), ""),
        ("accepted / in history", f"{found.accepted:,} / {_history(found)}", "all"),
        ("one execution of many items", _unit(found.million_seconds, "s", 1), ""),
        ("its peak memory (PSS of the tree)", _unit(found.million_mebibytes, "MiB"), "< 1 GB"),
    ]
    goals = GOALS | DURABLE_GOALS | PAST_GOALS | WEB_GOALS
    for name, value in (found.micro | found.past | found.web).items():
        rows.append((name, f"{value:,.0f}" if value >= 100 else f"{value:.1f}", goals.get(name, "")))
    return rows + fairness_rows(found.shares) + _on_kafka(found)


def _on_kafka(found: Findings) -> list[tuple[str, str, str]]:
    """Give what was found on Kafka: records a second from topic to topic, and their share of the plain loop's."""
    if not found.pipes:
        return []
    plain = next((pipe.rate for pipe in found.pipes if pipe.subject == PLAIN), 0.0)
    rows = []
    for pipe in found.pipes:
        share = f"{pipe.rate / plain:.0%} of plain, " if plain and pipe.subject != PLAIN else ""
        lost = "" if pipe.arrived == pipe.records else f", {pipe.arrived:,} of {pipe.records:,} arrived"
        rows.append(
            (f"kafka: {pipe.subject}", f"{pipe.rate:,.0f}/s ({share}{pipe.cpu_us:.0f} µs CPU{lost})", pipe.goal)
        )
    apart = [point for point in found.points if point.subject == APART]
    if apart:
        quick = f"{max(point.rate for point in apart):,.0f}/s, p50 {apart[0].p50:.1f} ms at c={apart[0].concurrency}"
        rows.append(("kafka: webhook, gateway and worker apart", quick, "≥ 1,000/s, < 15 ms at c=1"))
    return [
        *rows,
        ("kafka: a worker's idle CPU", _unit(found.kafka_idle_percent, "% of a core", 1), "< 5 %"),
        ("kafka: longest silence after kill -9", _unit(found.kafka_silence_seconds, "s", 1), "≤ 12 s"),
    ]


def text(found: Findings) -> str:
    """Write the findings for a terminal."""
    head = (
        f"{'':12}{'c':>4}{'rate/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'CPU µs':>9}{'PSS MiB':>9}{'failed':>8}{'ratio':>8}"
    )
    lines = [head]
    for point in found.points:
        cpu = f"{point.cpu_us:9.0f}" if point.cpu_us else " " * 9
        memory = f"{point.mebibytes:9.0f}" if point.mebibytes else " " * 9
        lines.append(
            f"{point.subject:12}{point.concurrency:4}{point.rate:10,.0f}{point.p50:9.2f}{point.p99:9.2f}{cpu}{memory}"
            f"{point.failed:8}{ratio(found.points, point):>8}"
        )
    lines += ["", *(f"{name:58}{value:>22}   {goal}" for name, value, goal in facts(found))]
    return "\n".join([*lines, *(f"note: {note}" for note in found.notes)])


def page(found: Findings) -> str:
    """Write the findings as one HTML page that needs nothing else."""
    points = "".join(
        f"<tr><td>{html.escape(p.subject)}</td><td>{p.concurrency}</td><td>{p.rate:,.0f}</td><td>{p.p50:.2f}</td>"
        f"<td>{p.p99:.2f}</td><td>{p.cpu_us:.0f}</td><td>{p.mebibytes:.0f}</td><td>{p.failed}</td>"
        f"<td>{ratio(found.points, p)}</td></tr>"
        for p in found.points
    )
    others = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in facts(found))
    notes = "".join(f"<p>{html.escape(note)}</p>" for note in found.notes)
    machine = html.escape(f"{platform.platform()}, Python {platform.python_version()}")
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Millrace: benchmark</title>
<style>{STYLE}</style><h1>Millrace: benchmark</h1>
<p>Webhook → set (3 fields) → if → set, the last node answers. {machine};
the load generator shares the machine. Ratio: Millrace's rate to this subject's.</p>
<h2>Rate</h2>{plot(found.points, "rate", "executions/s")}
<h2>Latency</h2>{plot(found.points, "p50", "p50, ms")}{plot(found.points, "p99", "p99, ms")}
<table><tr><th></th><th>concurrency</th><th>rate/s</th><th>p50 ms</th><th>p99 ms</th><th>CPU µs each</th>
<th>PSS MiB</th><th>failed</th><th>ratio</th></tr>{points}</table>
<h2>The rest</h2><table><tr><th></th><th>found</th><th>to reach</th></tr>{others}</table>{notes}</html>
"""


def ratio(points: Sequence[Point], other: Point) -> str:
    """Say how Millrace's rate compares with this subject's at the same concurrency."""
    ours = next((p for p in points if p.subject == "millrace" and p.concurrency == other.concurrency), None)
    return "" if ours is None or ours is other or not other.rate else f"{ours.rate / other.rate:.2f}"


def plot(points: Sequence[Point], quantity: str, label: str) -> str:
    """Draw one quantity over concurrency as bars, a group per level, a colour per subject."""
    subjects = list(dict.fromkeys(p.subject for p in points))
    levels = sorted({p.concurrency for p in points})
    highest = max((float(getattr(p, quantity)) for p in points), default=0.0) or 1.0
    width, height, bar = 760, 240, 28
    group = (width - 60) / max(len(levels), 1)
    parts = [f'<text x="0" y="14" font-size="12">{html.escape(label)}</text>']
    for point in points:
        value = float(getattr(point, quantity))
        at, tall = subjects.index(point.subject), value / highest * (height - 70)
        x = 40 + levels.index(point.concurrency) * group + at * (bar + 6)
        y = height - 30 - tall
        colour = COLOURS[at % len(COLOURS)]
        parts.append(f'<rect x="{x:.0f}" y="{y:.1f}" width="{bar}" height="{tall:.1f}" fill="{colour}"/>')
        parts.append(
            f'<text x="{x + bar / 2:.0f}" y="{y - 4:.1f}" font-size="11" text-anchor="middle">{value:,.4g}</text>'
        )
    for at, level in enumerate(levels):
        parts.append(f'<text x="{40 + at * group:.0f}" y="{height - 12}" font-size="12">concurrency {level}</text>')
    for at, subject in enumerate(subjects):
        x, colour = 160 + at * 120, COLOURS[at % len(COLOURS)]
        parts.append(f'<rect x="{x}" y="4" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{x + 18}" y="14" font-size="12">{html.escape(subject)}</text>')
    return f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{html.escape(label)}">{"".join(parts)}</svg>'


def _unit(value: float | None, unit: str, digits: int = 0) -> str:
    return "not measured" if value is None else f"{value:,.{digits}f} {unit}"


def _history(found: Findings) -> str:
    before = found.in_history.get("before", 0)
    now = sum(count for status, count in found.in_history.items() if status != "before")
    failed = sum(count for status, count in found.in_history.items() if status not in {"before", "success"})
    return f"{now - before:,}" + (f" ({failed:,} not successful)" if failed else "")
