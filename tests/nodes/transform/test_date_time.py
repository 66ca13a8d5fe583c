"""Tests of dates: reading, calculating, formatting, in both versions."""

from typing import Any

import pytest

from nodes.sdk import Item
from nodes.sdk.harness import Harness, outputs
from nodes.transform.date_reading import read
from nodes.transform.date_time import date_time
from nodes.transform.moment_format import luxon_pattern
from schemas.errors import NodeError

NEW_YORK = "America/New_York"


async def run(params: dict[str, Any], version: float = 2) -> Any:
    made = outputs(await Harness(date_time).run(params, [[Item(json={})]], version=version))[0][0]
    return next(iter(made.json.values()))


@pytest.mark.parametrize(
    ("value", "found"),
    [
        pytest.param(1_682_918_315, "2023-05-01T01:18:35.000-04:00", id="seconds"),
        pytest.param(1_682_918_315_906, "2023-05-01T01:18:35.906-04:00", id="milliseconds"),
        pytest.param("1682918315.906", "2023-05-01T01:18:35.906-04:00", id="text with a part"),
        pytest.param("2023-05-01", "2023-04-30T20:00:00.000-04:00", id="day"),
        pytest.param("2023-05-01T12:00:00Z", "2023-05-01T08:00:00.000-04:00", id="with offset"),
        pytest.param("05/01/2023", "2023-04-30T20:00:00.000-04:00", id="slashes"),
        pytest.param("May 1, 2023 3:00 PM", "2023-05-01T11:00:00.000-04:00", id="english"),
        pytest.param("Mon, 01 May 2023 12:00:00 GMT", "2023-05-01T08:00:00.000-04:00", id="mail"),
    ],
)
def test_reads_what_people_write(value: Any, found: str) -> None:
    assert read(value, NEW_YORK, 0).iso() == found


def test_reads_by_a_pattern() -> None:
    assert read("31.12.2024 23h", "UTC", 0, pattern="dd.MM.yyyy HH'h'").iso() == "2024-12-31T23:00:00.000Z"


@pytest.mark.parametrize("value", ["soon", [], {}, "13:45", "2024-02-30"])
def test_refuses_what_is_no_date(value: Any) -> None:
    with pytest.raises(NodeError, match="not a date"):
        read(value, "UTC", 0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("YYYY-MM-DD", "yyyy-MM-dd"),
        ("dddd, MMMM D [at] h:mm A", "cccc, MMMM d 'at' h:mm a"),
        ("X", "X"),
        ("HH:mm:ss.SSS Z", "HH:mm:ss.SSS ZZ"),
    ],
)
def test_the_older_tokens(old: str, new: str) -> None:
    assert luxon_pattern(old) == new


@pytest.mark.parametrize(
    ("params", "found"),
    [
        pytest.param({"operation": "subtractFromDate", "magnitude": "2024-03-31", "duration": 1, "timeUnit": "months"},
                     "2024-02-29T00:00:00.000Z", id="subtracts"),
        pytest.param({"operation": "roundDate", "date": "2024-05-17T10:20:30Z", "toNearest": "week"},
                     "2024-05-13T00:00:00.000Z", id="rounds down"),
        pytest.param({"operation": "roundDate", "date": "2024-02-17", "mode": "roundUp"},
                     "2024-03-01T00:00:00.000Z", id="rounds up"),
        pytest.param({"operation": "extractDate", "date": "2024-12-30", "part": "week"}, 1, id="week"),
        pytest.param({"operation": "getTimeBetweenDates", "startDate": "2024-01-01", "endDate": "2025-02-03",
                      "units": ["day", "year"], "options": {"isoString": True}}, "P1Y33D", id="between"),
        pytest.param({"operation": "getCurrentDate", "includeTime": False, "options": {"timezone": "Asia/Tokyo"}},
                     "2023-11-15T00:00:00.000+09:00", id="today elsewhere"),
        pytest.param({"operation": "formatDate", "date": "31.12.24", "format": "custom", "customFormat": "yyyy 'W'W",
                      "options": {"fromFormat": "dd.MM.yy"}}, "2024 W1", id="formats"),
    ],
)  # fmt: skip
async def test_version_2(params: dict[str, Any], found: Any) -> None:
    assert await run(params) == found


@pytest.mark.parametrize(
    ("params", "found"),
    [
        pytest.param({"value": "2022-08-01", "toFormat": "MMMM DD YYYY"}, "August 01 2022", id="formats"),
        pytest.param({"value": 0.5, "toFormat": "x"}, "500", id="timestamp"),
        pytest.param({"value": "2022-08-01T00:00:00Z", "options": {"toTimezone": NEW_YORK}}, "07/31/2022", id="zone"),
        pytest.param({"action": "calculate", "value": "2022-08-01", "operation": "subtract", "duration": 1,
                      "timeUnit": "weeks"}, "2022-07-25T00:00:00.000Z", id="calculates"),
    ],
)  # fmt: skip
async def test_version_1(params: dict[str, Any], found: Any) -> None:
    assert await run(params, 1) == found


async def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(NodeError, match="no time zone"):
        await run({"options": {"timezone": "Mars/Olympus"}})
