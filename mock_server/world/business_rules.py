"""Rules of a Sophiie business for the past of a world and for simulated events.

``lead_history`` and ``lead_story`` tell the past, ``mock_server.simulation`` the present. Both write what these rules
say, so they cannot drift apart.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from mock_server.world import Record
from mock_server.world.calendar import spoken
from mock_server.world.fixture_models import Service
from mock_server.world.fixtures import common
from mock_server.world.people import Person

SOURCES = ("CALL", "SMS", "EMAIL", "WEBFORM", "CHATBOT")
"""The five sources of an inquiry; every topic can come by each, but Sophiie herself only rings."""

SOURCE_SHARES = (44, 17, 15, 13, 11)
"""Percent of the contacts that come by each source, in the order of SOURCES."""

_SPOKEN = {"CALL": "call", "SMS": "text", "EMAIL": "e-mail", "WEBFORM": "web form", "CHATBOT": "chat"}

APPOINTMENT_CHANGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"PENDING": ("start", "CONFIRMED"), "CONFIRMED": ("end", "COMPLETED")}
)
"""By the status of an open appointment: the field whose time ends that status, and the status that follows."""


class ActivityLine(NamedTuple):
    """One line of a lead's activities: its event, and its text."""

    event: str
    text: str


def lead_created(source: str) -> ActivityLine:
    """The line of a lead that is made by its first contact."""
    return ActivityLine("LEAD_CREATED", f"Lead created from {_SPOKEN[source]}")


def lead_activated() -> ActivityLine:
    """The line of a lead whose first appointment was booked."""
    return ActivityLine("LEAD_UPDATED", "Status changed from pending to active")


def inquiry_created(source: str, about: str) -> ActivityLine:
    """The line of a contact that was written down."""
    return ActivityLine("INQUIRY_CREATED", f"New {_SPOKEN[source]} about {about}")


def appointment_booked(zone: str, service: Service, start: int) -> ActivityLine:
    """The line of an appointment that was booked; ``start`` in epoch milliseconds."""
    return ActivityLine("APPOINTMENT_CREATED", f"{service.name}, {spoken(zone, start)}")


def confirmation_sent(phone: str | None) -> ActivityLine:
    """The line of the text message that follows a booking."""
    return ActivityLine("SMS_SENT", f"Confirmation sent to {phone}")


def appointment_moved(zone: str, start: int) -> ActivityLine:
    """The line of an appointment that was moved; its new ``start`` in epoch milliseconds."""
    return ActivityLine("APPOINTMENT_RESCHEDULED", f"Moved to {spoken(zone, start)}")


def appointment_cancelled(reason: str = "Cancelled by the customer") -> ActivityLine:
    """The line of an appointment that was called off."""
    return ActivityLine("APPOINTMENT_CANCELLED", reason)


def appointment_status(start: int, end: int, now: int, *, confirmed: bool = False) -> str:
    """The status of an appointment that nobody has cancelled, at a moment; all times in epoch milliseconds."""
    times, status = {"start": start, "end": end}, "CONFIRMED" if confirmed else "PENDING"
    while status in APPOINTMENT_CHANGES and times[APPOINTMENT_CHANGES[status][0]] <= now:
        status = APPOINTMENT_CHANGES[status][1]
    return status


def lead_status(*, visits: bool, inquiries: bool) -> str:
    """The status of a lead: it waits from its first request until something is booked."""
    return "pending" if inquiries and not visits else "active"


def tags_due(*, urgent: bool, commercial: bool, visits: int, quote: bool, moved: bool) -> Mapping[str, str | None]:
    """The tags that follow from a lead's story, with their descriptions, in the order of the fixture."""
    true = {
        "Urgent": urgent,
        "Commercial": commercial,
        "Repeat customer": visits >= 2,
        "Quote": quote,
        "Rescheduled": moved,
    }
    return {name: about for name, about in common().lead_tags.items() if true[name]}


def lead_address(who: Person) -> Record:
    """The address in a lead's record: known once a job was discussed."""
    lines = {"line1": who.line1, "line2": who.line2, "suburb": who.suburb, "state": who.state}
    return {"address": {**lines, "postcode": who.postcode, "country": "AU"}}


def recording_url(source_id: str | int) -> str:
    """Where the recording of a call would be: a host that is reserved for examples."""
    return f"https://recordings.sophiie-mock.example/{source_id}.mp3"
