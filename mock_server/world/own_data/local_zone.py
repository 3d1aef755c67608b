"""The time zone of an organization: the zones of the worlds by our own rules, others by the machine's database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from mock_server.world import calendar
from mock_server.world.clock import epoch_ms, from_epoch_ms

Convert = Callable[[int], int]


class LocalZone(NamedTuple):
    """Converts epoch milliseconds to local ones (``// DAY`` is the local day) and back."""

    name: str
    to_local: Convert
    to_utc: Convert


def local_zone(name: str) -> LocalZone:
    """The zone of a name; UTC where the name is not known on this machine."""
    if name in calendar.ZONES:
        return LocalZone(name, lambda utc: calendar.to_local(name, utc), lambda local: calendar.to_utc(name, local))
    try:
        zone = ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        return LocalZone("UTC", lambda utc: utc, lambda local: local)

    def to_local(utc: int) -> int:
        return utc + (from_epoch_ms(utc).astimezone(zone).utcoffset() or timedelta()) // timedelta(milliseconds=1)

    def to_utc(local: int) -> int:
        reading: datetime = from_epoch_ms(local).replace(tzinfo=zone)
        return epoch_ms(reading.astimezone(UTC))

    return LocalZone(name, to_local, to_utc)
