"""Date & time: calculate with dates, format them, take them apart.

Flow: any node → **dateTime** → any node.  One item out per item in.
Version 1 formats with Moment's tokens and shows dates in UTC unless told otherwise; version 2 with Luxon's, in the
workflow's zone.
"""

from typing import Any

from nodes.expressions.builtins.formats import format_moment
from nodes.expressions.differences import diff
from nodes.expressions.moments import UNITS, DateTime, end_of, iso_text, start_of, unit_name, utc
from nodes.sdk import Example, Item, Items, NodeError, Parameters, Run, node
from nodes.sdk.ports import error_item
from nodes.transform import paths
from nodes.transform.date_params import OUTPUT, DateTimeParams
from nodes.transform.date_reading import luxon_pattern, read, zoned
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


def _formatted(params: DateTimeParams, run: Run) -> str:
    pattern = params.custom_format if params.format == "custom" else params.format
    if not pattern:
        raise NodeError("a format is needed", field="customFormat", hint="for example yyyy-MM-dd")
    keep = params.options.timezone is not True
    return format_moment(_read(params.date, run, params.options.from_format, keep=keep), pattern)


def _rounded(params: DateTimeParams, run: Run) -> str:
    moment = _read(params.date, run)
    if params.mode == "roundUp":
        return _iso(end_of(moment, unit_name(params.to)))
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
    zone = options.from_timezone or (run.timezone if pattern else "UTC")
    moment = read(params.value, zone, run.now, pattern=pattern, plain="UTC")
    if params.action == "calculate":
        sign = -1 if params.operation == "subtract" else 1
        moved = moment.plus({params.time_unit: params.duration}, sign)
        _iso(moved)
        result = iso_text(utc(moved.ms), 0)
    else:
        shown = zoned(moment.ms, options.to_timezone) if options.to_timezone else moment
        result = format_moment(shown, luxon_pattern(params.to_format))
    fields = dict(item.json)
    paths.put(fields, paths.keys(params.data_property_name), result)
    return fields
