"""Local time in Australia: offsets, days and business hours as whole milliseconds and minutes.

The rules stand here, and not in the machine's time zone database, because a world must have the same bytes on every
platform and some machines have no database (Windows, slim images). They are those in force since 2008 and are
applied to all years: the south-east moves its clocks forward at 2:00 standard time on the first Sunday of October
and back at 3:00 daylight time on the first Sunday of April. A test compares them with ``zoneinfo``.
"""

from datetime import date, timedelta
from functools import lru_cache

from mock_server.world.clock import from_epoch_ms

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# Standard offset in minutes, and whether the zone has daylight saving time.
ZONES = {
    "Australia/Sydney": (600, True),
    "Australia/Melbourne": (600, True),
    "Australia/Hobart": (600, True),
    "Australia/Brisbane": (600, False),
    "Australia/Adelaide": (570, True),
    "Australia/Darwin": (570, False),
    "Australia/Perth": (480, False),
}

_FIRST_DAY = date(1970, 1, 1)


@lru_cache(maxsize=64)
def changes(year: int) -> tuple[int, int]:
    """The days (since 1970) on which daylight saving time ends (April) and begins (October)."""
    april, october = (
        first + timedelta(days=(6 - first.weekday()) % 7) for first in (date(year, 4, 1), date(year, 10, 1))
    )
    return (april - _FIRST_DAY).days, (october - _FIRST_DAY).days


def offset(zone: str, utc: int) -> int:
    """Milliseconds to add to ``utc`` (epoch milliseconds) for the local time there."""
    minutes, saving = ZONES[zone]
    standard = minutes * MINUTE
    if saving:
        local = utc + standard
        ends, begins = changes(_year(local // DAY))
        if not ends * DAY + 2 * HOUR <= local < begins * DAY + 2 * HOUR:
            return standard + HOUR
    return standard


def to_local(zone: str, utc: int) -> int:
    """Convert to local milliseconds: ``// DAY`` is the local day, ``% DAY`` the time of day."""
    return utc + offset(zone, utc)


def to_utc(zone: str, local: int) -> int:
    """Convert a local time: the first of two, and for a skipped time, an hour later."""
    early = local - offset(zone, local - ZONES[zone][0] * MINUTE - HOUR)
    return early if to_local(zone, early) == local else local - ZONES[zone][0] * MINUTE


def weekday(day: int) -> int:
    """The weekday of a day since 1970, from 0 for Monday to 6 for Sunday."""
    return (day + 3) % 7


def spoken(zone: str, utc: int) -> str:
    """A moment as a receptionist says it: ``Tuesday 3 March at 9:30 am``."""
    when = from_epoch_ms(to_local(zone, utc))
    hour = when.hour % 12 or 12
    half = "am" if when.hour < 12 else "pm"
    minutes = f":{when.minute:02}" if when.minute else ""
    return f"{WEEKDAYS[when.weekday()]} {when.day} {_MONTHS[when.month - 1]} at {hour}{minutes} {half}"


def daypart(zone: str, utc: int) -> str:
    """``morning``, ``afternoon`` or ``evening``."""
    hour = to_local(zone, utc) % DAY // HOUR
    return "morning" if hour < 12 else "afternoon" if hour < 17 else "evening"


# Not strftime: month names must not follow the machine's locale.
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


@lru_cache(maxsize=512)
def _year(day: int) -> int:
    return (_FIRST_DAY + timedelta(days=day)).year


@lru_cache(maxsize=512)
def _day(day: int) -> str:
    return (_FIRST_DAY + timedelta(days=day)).isoformat()


_TWO = tuple(f"{number:02}" for number in range(60))


def stamp(utc: int) -> str:
    """The wire form of epoch milliseconds; by hand, since a world writes some 6,000 of them."""
    day, rest = divmod(utc, DAY)
    minutes, ms = divmod(rest, MINUTE)
    return f"{_day(day)}T{_TWO[minutes // 60]}:{_TWO[minutes % 60]}:{_TWO[ms // 1000]}.{ms % 1000:03}Z"
