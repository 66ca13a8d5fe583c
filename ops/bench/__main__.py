"""``make bench``: measure, print, write the page.

Flow: `python -m ops.bench` → **__main__** → measures, peers, micro, kafka, past, web app → report.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

from ops.bench.durable import measure_durable
from ops.bench.fairness import FLOODS, measure_fairness
from ops.bench.kafka import OnKafka, measure_on_kafka
from ops.bench.measures import Findings, measure_millrace
from ops.bench.micro import measure_parts
from ops.bench.past import measure_past
from ops.bench.peers import SKELETON, measure_peers
from ops.bench.report import page, text
from ops.bench.web_app import measure_web_app


def main() -> None:
    """Read the arguments, measure, report."""
    given = arguments()
    levels = [int(level) for level in given.levels.split(",")]
    found = Findings()
    with tempfile.TemporaryDirectory(prefix="millrace-bench-") as folder:
        if given.only in {"", "embedded"}:
            found = measure_millrace(Path(folder) / "data", levels, given.seconds, given.items)
            peers = dict(peer.split("=", 1) for peer in given.peer)
            found.points += measure_peers(peers, given.skeleton, levels, given.seconds)
            found.micro = measure_parts()
        if given.only in {"", "durable"}:
            found.micro |= measure_durable(Path(folder) / "durable", given.seconds)
        if given.only in {"", "fairness"}:
            for flood in FLOODS:
                data = Path(folder) / f"shared-{flood[:5]}"
                found.shares.append(measure_fairness(data, flood, given.flood, given.seconds))
        if given.only in {"", "kafka"}:
            asked = OnKafka(Path(folder), given.kafka, levels, given.seconds, given.records)
            asyncio.run(measure_on_kafka(asked, found))
        if given.only in {"", "past"} and given.past:
            found.past = measure_past(Path(folder) / "past", given.past)
        if given.only in {"", "web"}:
            measure_web_app(Path(folder) / "web", found)
    report = Path(given.output)
    report.mkdir(parents=True, exist_ok=True)
    (report / "index.html").write_text(page(found), encoding="utf-8")
    print(text(found))
    print(f"\n{report / 'index.html'}")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="make bench", description="measure Millrace on this machine")
    parser.add_argument("--seconds", type=float, default=8, help="for each point (default 8)")
    parser.add_argument("--levels", default="1,10,50", help="concurrency levels (default 1,10,50)")
    parser.add_argument("--items", type=int, default=1_000_000, help="items of the large execution; 0 leaves it out")
    parser.add_argument(
        "--only",
        default="",
        choices=["embedded", "durable", "fairness", "kafka", "past", "web"],
        help="one part (default: all)",
    )
    parser.add_argument(
        "--flood", type=int, default=20_000, help="executions with which one tenant floods another (default 20000)"
    )
    parser.add_argument("--kafka", default="", metavar="HOST:PORT", help="a Kafka to use; else one is started")
    parser.add_argument("--records", type=int, default=200_000, help="records of each topic on Kafka (default 200000)")
    parser.add_argument("--past", type=int, default=10_000_000, help="executions of a long past; 0 leaves it out")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=URL", help="another server to load")
    parser.add_argument("--skeleton", type=Path, default=SKELETON, help="a bare skeleton to compare with")
    parser.add_argument("--output", default="bench-report", help="folder of the report (default bench-report)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
