"""Benchmarks' own arithmetic and drawing; what they measure is asserted nowhere.

Flow: points → report → **here**.
"""

import os
import xml.etree.ElementTree as ET

import pytest

from ops.bench.load import quantile
from ops.bench.measures import APART, PLAIN, Findings, Pipe, Point
from ops.bench.peers import measure_peers
from ops.bench.processes import cpu_seconds, disk_bytes, memory_mebibytes, tree
from ops.bench.report import page, plot, ratio, text


def point(subject, concurrency, rate):
    return Point(subject, concurrency, rate, 1.0, 2.0, 100, 0, 300.0, 200.0, 0.2)


POINTS = [point("millrace", 1, 900.0), point("millrace", 50, 4000.0), point("other", 50, 2000.0)]


@pytest.mark.parametrize(
    ("values", "share", "wanted"),
    [
        pytest.param([], 0.5, 0.0, id="nothing"),
        pytest.param([1.0], 0.99, 1.0, id="one"),
        pytest.param([float(n) for n in range(100)], 0.99, 99.0, id="high"),
        pytest.param([float(n) for n in range(100)], 0.5, 50.0, id="middle"),
    ],
)
def test_quantile(values, share, wanted):
    assert quantile(values, share) == wanted


def test_ratios_compare_equal_concurrency():
    assert [ratio(POINTS, each) for each in POINTS] == ["", "", "2.00"]


def test_a_plot_is_svg_with_a_bar_for_each_point():
    drawn = ET.fromstring(plot(POINTS, "rate", "executions/s"))

    bars = [shape for shape in drawn.iter("rect") if shape.get("width") == "28"]
    assert len(bars) == len(POINTS)
    assert max(float(bar.get("height")) for bar in bars) == 170.0


def test_the_report_says_what_was_found_and_what_was_not():
    found = Findings(points=POINTS, idle_mebibytes=321.0, accepted=10, in_history={"success": 12, "before": 2})

    assert "321 MiB" in text(found)
    assert "10 / 10" in text(found)
    assert "not measured" in text(found)
    assert "<svg" in page(found)


def test_the_report_compares_with_the_plain_loop():
    found = Findings(pipes=[Pipe(PLAIN, 100, 100, 50_000.0, 7.0), Pipe("chained", 100, 99, 20_000.0, 40.0)])

    assert "20,000/s (40% of plain, 40 µs CPU, 99 of 100 arrived)" in text(found)
    assert "kafka" not in text(Findings())


def test_the_report_says_what_is_to_be_reached():
    pipes = [Pipe("chained", 100, 100, 20_000.0, 40.0, "≥ 10,000/s")]
    found = text(Findings(points=[point(APART, 1, 400.0), point(APART, 50, 2000.0)], pipes=pipes))

    assert "20,000/s (40 µs CPU)   ≥ 10,000/s" in found
    assert "2,000/s, p50 1.0 ms at c=1" in found


def test_a_process_tree_has_cost(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 5000)

    assert os.getpid() in tree(os.getpid())
    assert cpu_seconds(os.getpid()) > 0
    assert memory_mebibytes(os.getpid()) > 1
    assert disk_bytes(tmp_path) >= 5000


def test_a_skeleton_that_does_not_start_is_left_out(tmp_path, capsys):
    skeleton = tmp_path / "skeleton.py"
    skeleton.write_text("import a_library_that_is_not_there")

    assert list(measure_peers({}, skeleton, [1], 0.1)) == []
    assert "the skeleton is left out" in capsys.readouterr().err
