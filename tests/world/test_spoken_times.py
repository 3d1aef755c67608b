"""Times that a person writes in words, in the time zone of the organization."""

from datetime import UTC, datetime

import pytest

from mock_server.world.clock import epoch_ms, from_epoch_ms, stamp
from mock_server.world.own_data.local_zone import local_zone
from mock_server.world.own_data.spoken_times import moment

NOW = epoch_ms(datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC))  # Wednesday, 16:06:07 in Sydney
SYDNEY = local_zone("Australia/Sydney")


def told(text: str, zone: str = "Australia/Sydney", now: int = NOW) -> str:
    return stamp(from_epoch_ms(moment(text, now, local_zone(zone))))


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("now", "2026-03-04T05:06:07.000Z"),
        ("today 17:30", "2026-03-04T06:30:00.000Z"),
        ("tomorrow", "2026-03-04T22:00:00.000Z"),
        ("yesterday at 2:30 pm", "2026-03-03T03:30:00.000Z"),
        ("next tuesday 10:00", "2026-03-09T23:00:00.000Z"),
        ("Next Wednesday 10:00", "2026-03-10T23:00:00.000Z"),
        ("thursday 10am", "2026-03-04T23:00:00.000Z"),
        ("last tuesday 10:00", "2026-03-02T23:00:00.000Z"),
        ("last wednesday 10:00", "2026-02-24T23:00:00.000Z"),
        ("in 3 days 09:30", "2026-03-06T22:30:00.000Z"),
        ("in a week", "2026-03-11T05:06:07.000Z"),
        ("in 90 minutes", "2026-03-04T06:36:07.000Z"),
        ("2 hours ago", "2026-03-04T03:06:07.000Z"),
        ("a month ago noon", "2026-02-04T01:00:00.000Z"),
        ("in 1 year", "2027-03-04T05:06:07.000Z"),
        ("2026-03-10 10:00", "2026-03-09T23:00:00.000Z"),
        ("2026-03-10T10:00:00Z", "2026-03-10T10:00:00.000Z"),
        ("2026-03-10T10:00+01:00", "2026-03-10T09:00:00.000Z"),
        ("2026-03-10", "2026-03-09T13:00:00.000Z"),
    ],
)
def test_a_time_in_words_is_one_moment(text: str, time: str) -> None:
    assert told(text) == time


def test_days_are_days_of_the_calendar_when_the_clocks_change() -> None:
    before = epoch_ms(datetime(2026, 4, 4, 0, 0, tzinfo=UTC))  # Saturday, 11:00; that night they go back
    assert told("in 1 day", now=before) == "2026-04-05T01:00:00.000Z"
    assert told("in 24 hours", now=before) == "2026-04-05T00:00:00.000Z"


def test_other_zones_are_the_machines_and_an_unknown_one_is_utc() -> None:
    assert told("2026-07-01 12:00", "Europe/Berlin") == "2026-07-01T10:00:00.000Z"
    assert told("2026-07-01 12:00", "Middle/Earth") == "2026-07-01T12:00:00.000Z"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is not a time"),
        ("nxt tuesday", "did you mean `next`"),
        ("tomorow", "did you mean `tomorrow`"),
        ("tomorrow 25:00", "no time of day"),
        ("tomorrow 10", "no time of day"),
        ("in 2 hours 10:00", "without a time of day"),
        ("in 999999 years", "out of range"),
        ("9999-12-31", "out of range"),
        ("1969-01-01T00:00Z", "out of range"),
        ("next tuesday 13 pm", "no time of day"),
    ],
)
def test_a_text_that_is_no_time_is_refused_in_plain_words(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        moment(text, NOW, SYDNEY)
