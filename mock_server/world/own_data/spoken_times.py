"""Times as a person writes them: ISO, ``next tuesday 10:00``, ``in 3 days 09:30``, ``yesterday``, ``2 hours ago``.

A time of day without a zone is the organization's own. Days are days of its calendar: ``in 3 days`` is the same time
of day, whether or not the clocks change meanwhile.
"""

import re
from datetime import date, datetime, timedelta

from mock_server.support.did_you_mean import did_you_mean
from mock_server.support.text import short_repr
from mock_server.world.calendar import DAY, HOUR, MINUTE, WEEKDAYS, weekday
from mock_server.world.clock import EARLIEST, LATEST, epoch_ms
from mock_server.world.own_data.local_zone import LocalZone

EXAMPLES = "next tuesday 10:00, in 3 days 09:30, yesterday, 2 hours ago, 2026-03-04 10:00"
"""Forms of a time, for messages and pages."""

_MORNING = 9 * HOUR
_FIRST = date(1970, 1, 1)
_TIME = r"(?:\s+(?:at\s+)?(?P<time>\S+(?:\s*[ap]m)?))?"
_UNITS = {"minute": MINUTE, "hour": HOUR, "day": DAY, "week": 7 * DAY}
_DAY = re.compile(rf"(?P<day>today|tomorrow|yesterday){_TIME}")
_WEEKDAY = re.compile(rf"(?:(?P<which>next|last|this|on)\s+)?(?P<day>[a-z]+day){_TIME}")
_AMOUNT = r"(?P<count>an?|\d{1,6})\s+(?P<unit>minute|hour|day|week|month|year)s?"
_AHEAD = re.compile(rf"in\s+{_AMOUNT}{_TIME}")
_AGO = re.compile(rf"{_AMOUNT}\s+ago{_TIME}")
_CLOCK = re.compile(r"(?P<hour>\d{1,2})(?::(?P<minute>\d\d))?(?::(?P<second>\d\d))?\s*(?P<half>[ap]m)?")
_WORDS = ("today", "tomorrow", "yesterday", "next", "last", "in", "ago", "now", *(it.lower() for it in WEEKDAYS))


def moment(text: str, now: int, zone: LocalZone) -> int:
    """Epoch milliseconds of a text. Raises ValueError in plain words."""
    plain = " ".join(text.lower().replace(",", " ").split())
    try:
        found = _spoken(plain, now, zone)
        if found is None:
            found = _written(text.strip(), zone)
        if not epoch_ms(EARLIEST) <= found <= epoch_ms(LATEST):
            raise OverflowError
    except OverflowError:
        raise ValueError(f"{short_repr(text)} is out of range; a clock shows times from 1970 to 8999") from None
    return found


def _spoken(text: str, now: int, zone: LocalZone) -> int | None:
    """The time of words; None for a text of another form."""
    if text == "now":
        return now
    today = zone.to_local(now) // DAY
    if found := _DAY.fullmatch(text):
        day = today + {"yesterday": -1, "today": 0, "tomorrow": 1}[found["day"]]
        return zone.to_utc(day * DAY + _of_day(found["time"], _MORNING))
    names = [name.lower() for name in WEEKDAYS]
    if (found := _WEEKDAY.fullmatch(text)) and found["day"] in names:
        ahead = (names.index(found["day"]) - weekday(today)) % 7 or 7
        day = today + {"last": -7 if ahead == 7 else ahead - 7, "this": ahead % 7}.get(found["which"], ahead)
        return zone.to_utc(day * DAY + _of_day(found["time"], _MORNING))
    for form, sign in ((_AHEAD, 1), (_AGO, -1)):
        if found := form.fullmatch(text):
            return _moved(found, sign, now, zone)
    return None


def _moved(found: re.Match[str], sign: int, now: int, zone: LocalZone) -> int:
    """So much before or after now; with a time of day for whole days only."""
    count = sign * (1 if found["count"].startswith("a") else int(found["count"]))
    unit = found["unit"]
    if unit in ("minute", "hour"):
        if found["time"]:
            raise ValueError(f"{short_repr(found.string)}: minutes and hours go without a time of day")
        return now + count * _UNITS[unit]
    day, time = divmod(zone.to_local(now), DAY)
    moved = _months(day, count * (12 if unit == "year" else 1)) if unit in ("month", "year") else day
    moved += count * _UNITS[unit] // DAY if unit in ("day", "week") else 0
    return zone.to_utc(moved * DAY + _of_day(found["time"], time))


def _months(day: int, count: int) -> int:
    """A day so many months later, or the last day of that month."""
    start = _FIRST + timedelta(days=day)
    year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
    if not 1970 <= year <= 8999:
        raise OverflowError
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return (date(year, month + 1, min(start.day, last)) - _FIRST).days


def _of_day(text: str | None, usual: int) -> int:
    """Milliseconds of a time of day; ``usual`` where none is said. Raises ValueError."""
    if text is None:
        return usual
    found = _CLOCK.fullmatch({"noon": "12:00", "midday": "12:00", "midnight": "0:00"}.get(text, text))
    if found is None or (found["minute"] is None and found["half"] is None):
        raise ValueError(f"{short_repr(text)} is no time of day; write it like 10:00 or 2:30 pm")
    hour = int(found["hour"])
    if found["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(f"{short_repr(text)} is no time of day; write it like 10:00 or 2:30 pm")
        hour = hour % 12 + (12 if found["half"] == "pm" else 0)
    minute, second = int(found["minute"] or 0), int(found["second"] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(f"{short_repr(text)} is no time of day; the last one is 23:59")
    return hour * HOUR + minute * MINUTE + second * 1000


def _written(text: str, zone: LocalZone) -> int:
    """The time of an ISO text, in the zone where it has none. Raises ValueError."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        first = text.split(maxsplit=1)[0].lower() if text.split() else ""
        meant = did_you_mean(first, _WORDS) if first and first not in _WORDS else ""
        raise ValueError(f"{short_repr(text)} is not a time{meant}; write it like {EXAMPLES}") from None
    if when.tzinfo is not None:
        return (when - datetime.fromtimestamp(0, when.tzinfo)) // timedelta(milliseconds=1)
    local = (when - datetime(1970, 1, 1)) // timedelta(milliseconds=1)
    return zone.to_utc(local)
