"""Wait limits: until when a node waits for somebody, as its parameters say.

Flow: wait, form, emailSend → **wait limits** → epoch ms.
"""

from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from nodes.sdk import Field, NodeParams, Run
from nodes.transform.field_types import moment
from schemas.errors import ParameterError

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
Unit = Literal["seconds", "minutes", "hours", "days"]
LONGEST_SECONDS = 100 * 365 * 86_400


class WaitLimit(NodeParams):
    """How long somebody is waited for."""

    limit_type: Literal["afterTimeInterval", "atSpecifiedTime"] = Field("afterTimeInterval", description="Which time.")
    resume_amount: float = Field(1, ge=0, description="How long somebody is waited for.")
    resume_unit: Unit = Field("hours", description="Unit of that amount.")
    max_date_and_time: Any = Field("", description="Until when somebody is waited for.")

    @property
    def fixed(self) -> bool:
        """Say whether that is a moment of the calendar."""
        return self.limit_type == "atSpecifiedTime"

    def until(self, run: Run) -> int:
        """Give the end of the wait."""
        if self.limit_type == "atSpecifiedTime":
            return max(time_of(self.max_date_and_time, "maxDateAndTime", run), run.now)
        return run.now + milliseconds(self.resume_amount, self.resume_unit, "resumeAmount")


class LimitedWait(WaitLimit):
    """The same, if it is limited at all."""

    limit_wait_time: bool = Field(False, description="Go on with the items where nobody comes in time.")

    def limit(self, run: Run) -> int | None:
        """Give the end of the wait, None where it has none."""
        return self.until(run) if self.limit_wait_time else None


def milliseconds(amount: float, unit: str, field: str) -> int:
    """Give an amount of a unit; raise ParameterError where it is too long."""
    seconds = amount * SECONDS[unit]
    if seconds > LONGEST_SECONDS:
        raise ParameterError(f"{amount:g} {unit} is too long", field=field, hint="at most a hundred years")
    return int(seconds * 1000)


def time_of(given: Any, field: str, run: Run) -> int:
    """Read a point in time; raise ParameterError where it is none."""
    try:
        if isinstance(given, datetime):
            aware = given if given.tzinfo else given.replace(tzinfo=ZoneInfo(run.timezone))
            return int(aware.astimezone(UTC).timestamp() * 1000)
        return int(moment(given, run.timezone))
    except (ValueError, OverflowError):
        raise ParameterError(f'"{given}" is no date', field=field, hint="such as 2030-01-31T08:00:00") from None
