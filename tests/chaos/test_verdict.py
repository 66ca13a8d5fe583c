"""Verdict: which rows of chaos' table are good.

Flow: rows → **here**.
"""

import pytest

from ops.chaos.table import table
from ops.chaos.verdict import Row


@pytest.mark.parametrize(
    ("row", "good"),
    [
        pytest.param(Row("s", 3, 3), True, id="all is well"),
        pytest.param(Row("s"), False, id="nothing was accepted"),
        pytest.param(Row("s", 3, 2), False, id="one does not end"),
        pytest.param(Row("s", 3, 3, lost=["2"]), False, id="lost"),
        pytest.param(Row("s", 3, 3, duplicated=["row 2"]), False, id="twice"),
        pytest.param(Row("s", 3, 3, duplicated=["2"], honours=False), True, id="twice, for who does not heed names"),
        pytest.param(Row("s", 3, 3, lost=["2"], honours=False), False, id="lost, for them as well"),
        pytest.param(Row("s", 3, 3, hung=["a nap went on"]), False, id="what was due did not come"),
    ],
)
def test_which_rows_are_good(row: Row, good: bool) -> None:
    assert row.good is good
    assert all(told in table([row]) for told in (*row.hung, *row.lost, *row.duplicated))
