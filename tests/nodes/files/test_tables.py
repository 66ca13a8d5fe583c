"""Tests of tables: what names columns, and how far a range goes.

Flow: rows → tables → **here**; a page → sheets reading → **here**.
"""

from typing import Any

import pytest

from nodes.files import sheets_reading, tables
from nodes.files.tables import Layout
from schemas.errors import NodeError

ROWS = [["a", None, ""], [1, 2, 3]]


def test_empty_text_names_a_column_and_nothing_does_not() -> None:
    assert list(tables.records(ROWS, Layout())) == [{"a": 1, "__EMPTY": 2, "": 3}]


@pytest.mark.parametrize(
    ("range_", "header", "gives"),
    [
        pytest.param("A2:B4", False, [{"row": [1, 2]}, {"row": []}, {"row": []}], id="rows to its end"),
        pytest.param("A4:B5", False, [{"row": []}, {"row": []}], id="beyond the sheet"),
        pytest.param("A1:A9", True, [{"a": 1}], id="records as far as there are some"),
        pytest.param("1", False, [{"row": [1, 2, 3]}], id="rows left out"),
    ],
)
def test_a_range_ends_where_it_says(range_: str, header: bool, gives: list[dict[str, Any]]) -> None:
    assert list(tables.records(ROWS, Layout(header, range=range_))) == gives


def test_a_range_without_end_is_refused() -> None:
    with pytest.raises(NodeError, match="too large"):
        list(tables.records(ROWS, Layout(header=False, range="A1:B9999999")))


@pytest.mark.parametrize(("raw", "gives"), [(True, ["TRUE", "FALSE"]), (False, [True, False])])
def test_raw_cells_of_a_page_are_text(raw: bool, gives: list[Any]) -> None:
    page = b'<table><tr><td data-t="b" data-v="true">TRUE</td><td data-t="b" data-v="false">FALSE</td></tr></table>'

    assert list(sheets_reading.read("html", page, raw=raw)) == [gives]
