"""Calendars: one event as an iCalendar file, and the events of a file as JSON.

Flow: parameters → **calendars** → bytes; bytes → **calendars** → JSON.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import icalendar
from icalendar import Calendar, Event, vCalAddress, vGeo, vRecur, vText

from nodes.files import binary
from nodes.files.encodings import decode, detect
from nodes.sdk import Field, NodeError, NodeParams, Run
from nodes.transform.field_types import moment
from schemas.identifiers import digest_id

LARGEST = 16 * 1024 * 1024
MOST_COMPONENTS = 50_000
PRODUCT = "-//Millrace//Millrace//EN"


class Person(NodeParams):
    """Somebody who is invited or who invites."""

    name: str = ""
    email: str = ""
    rsvp: bool = False


class Attendees(NodeParams):
    """People, as the editor keeps them."""

    attendee_values: list[Person] = []


class Organizer(NodeParams):
    """The host, as the editor keeps it."""

    organizer_values: Person = Person()


class Place(NodeParams):
    """Where on the globe."""

    lat: float | str = ""
    lon: float | str = ""


class Geolocation(NodeParams):
    """The place, as the editor keeps it."""

    geolocation_values: Place = Place()


class EventFields(NodeParams):
    """What else may be told of an event."""

    attendees_ui: Attendees = Field(Attendees(), description="Who is invited.")
    busy_status: Literal["", "BUSY", "TENTATIVE"] = Field("", description="How the time is shown.")
    cal_name: str = Field("", description="Name of the calendar.")
    description: str = Field("", description="Longer text.")
    file_name: str = Field("", description="Name of the file.")
    geolocation_ui: Geolocation = Field(Geolocation(), description="Latitude and longitude.")
    location: str = Field("", description="Where it is.")
    recurrence_rule: str = Field("", description="How it repeats: `FREQ=WEEKLY;COUNT=3`.")
    organizer_ui: Organizer = Field(Organizer(), description="Who invites.")
    sequence: int = Field(0, ge=0, description="Number of the revision.")
    status: Literal["CONFIRMED", "CANCELLED", "TENTATIVE"] = Field("CONFIRMED", description="Whether it takes place.")
    uid: str = Field("", description="Its identity; made up where it is not told.")
    url: str = Field("", description="A page about it.")
    use_workflow_timezone: bool = Field(False, description="Times without a zone are the workflow's, not UTC.")


class EventParams(NodeParams):
    """An event."""

    title: str = Field("", description="What it is called (iCal).")
    start: str = Field("", description="When it begins (iCal).")
    end: str = Field("", description="When it ends; of a whole day, its last day (iCal).")
    all_day: bool = Field(False, description="It takes whole days (iCal).")
    additional_fields: EventFields = EventFields()


def event_file(params: EventParams, run: Run, index: int) -> binary.Part:
    """Write an event as a file."""
    fields = params.additional_fields
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-published-ttl", "PT1H")
    if fields.cal_name:
        calendar.add("x-wr-calname", fields.cal_name)
    with binary.refusing("event"):
        calendar.add_component(_event(params, run, index))
        data = calendar.to_ical()
    return binary.make(data, mime="text/calendar", name=fields.file_name or "event.ics")


def _event(params: EventParams, run: Run, index: int) -> Event:
    fields = params.additional_fields
    zone = run.timezone if fields.use_workflow_timezone else "UTC"
    start, end = _moment(params.start, "start", zone), _moment(params.end, "end", zone)
    if end < start:
        raise NodeError("the event ends before it begins", field="end")
    event = Event()
    event.add("uid", fields.uid or digest_id(run.task, index, "event"))
    event.add("summary", params.title)
    event.add("dtstamp", datetime.fromtimestamp(run.now / 1000, UTC))
    if params.all_day:
        event.add("dtstart", start.astimezone(ZoneInfo(zone)).date())
        event.add("dtend", end.astimezone(ZoneInfo(zone)).date() + timedelta(days=1))
    else:
        event.add("dtstart", start)
        event.add("dtend", end)
    for name in ("description", "location", "url", "status", "sequence"):
        if name in fields.model_fields_set and (value := getattr(fields, name)) != "":
            event.add(name, value)
    if fields.recurrence_rule:
        event.add("rrule", vRecur.from_ical(re.sub(r"(?i)^rrule:", "", fields.recurrence_rule.strip())))
    if fields.busy_status:
        event.add("x-microsoft-cdo-busystatus", fields.busy_status)
    _people(event, fields)
    return event


def _people(event: Event, fields: EventFields) -> None:
    place = fields.geolocation_ui.geolocation_values
    if place.lat != "" and place.lon != "":
        event.add("geo", vGeo((float(place.lat), float(place.lon))))
    organizer = fields.organizer_ui.organizer_values
    if organizer.email:
        event.add("organizer", _address(organizer))
    for person in fields.attendees_ui.attendee_values:
        address = _address(person)
        address.params["rsvp"] = vText("TRUE" if person.rsvp else "FALSE")
        event.add("attendee", address)


def _address(person: Person) -> vCalAddress:
    address = vCalAddress(f"mailto:{person.email}")
    if person.name:
        address.params["cn"] = vText(person.name)
    return address


def _moment(given: str, field: str, zone: str) -> datetime:
    try:
        return datetime.fromtimestamp(moment(given, zone) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise NodeError(f'"{given}" is not a date', field=field, hint="write it as 2024-01-31T10:00:00") from None


def events_of(data: bytes) -> dict[str, Any]:
    """Read a calendar as JSON: its version and maker, and its events."""
    if len(data) > LARGEST:
        raise NodeError(f"a calendar of more than {binary.size(LARGEST)} is too large")
    with binary.refusing("iCalendar file"):
        calendar = Calendar.from_ical(decode(data, detect(data)))
        found = {"version": "version", "prodId": "prodid", "method": "method", "name": "x-wr-calname"}
        made = {key: str(calendar[name]) for key, name in found.items() if name in calendar}
        return {**made, "events": [_json(event) for event in _events(calendar)]}


def _events(calendar: Any) -> Iterator[Any]:
    for count, component in enumerate(calendar.walk()):
        if count > MOST_COMPONENTS:
            raise NodeError(f"a calendar of more than {MOST_COMPONENTS} entries is too large")
        if component.name == "VEVENT":
            yield component


_TEXTS = {
    "summary": "summary", "uid": "uid", "description": "description", "location": "location", "url": "url",
    "status": "status", "class": "class", "comment": "comment", "timeTransparent": "transp",
}  # fmt: skip
_MOMENTS = {
    "stamp": "dtstamp", "start": "dtstart", "end": "dtend", "created": "created", "lastModified": "last-modified",
    "recurrenceId": "recurrence-id",
}  # fmt: skip


def _json(event: Any) -> dict[str, Any]:
    made: dict[str, Any] = {key: str(_first(event[name])) for key, name in _TEXTS.items() if name in event}
    made |= {key: _time(_first(event[name])) for key, name in _MOMENTS.items() if name in event}
    if "sequence" in event:
        made["sequence"] = int(event["sequence"])
    if "duration" in event:
        made["duration"] = event["duration"].to_ical().decode()
    if "categories" in event:
        made["categories"] = [str(name) for each in _listed(event["categories"]) for name in each.cats]
    if "rrule" in event:
        made["recurrenceRule"] = _rule(_first(event["rrule"]))
    if "geo" in event:
        made["geo"] = {"lat": event["geo"].latitude, "lon": event["geo"].longitude}
    if "organizer" in event:
        made["organizer"] = _person(_first(event["organizer"]))
    if "attendee" in event:
        made["attendees"] = [_person(one) for one in _listed(event["attendee"])]
    if "exdate" in event:
        made["exceptionDates"] = [_time(one) for each in _listed(event["exdate"]) for one in each.dts]
    return made


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


def _time(value: Any) -> dict[str, Any]:
    found = value.dt
    if not isinstance(found, datetime):
        if not isinstance(found, date):
            raise NodeError("a time that is neither a date nor a moment")
        return {"date": f"{found.isoformat()}T00:00:00.000Z", "type": "DATE"}
    made: dict[str, Any] = {"date": _iso(found.astimezone(UTC) if found.tzinfo else found), "type": "DATE-TIME"}
    zone = value.params.get("tzid")
    if zone:
        offset = found.strftime("%z")
        made["local"] = {"date": _iso(found.replace(tzinfo=None)), "timezone": str(zone), "tzoffset": offset}
    return made


def _iso(moment_: datetime) -> str:
    return moment_.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _rule(rule: icalendar.vRecur) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, values in rule.items():
        name = {"FREQ": "frequency", "WKST": "workweekStart", "BYDAY": "byDay"}.get(key.upper(), key.lower())
        plain = [one if isinstance(one, int | float) else _plain(one) for one in _listed(values)]
        made[name] = plain[0] if len(plain) == 1 and not name.startswith("by") else plain
    return made


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return _iso(value.astimezone(UTC) if value.tzinfo else value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _person(address: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"email": re.sub(r"(?i)^mailto:", "", str(address))}
    for key, name in (("name", "CN"), ("member", "MEMBER"), ("role", "ROLE"), ("partstat", "PARTSTAT")):
        if name in address.params:
            made[key] = str(address.params[name])
    if "RSVP" in address.params:
        made["rsvp"] = str(address.params["RSVP"]).upper() == "TRUE"
    return made
