"""Side effects are counted once each, awaited as long as needed, and read from whatever a probe prints."""

from typing import Any

import pytest
from messages import assert_message

from contracts.errors import CannotRun
from contracts.receiver.effect_probe import EffectProbe, parse_probe
from contracts.receiver.mock_driver import MockDriver
from contracts.receiver.receiver_calls import ReceiverCall
from contracts.receiver.shell_command import output_of
from contracts.receiver.side_effects import NOBODY, Effects, EffectWatch
from contracts.receiver.subjects import CheckedRecord

LEAD = CheckedRecord("ld_1", ("ld_1", "Mark1"))


class Driver:
    """A mock whose journal is a list, and a clock that the watch's own waiting moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.arrivals: list[tuple[float, ReceiverCall]] = []
        self.receiver = self

    def calls(self, *texts: str, at: float = 0.0, method: str = "POST") -> "Driver":
        self.arrivals += [(at, ReceiverCall(method, f"{method} {text}")) for text in texts]
        return self

    def newest_request(self) -> int:
        return 0

    def calls_since(self, number: int) -> list[ReceiverCall]:
        return [call for at, call in self.arrivals if at <= self.now]

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def watching(driver: Any, probe: EffectProbe | None = None) -> EffectWatch:
    watch = EffectWatch(driver, probe, lambda: driver.now, driver.sleep)
    watch.mark()
    return watch


def test_each_post_is_an_effect_and_a_repeated_put_is_one() -> None:
    driver = Driver().calls("/v1/sms ld_1", "/v1/sms ld_1")
    driver.calls("/v1/leads/ld_1 {}", "/v1/leads/ld_1 {}", "/v1/leads/ld_1 {1}", method="PUT")

    assert watching(driver).seen([LEAD]) == Effects(4)


def test_calls_about_other_leads_do_not_count_once_calls_name_leads() -> None:
    driver = Driver().calls("/v1/sms ld_1")
    watch = watching(driver)
    assert watch.learn([LEAD]) == Effects(1)

    driver.calls("/v1/sms ld_2")
    assert watch.seen([LEAD]) == Effects(1)


def test_a_call_that_comes_beside_those_about_leads_is_no_effect() -> None:
    driver = Driver().calls("/v1/sms ld_1", "/v1/faqs heartbeat")
    watch = watching(driver)
    assert watch.learn([LEAD]) == Effects(1)

    driver.calls("/v1/faqs heartbeat")
    assert not watch.excess(watch.seen([LEAD]))


def test_calls_that_name_no_lead_all_count() -> None:
    driver = Driver().calls("/v1/faqs {}")
    watch = watching(driver)
    watch.learn([LEAD])
    driver.calls("/v1/faqs {}")

    assert_message(watch.excess(watch.seen([LEAD])), "one call too many")


def test_a_late_effect_is_awaited_and_a_missing_one_is_given_up() -> None:
    driver = Driver().calls("/v1/sms ld_1", at=2.0)
    watch = watching(driver)
    assert watch.settled([LEAD], Effects(1)) == Effects(1)
    assert watch.lack(watch.settled([LEAD], Effects(2))) == ""
    assert 7 < driver.now < 8


def test_a_receiver_that_never_rests_is_left_after_a_while() -> None:
    driver = Driver()
    for second in range(1_000):
        driver.calls(f"/v1/sms ld_1 {second}", at=float(second))
    driver.sleep = lambda seconds: setattr(driver, "now", driver.now + 1.0)  # type: ignore[method-assign]

    assert watching(driver).settled([LEAD], Effects(1)).calls > 100
    assert driver.now < 400


def test_a_receiver_that_works_later_is_watched_longer() -> None:
    driver = Driver().calls("/v1/sms ld_1", at=1.0)
    watch = watching(driver)
    watch.learn([LEAD])
    driver.calls("/v1/sms ld_1", at=driver.now + 1.5)

    assert_message(watch.excess(watch.settled([LEAD], watch.usual)), "one call too many")


def test_what_a_usual_delivery_does_not_cause_is_not_compared() -> None:
    count = 0
    driver = Driver().calls("/v1/sms ld_1")
    watch = watching(driver, EffectProbe(lambda record: count))
    watch.learn([LEAD])

    assert watch.usual == Effects(1, 0)
    assert not watch.excess(Effects(1, 5))
    assert_message(watch.lack(Effects(0, 5)))


@pytest.mark.parametrize(
    ("shown", "count"),
    [(3, 3), ("3", 3), ("[1, 2]", 2), ('{"count": 4}', 4), ("sent: 5 mails", 5), ([1], 1), (True, 1), (None, 0)],
)
def test_a_probe_counts_whatever_it_shows(shown: Any, count: int) -> None:
    assert EffectProbe(lambda record: shown).count(NOBODY) == count


@pytest.mark.parametrize("shown", ["", "none", '{"a": 1, "b": 2}', "1 of 2"])
def test_a_probe_without_one_number_is_refused(shown: str) -> None:
    with pytest.raises(CannotRun, match="number"):
        EffectProbe(lambda record: shown).count(NOBODY)


def test_a_probe_of_one_record_says_whether_it_is_there() -> None:
    assert EffectProbe(lambda record: '{"name": "Ana", "age": 1, "size": 2}', per_record=True).count(LEAD) == 1
    assert EffectProbe(lambda record: "", per_record=True).count(LEAD) == 0


def test_a_command_gets_the_id_and_its_output_is_read() -> None:
    assert parse_probe("printf '%s' '{lead}'").text(LEAD) == "ld_1"
    inquiry = CheckedRecord("in_1", (), lead="ld_2")
    assert parse_probe("echo {record} {lead}").text(inquiry) == "in_1 ld_2"
    assert parse_probe("echo 7").count(NOBODY) == 7


@pytest.mark.parametrize(
    ("probe", "lead", "why"),
    [
        ("exit 3", "", "ends with 3"),
        ("echo {lead}", "; rm -r x", "cannot be put into a command"),
        ("http://127.0.0.1:1/", "", "the probe http"),
        ("http://[/", "", "the probe http"),
    ],
)
def test_a_probe_that_fails_says_why(probe: str, lead: str, why: str) -> None:
    with pytest.raises(CannotRun, match=why):
        parse_probe(probe).count(CheckedRecord(lead, ()))


@pytest.mark.parametrize(
    ("command", "why"),
    [("sleep 5; echo 1", "longer than 0.1 s"), ("sleep 5 & echo 1", "longer than 0.1 s"), ("yes", "prints 1000 bytes")],
)
def test_a_command_without_an_end_is_ended_with_its_children(command: str, why: str) -> None:
    with pytest.raises(CannotRun, match=why):
        output_of(command, 0.1, 1_000)


def test_a_command_has_nobody_who_types() -> None:
    assert output_of("cat; echo 7", 5.0, 1_000) == "7"


class Refusal(Exception):
    """A refusal of the mock, as the command line's client raises it."""

    def __init__(self, status: int) -> None:
        self.status = status


