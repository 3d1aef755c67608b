from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mock_server.workspaces.rate_limit import WINDOW_MILLISECONDS, KeyRateLimit, RemainingRequests
from mock_server.world.clock import Clock

START = datetime(2026, 3, 4, 5, 6, 7, 89_000, tzinfo=UTC)
ONE_MS = timedelta(milliseconds=1)

# Milliseconds between one request and the next; negative when the clock was set back.
STEPS = st.lists(
    st.integers(0, 3)
    | st.integers(-WINDOW_MILLISECONDS, 2 * WINDOW_MILLISECONDS)
    | st.sampled_from([WINDOW_MILLISECONDS, WINDOW_MILLISECONDS - 1]),
    max_size=60,
)


@given(limit=st.integers(1, 9), start=st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)), steps=STEPS)
def test_a_window_lets_through_exactly_its_limit_and_tells_when_it_ends(
    limit: int, start: datetime, steps: list[int]
) -> None:
    clock = Clock(start.replace(tzinfo=UTC), frozen=True)
    quota = KeyRateLimit(limit, clock)
    began, used = None, 0
    for step in [0, *steps]:
        clock.set(clock.now() + step * ONE_MS)
        now = clock.now()
        if began is None or now < began or now - began >= timedelta(minutes=1):
            began, used = now, 0
        used += 1
        allowance = quota.take()
        ends = began + timedelta(minutes=1)
        assert allowance.over == max(0, used - limit)
        assert allowance.remaining == max(0, limit - used)
        assert 1 <= allowance.reset <= 60
        assert timedelta(0) <= now + timedelta(seconds=allowance.reset) - ends < timedelta(seconds=1)


def test_the_first_request_opens_the_window() -> None:
    assert KeyRateLimit(60, Clock(START, frozen=True)).take() == RemainingRequests(
        over=0, limit=60, remaining=59, reset=60
    )


def test_the_seconds_that_are_told_are_rounded_up() -> None:
    clock = Clock(START, frozen=True)
    quota = KeyRateLimit(60, clock)
    quota.take()
    clock.advance(0.999)
    assert quota.take().reset == 60
    clock.advance(0.001)
    assert quota.take().reset == 59


def test_the_next_window_is_open_at_the_moment_that_was_told() -> None:
    clock = Clock(START, frozen=True)
    quota = KeyRateLimit(1, clock)
    quota.take()
    clock.advance(10.25)
    refused = quota.take()
    assert (refused.over, refused.reset) == (1, 50)
    clock.advance(refused.reset - 1)
    assert quota.take().over == 2
    clock.advance(1)
    assert quota.take().over == 0
