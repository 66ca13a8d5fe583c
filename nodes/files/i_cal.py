"""iCalendar: an event as a file that calendars understand.

Flow: any node → **iCal** → any node.  convertToFile is its successor.
"""

from typing import Literal

from nodes.files import binary
from nodes.files.calendars import EventParams, event_file
from nodes.sdk import Example, Field, Item, Items, Parameters, Run, node


class ICal(EventParams):
    """The event, and where its file goes."""

    operation: Literal["createEventFile"] = "createEventFile"
    binary_property_name: str = Field("data", description="Name of the binary part.")


@node(
    "iCal",
    group="files",
    title="iCalendar",
    examples=[
        Example(
            title="an event becomes a file",
            params={"title": "Lunch", "start": "2024-01-03T12:00:00", "end": "2024-01-03T13:00:00"},
            then=[{}],
        ),
        Example(title="an event has a beginning", params={"title": "Lunch"}, fails="is not a date"),
    ],
)
async def i_cal(parameters: Parameters[ICal], items: Items, run: Run) -> Items:
    """Make an iCalendar file for each item."""

    async def one(index: int, _: Item) -> Items:
        params = parameters(index)
        return [Item(json={}, binary={params.binary_property_name: event_file(params, run, index)}, paired=index)]

    return await binary.each(items, run, one)
