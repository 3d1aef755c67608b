from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.world.calendar import DAY, HOUR, ZONES, changes, daypart, spoken, stamp, to_local, to_utc, weekday
from mock_server.world.clock import epoch_ms, from_epoch_ms
from mock_server.world.clock import stamp as clock_stamp

# From 2010: Perth tried daylight saving time until 2009.
times = st.integers(epoch_ms(datetime(2010, 1, 1, tzinfo=UTC)), epoch_ms(datetime(2037, 1, 1, tzinfo=UTC)))
zones = st.sampled_from(sorted(ZONES))
quick = settings(max_examples=300, deadline=None, database=None)


@quick
@given(zones, times)
def test_the_rules_are_those_of_the_time_zone_database(zone: str, utc: int) -> None:
    expected = from_epoch_ms(utc).astimezone(ZoneInfo(zone)).replace(tzinfo=UTC)
    assert to_local(zone, utc) == epoch_ms(expected)


@pytest.mark.parametrize("zone", sorted(ZONES))
def test_the_rules_hold_to_the_minute_around_each_change(zone: str) -> None:
    for year in range(2010, 2037):
        for day in changes(year):
            for minutes in range(-180, 181, 30):
                utc = day * DAY - 8 * HOUR + minutes * 60_000
                expected = from_epoch_ms(utc).astimezone(ZoneInfo(zone)).replace(tzinfo=UTC)
                assert to_local(zone, utc) == epoch_ms(expected)


@quick
@given(zones, times)
def test_a_local_time_leads_back(zone: str, utc: int) -> None:
    back = to_utc(zone, to_local(zone, utc))
    # In the hour that comes twice the first one is meant.
    assert back in (utc, utc - HOUR)
    assert to_local(zone, back) == to_local(zone, utc)


@pytest.mark.parametrize("zone", ["Australia/Sydney", "Australia/Adelaide", "Australia/Perth"])
def test_a_skipped_local_time_is_an_hour_later(zone: str) -> None:
    _, october = changes(2026)
    skipped = october * DAY + 2 * HOUR + HOUR // 2
    later = to_local(zone, to_utc(zone, skipped))
    assert later == skipped + (HOUR if ZONES[zone][1] else 0)


@quick
@given(times)
def test_stamps_agree_with_the_clock(utc: int) -> None:
    assert stamp(utc) == clock_stamp(from_epoch_ms(utc))
    assert weekday(utc // DAY) == from_epoch_ms(utc).weekday()


@pytest.mark.parametrize(
    ("hour", "words", "part"),
    [
        (0, "Tuesday 3 March at 12 am", "morning"),
        (9, "Tuesday 3 March at 9 am", "morning"),
        (12, "Tuesday 3 March at 12 pm", "afternoon"),
        (17, "Tuesday 3 March at 5 pm", "evening"),
    ],
)
def test_times_are_said_as_people_say_them(hour: int, words: str, part: str) -> None:
    utc = epoch_ms(datetime(2026, 3, 3, hour, tzinfo=UTC)) - 10 * HOUR
    assert spoken("Australia/Brisbane", utc) == words
    assert daypart("Australia/Brisbane", utc) == part
    assert spoken("Australia/Brisbane", utc + HOUR // 2) == words.replace(" am", ":30 am").replace(" pm", ":30 pm")