@pytest.mark.parametrize(("answers", "drained"), [([200], True), ([504, 504, 200], True), ([504, 504, 504], False)])
def test_a_slow_receiver_has_time_and_ends_no_check(answers: list[int], drained: bool) -> None:
    assert _driver(answers).drain() is drained
    assert answers == []


def test_another_refusal_than_a_slow_receiver_ends_the_check() -> None:
    with pytest.raises(Refusal):
        _driver([500]).drain()


def _driver(answers: list[int]) -> MockDriver:
    """A driver of a mock that answers a drain with these statuses."""

    def control(method: str, path: str, body: Any = None, /) -> Any:
        if path == "/webhooks/drain" and (status := answers.pop(0)) != 200:
            raise Refusal(status)
        return {"total": 0, "frozen": True, "items": []}

    return MockDriver(control, control, 1)


def test_a_subscription_that_was_made_is_found_again_and_removed_at_the_end() -> None:
    listed: list[dict[str, Any]] = []
    removed = []

    def control(method: str, path: str, body: Any = None, /) -> Any:
        if method == "DELETE":
            removed.append(path)
        return {"total": 0, "frozen": True, "items": listed}

    def api(method: str, path: str, body: Any = None, /) -> Any:
        listed.append({"id": 7, "hookUrl": body["hookUrl"]})
        return {"id": 7}

    driver = MockDriver(control, api, 1)
    assert [driver.subscribe("http://127.0.0.1:1/"), driver.subscribe("http://127.0.0.1:1/")] == [7, 7]
    driver.close()
    assert removed == ["/webhooks/subscriptions/7"]
