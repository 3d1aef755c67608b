"""When a failed delivery is tried again."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from messages import assert_message

from mock_server.errors import SettingsError
from mock_server.support.text import shorten
from mock_server.webhooks.retry_schedule import PROFILES, parse, wait

HOUR = 3600


def test_the_standard_ladder_lasts_75_hours() -> None:
    assert sum(parse("standard")) == 75 * HOUR + 35 * 60 + 5
    assert len(parse("standard")) == 9


@pytest.mark.parametrize(
    ("profile", "attempts", "lasts"),
    [("svix", 8, 27.6), ("hubspot", 11, 24), ("pipedrive", 4, 0.05), ("shopify", 9, 4), ("none", 1, 0)],
)
def test_profiles_are_what_those_services_publish(profile: str, attempts: int, lasts: float) -> None:
    assert len(PROFILES[profile]) + 1 == attempts
    assert sum(PROFILES[profile]) / HOUR == pytest.approx(lasts, abs=0.05)


def test_steps_of_ones_own_are_read_with_their_units() -> None:
    assert parse("5s,5m , 1h,1d") == (5, 300, 3600, 86400)


@pytest.mark.parametrize(
    "text", ["", "5", "soon", "5x", "-5s", "0s", "5s,", ",5s", "5.5s", "8d", "99999999s", "٥s", ",".join(["1s"] * 51)]
)
def test_what_is_no_schedule_is_refused_with_what_would_be_one(text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse(text)
    assert_message(refused.value, "no retry schedule", TEXT=f"`{shorten(text, 60)}`")


steps = st.lists(st.integers(1, 7 * 24 * HOUR), min_size=1, max_size=10).map(tuple)
chances = st.floats(0, 1, exclude_max=True)


@given(steps, st.integers(1, 20), chances)
def test_jitter_is_a_fifth_either_way_and_the_ladder_ends(steps: tuple[int, ...], attempt: int, chance: float) -> None:
    seconds = wait(steps, attempt, chance, None)
    if attempt > len(steps):
        assert seconds is None
    else:
        assert seconds is not None
        assert 0.8 * steps[attempt - 1] <= seconds <= 1.2 * steps[attempt - 1]


@given(steps, chances, st.floats(0, 1e15))
@example((5,), 0.5, 3600.0)
@example((5,), 0.5, 1e15)
def test_a_receiver_can_put_off_a_retry_up_to_a_day_and_never_hurry_it(
    steps: tuple[int, ...], chance: float, asked: float
) -> None:
    seconds = wait(steps, 1, chance, asked)
    assert seconds is not None
    assert steps[0] <= seconds <= max(steps[0], 24 * HOUR)
    if steps[0] <= asked <= 24 * HOUR:
        assert seconds == asked
