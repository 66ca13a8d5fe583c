"""Date parameters: what Date & Time asks for, in both versions.

Flow: dateTime's parameters → **date params** → dateTime.
"""

from typing import Any, Literal

from nodes.sdk import Field, NodeParams

Unit = Literal["years", "quarters", "months", "weeks", "days", "hours", "minutes", "seconds", "milliseconds"]
Part = Literal["year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond"]
Operation = Literal[
    "addToDate", "subtractFromDate", "extractDate", "formatDate", "getCurrentDate", "getTimeBetweenDates", "roundDate",
    "add", "subtract",
]  # fmt: skip


class DateOptions(NodeParams):
    """Rarely needed choices; the second half is of version 1."""

    include_input_fields: bool = Field(False, description="Keep the input's fields too.")
    timezone: bool | str = Field("", description="A zone for the current date; to format: true for the workflow's.")
    from_format: str = Field("", description="How the date is written.")
    iso_string: bool = Field(False, description="Give a time difference as ISO 8601 text.")
    from_timezone: str = Field("", description="Zone of the date (version 1).")
    to_timezone: str = Field("", description="Zone of the result (version 1).")


class DateTimeParams(NodeParams):
    """What to do with which date."""

    operation: Operation = Field("getCurrentDate", description="What to do; add or subtract in version 1.")
    date: Any = Field("", description="The date.")
    magnitude: Any = Field("", description="The date to add to or subtract from.")
    duration: float = Field(0, description="How much to add or subtract.")
    time_unit: Unit = Field("days", description="Of what.")
    format: str = Field("MM/dd/yyyy", description="Luxon's format tokens, or custom.")
    custom_format: str = Field("", description="Luxon's format tokens.")
    mode: Literal["roundDown", "roundUp"] = Field("roundDown", description="Where to round to.")
    to_nearest: Part = Field("month", description="Start of what.")
    to: Part = Field("month", description="End of what.")
    start_date: Any = Field("", description="The earlier date.")
    end_date: Any = Field("", description="The later date.")
    units: list[Part] = Field(["day"], description="What to count the time between in.")
    part: Part = Field("month", description="The part to extract.")
    include_time: bool = Field(True, description="Give the current time too.")
    output_field_name: str = Field("", description="Field for the result.")
    options: DateOptions = DateOptions()
    action: Literal["format", "calculate"] = Field("format", description="What to do (version 1).")
    value: Any = Field("", description="The date (version 1).")
    to_format: str = Field("MM/DD/YYYY", description="Moment's format tokens (version 1).")
    data_property_name: str = Field("data", description="Field for the result (version 1).")
    custom: bool = Field(False, description="Kept for n8n: the format is one of one's own (version 1).")


OUTPUT = {
    "getCurrentDate": "currentDate", "addToDate": "newDate", "subtractFromDate": "newDate",
    "formatDate": "formattedDate", "roundDate": "roundedDate", "getTimeBetweenDates": "timeDifference",
    "extractDate": "datePart",
}  # fmt: skip
