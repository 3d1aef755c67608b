from datetime import UTC, datetime, timedelta, timezone

import pytest
from messages import assert_message

from mock_server.world.clock import Clock, Stopwatch, epoch_ms, from_epoch_ms, parse, stamp, wall_time

START = datetime(2026, 3, 4, 5, 6, 7, 89_000, tzinfo=UTC)


class Ticker:
    """A monotonic source that moves when told."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_it_ticks_with_the_monotonic_source_from_its_start() -> None:
    ticker = Ticker()
    clock = Clock(START, monotonic=ticker)
    assert clock.stamp() == "2026-03-04T05:06:07.089Z"
    ticker.seconds += 61.5
    assert clock.stamp() == "2026-03-04T05:07:08.589Z"


def test_a_stamp_is_that_of_now_wherever_the_clock_is_moved() -> None:
    clock = Clock(START, frozen=True)
    for seconds in (0, 0.001, 0.91, 0.001, 59, 86_400, 0.5):
        clock.advance(seconds)
        assert clock.stamp() == stamp(clock.now())
    for text in ("1970-01-01T00:00:00.001Z", "2026-03-04T05:06:07.089Z", "8999-12-31T23:59:59.999Z"):
        clock.set(parse(text))
        assert clock.stamp() == text


def test_it_starts_at_the_wall_time_when_nothing_else_is_said() -> None:
    assert Clock(wall=lambda: START, frozen=True).now() == START
    assert Clock(frozen=True).now() - wall_time() < timedelta(minutes=1)


def test_frozen_it_does_not_tick_and_running_it_goes_on_from_there() -> None:
    ticker = Ticker()
    clock = Clock(START, frozen=True, monotonic=ticker)
    ticker.seconds += 100
    assert clock.frozen
    assert clock.now() == START
    clock.run()
    ticker.seconds += 5
    clock.run()
    assert clock.now() == START + timedelta(seconds=5)
    clock.freeze()
    ticker.seconds += 5
    clock.freeze()
    assert clock.now() == START + timedelta(seconds=5)


@pytest.mark.parametrize("frozen", [False, True])
def test_set_and_advance_move_it_and_leave_it_as_it_was(frozen: bool) -> None:
    ticker = Ticker()
    clock = Clock(START, frozen=frozen, monotonic=ticker)
    clock.advance(1.5)
    assert clock.now() == START + timedelta(seconds=1.5)
    ticker.seconds += 7
    earlier = datetime(2020, 1, 1, tzinfo=UTC)
    clock.set(earlier)
    assert clock.now() == earlier
    ticker.seconds += 1
    assert clock.now() - earlier == timedelta(seconds=0 if frozen else 1)


@pytest.mark.parametrize("seconds", [-1, -0.001, float("nan"), float("inf"), 1e15])
def test_an_impossible_advance_is_refused_and_changes_nothing(seconds: float) -> None:
    clock = Clock(START, frozen=True)
    with pytest.raises(ValueError, match="cannot advance"):
        clock.advance(seconds)
    assert clock.now() == START


def test_it_shows_whole_milliseconds_and_takes_any_zone() -> None:
    clock = Clock(START.replace(microsecond=89_999), frozen=True)
    assert clock.now() == START
    clock.set(datetime(2026, 3, 4, 16, 6, 7, tzinfo=timezone(timedelta(hours=11))))
    assert clock.stamp() == "2026-03-04T05:06:07.000Z"


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        Clock(START.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-04T05:06:07.089Z", "2026-03-04T05:06:07.089Z"),
        ("2026-03-04T16:06:07.089+11:00", "2026-03-04T05:06:07.089Z"),
        ("2026-03-04T05:06:07", "2026-03-04T05:06:07.000Z"),
        (" 2026-03-04 ", "2026-03-04T00:00:00.000Z"),
        ("2026-03-04T05:06:07.0899999Z", "2026-03-04T05:06:07.089Z"),
    ],
)
def test_parse_reads_what_people_write(text: str, expected: str) -> None:
    assert stamp(parse(text)) == expected


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-13-01", "04/03/2026", "0001-01-01T00:00:00+11:00"])
def test_parse_says_how_to_write_a_time(text: str) -> None:
    with pytest.raises(ValueError, match="2026") as refused:
        parse(text)
    assert_message(refused.value, "no time", TEXT=repr(text))


def test_milliseconds_since_1970_are_exact_both_ways() -> None:
    assert from_epoch_ms(epoch_ms(START)) == START
    assert epoch_ms(datetime(1970, 1, 1, tzinfo=UTC)) == 0


def test_the_stopwatch_runs_forward() -> None:
    watch = Stopwatch()
    assert 0 <= watch.ms() <= watch.ms()
