"""Date & time: calculate with dates, format them, take them apart.

Flow: any node → **dateTime** → any node.  One item out per item in.
Version 1 formats with Moment's tokens and shows dates in UTC unless told otherwise; version 2 with Luxon's, in the
workflow's zone.

What stays different from n8n:

- A time in ISO's form with `EST` after it is read; n8n refuses it.
- A text such as "1706696430" is read by the format `X`; n8n refuses it.
- A result whose field is named by an empty text goes to the field that has it otherwise (`newDate` …); n8n's field has
  the empty name.
- The format `''` writes nothing; n8n writes one apostrophe.
"""

import math
from typing import Any

from nodes.expressions.builtins.dates import parse_date
from nodes.expressions.builtins.formats import format_moment
from nodes.expressions.builtins.reading import parse_format
from nodes.expressions.differences import diff
from nodes.expressions.moments import UNITS, DateTime, iso_text, start_of, unit_name, utc
from nodes.sdk import Example, Item, Items, NodeError, Parameters, Run, node
from nodes.sdk.ports import error_item
from nodes.transform import paths
from nodes.transform.date_params import OUTPUT, DateTimeParams
from nodes.transform.date_reading import read, zoned
from nodes.transform.field_types import text
from nodes.transform.moment_format import luxon_pattern, write_moment
from schemas.errors import UserError


@node(
    "dateTime",
    group="transform",
    title="Date & Time",
    versions=(1, 2),
    examples=[
        Example(
            title="adds to a date",
            params={"operation": "addToDate", "magnitude": "2024-01-31T10:00:00Z", "duration": 1, "timeUnit": "months"},
            then=[{"newDate": "2024-02-29T10:00:00.000Z"}],
        ),
        Example(
            title="formats",
            params={"operation": "formatDate", "date": "={{ $json.at }}", "format": "yyyy/MM/dd"},
            given=[{"at": "2024-12-31T23:30:00+01:00"}],
            then=[{"formattedDate": "2024/12/31"}],
        ),
        Example(
            title="counts the time between",
            params={
                "operation": "getTimeBetweenDates",
                "startDate": "2024-01-01",
                "endDate": "2024-03-02T12:00:00",
                "units": ["month", "day"],
            },
            then=[{"timeDifference": {"months": 2, "days": 1.5}}],
        ),
        Example(
            title="version 1 formats in Moment's tokens and keeps the other fields",
            version=1,
            params={"value": "08/01/2022", "toFormat": "YYYY-MM-DD"},
            given=[{"a": 1}],
            then=[{"a": 1, "data": "2022-08-01"}],
        ),
        Example(
            title="what is no date fails",
            params={"operation": "extractDate", "date": "soon", "part": "hour"},
            fails="is not a date that can be read",
        ),
    ],
)
async def date_time(parameters: Parameters[DateTimeParams], items: Items, run: Run) -> Items:
    """Work with dates and times."""
    made: Items = []
    for index, item in enumerate(items):
        try:
            params = parameters(index)
            json = _first_version(params, item, run) if run.version < 2 else _fields(params, item, run)
            made.append(Item(json=json, binary=item.binary, paired=index))
        except UserError as bad:
            if not run.continue_on_fail:
                raise
            made.append(error_item(bad, index))
    return made


def _fields(params: DateTimeParams, item: Item, run: Run) -> dict[str, Any]:
    fields = dict(item.json) if params.options.include_input_fields else {}
    name = params.output_field_name or OUTPUT.get(params.operation, "data")
    paths.put(fields, (name,), _result(params, run))
    return fields


def _result(params: DateTimeParams, run: Run) -> Any:
    match params.operation:
        case "addToDate" | "subtractFromDate":
            sign = 1 if params.operation == "addToDate" else -1
            return _iso(_read(params.magnitude, run).plus({params.time_unit: params.duration}, sign))
        case "formatDate":
            return _formatted(params, run)
        case "roundDate":
            return _rounded(params, run)
        case "extractDate":
            part = "weekNumber" if params.part == "week" else params.part
            return _read(params.date, run).member(part)
        case "getTimeBetweenDates":
            return _between(params, run)
        case "getCurrentDate":
            return _current(params, run)
    raise NodeError(f'operation "{params.operation}" is of version 1', field="operation")


def _read(value: Any, run: Run, pattern: str = "", *, keep: bool = False) -> DateTime:
    return read(value, run.timezone, run.now, pattern=pattern, keep=keep)


def _iso(moment: DateTime) -> str:
    if not moment.valid:
        raise NodeError("the date is out of range")
    return moment.iso()


def _formatted(params: DateTimeParams, run: Run) -> str | None:
    if params.date is None:
        return None
    pattern = params.custom_format if params.format == "custom" else params.format
    if not pattern:
        raise NodeError("a format is needed", field="customFormat", hint="for example yyyy-MM-dd")
    keep = params.options.timezone is not True
    return format_moment(_read(params.date, run, params.options.from_format, keep=keep), pattern)


def _rounded(params: DateTimeParams, run: Run) -> str:
    moment = _read(params.date, run)
    if params.mode == "roundUp":
        unit = unit_name(params.to)
        return _iso(start_of(moment.plus({unit: 1}), unit))
    return _iso(start_of(moment, unit_name(params.to_nearest)))


def _between(params: DateTimeParams, run: Run) -> Any:
    wanted = {unit_name(unit) for unit in params.units}
    units = [unit for unit in UNITS if unit in wanted]
    if not units:
        raise NodeError("choose a unit", field="units")
    found = diff(_read(params.end_date, run), _read(params.start_date, run), units)
    return found.iso() if params.options.iso_string else dict(found.amounts)


def _current(params: DateTimeParams, run: Run) -> str:
    zone = params.options.timezone if isinstance(params.options.timezone, str) else ""
    now = zoned(run.now, zone or run.timezone)
    return _iso(now if params.include_time else start_of(now, "days"))


def _first_version(params: DateTimeParams, item: Item, run: Run) -> dict[str, Any]:
    options, pattern = params.options, luxon_pattern(params.options.from_format)
    chosen = bool(options.from_timezone or options.to_timezone)
    zone = options.to_timezone or (run.timezone if chosen else "UTC")
    plain = options.from_timezone or (run.timezone if chosen else "UTC")
    moment = _first_read(params, plain, pattern, run)
    if params.action == "calculate":
        sign = -1 if params.operation == "subtract" else 1
        moved = moment.plus({params.time_unit: params.duration}, sign)
        _iso(moved)
        result = iso_text(utc(moved.ms), 0)
    else:
        shown = zoned(moment.ms, zone)
        result = write_moment(shown, params.to_format, named=chosen) if moment.valid else "Invalid date"
    fields = dict(item.json)
    paths.put(fields, paths.keys(params.data_property_name), result)
    return fields


def _first_read(params: DateTimeParams, plain: str, pattern: str, run: Run) -> DateTime:
    value = params.value
    if params.action == "calculate" and not isinstance(value, list | dict | None):
        # never seconds, and text as JavaScript reads it
        ms = math.floor(value) if isinstance(value, bool | int | float) else parse_date(text(value))
        moment = zoned(float(ms), "UTC")
        if not moment.valid:
            raise NodeError(f"{value!r:.80} is not a date that can be read", field="value")
        return moment
    if pattern and params.action == "format" and isinstance(value, str) and value:
        return parse_format(value.strip(), pattern, zoned(0, plain).zone, run.now)
    return zoned(read(value, "UTC", run.now, pattern=pattern, plain=zoned(0, plain).zone).ms, "UTC")
