"""The check of a receiver from the first ordinary delivery to the burst."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from contracts.errors import CannotRun
from contracts.receiver import forgeries, load, order, own_failure, parallel, repeats, unknowns
from contracts.receiver.bench import Bench, Experiment, Trial, accepted, answers
from contracts.receiver.effect_probe import EffectProbe, parse_probe
from contracts.receiver.endings import answers_itself, ended, not_there
from contracts.receiver.mock_driver import MockDriver
from contracts.receiver.receiver_calls import Call
from contracts.receiver.receiver_result import LEFT_OUT, ReceiverResult
from contracts.receiver.receiver_rules import (
    ACKNOWLEDGES_FAST,
    IGNORES_FORGED,
    IGNORES_ITSELF,
    IS_IDEMPOTENT,
    IS_ORDER_SAFE,
    RECEIVER_RULES,
    RECOVERS,
    SURVIVES_BURST,
    TOLERATES_UNKNOWN,
    VERIFIES_SIGNATURES,
    VERIFIES_TIME,
    ReceiverRule,
)
from contracts.receiver.side_effects import EffectWatch
from contracts.receiver.subjects import DEFAULT_TRIGGER, find_subject
from mock_server.support.redaction import Redactor
from mock_server.support.text import shorten
from mock_server.support.web_origin import with_scheme

_SIGNED = (VERIFIES_SIGNATURES, VERIFIES_TIME, IGNORES_FORGED)
_BY_EFFECT = (IS_IDEMPOTENT, IS_ORDER_SAFE, SURVIVES_BURST, RECOVERS)
_UNSIGNED = "the deliveries are not signed: give --secret-file FILE, or serve --sign standard"
_UNSEEN = (
    "no side effect was seen: let the receiver call the mock, or give --probe; name the event that it is about with "
    "--trigger; a receiver that knows these ids from an earlier run takes them for repeats"
)
_NO_CALLS = "the receiver makes no call into the mock"
_ENDED = "the receiver has ended before"
Experiments = Mapping[Experiment, Sequence[ReceiverRule]]
_EXPERIMENTS: Experiments = {
    repeats.repeats: [IS_IDEMPOTENT],
    repeats.late_repeats: [IS_IDEMPOTENT],
    repeats.refused_repeats: [IS_IDEMPOTENT],
    order.other_order: [IS_ORDER_SAFE],
    order.stale_updates: [IS_ORDER_SAFE],
    forgeries.forged: [VERIFIES_SIGNATURES, IGNORES_FORGED],
    forgeries.old: [VERIFIES_TIME],
    forgeries.good_but_unusual: [VERIFIES_SIGNATURES],
    unknowns.unknown_fields: [TOLERATES_UNKNOWN],
    unknowns.unknown_events: [TOLERATES_UNKNOWN],
    own_failure.own_failure: [RECOVERS],
    own_failure.half_done: [RECOVERS],
    parallel.parallel_events: [SURVIVES_BURST],
}


def check_receiver(
    url: str,
    control: Call,
    api: Call,
    *,
    seed: int = 1,
    probe: str | Callable[[], Any] | None = None,
    only: Collection[str] = (),
    trigger: str = DEFAULT_TRIGGER,
    repeat_with: str = "",
    watch: Callable[[str], None] = lambda line: None,
) -> ReceiverResult:
    """Check the receiver at a URL, with a mock that ``control`` and ``api`` call. ``watch`` is told of each step.

    ``only`` names the rules that are judged, ``trigger`` the event whose records are tried, and ``repeat_with`` the
    options that the command of a finding needs too. Raises CannotRun if no ordinary delivery is taken.
    """
    rules = _chosen(only)
    url = receiver_url(url)
    start = time.monotonic()
    driver = MockDriver(control, api, seed, find_subject(trigger))
    looked = EffectProbe(lambda record: probe()) if callable(probe) else parse_probe(probe) if probe else None
    bench = Bench(driver, EffectWatch(driver, looked), url)
    bench.skip([rule for rule in RECEIVER_RULES if rule not in rules], LEFT_OUT)
    try:
        bench.subscription = driver.subscribe(url)
        watch("ordinary deliveries")
        first = _ordinary(bench)
        if accepted(first.attempts[0]):
            _experiments(bench, first, rules, watch)
        else:
            bench.skip([rule for rule in rules if rule is not ACKNOWLEDGES_FAST], "no ordinary delivery was taken")
    finally:
        driver.close()
    findings = [finding for finding in bench.findings if finding.rule in rules]
    seconds = time.monotonic() - start
    return ReceiverResult(
        _shown(url), seed, findings, bench.not_judged, _how_seen(bench), _vacuous(bench, rules), seconds,
        driver.subject.trigger, repeat_with,
    )  # fmt: skip


def receiver_url(text: str) -> str:
    """The whole URL of a receiver; `localhost:8000/hook` is enough. Raises CannotRun for a text that is no URL."""
    url = with_scheme(text.strip())
    try:
        parts = urlsplit(url)
        there = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # a port that is no number, half of an IPv6 address
        there = False
    if there and (parts.username is not None or parts.password is not None or parts.fragment):
        raise CannotRun("the URL of a receiver has no user information and no fragment", "leave them out")
    if not there or not url.isascii() or not url.isprintable() or " " in url:
        raise CannotRun("this is no http or https URL of a receiver", "give one such as http://127.0.0.1:8000/hook")
    return url


def _shown(url: str) -> str:
    """A URL as reports show it: a token in its query is the receiver's secret."""
    return Redactor().redact(url)


def _chosen(only: Collection[str]) -> list[ReceiverRule]:
    known = {rule.name: rule for rule in RECEIVER_RULES}
    for name in only:
        if name not in known:
            raise CannotRun(f"there is no rule `{shorten(name, 80)}` of receivers", f"one of {', '.join(known)}")
    return [known[name] for name in only] or list(RECEIVER_RULES)


def _ordinary(bench: Bench) -> Trial:
    """Two ordinary deliveries: what their effect is, and how fast they are answered. Raises CannotRun."""
    trial = bench.trial(expected=0)
    [attempt] = trial.attempts[:1]
    if not_there(attempt):
        raise CannotRun(f"{_shown(bench.url)}: {attempt['error']}", "start your receiver, and give its URL")
    if attempt["status"] in (400, 401, 403):
        remedy = "give it the mock's secret" if bench.driver.signs else "let the mock sign with its secret"
        raise CannotRun(
            f"the receiver refuses a genuine delivery with {answers(trial)}", f"{remedy}: --secret-file FILE"
        )
    load.acknowledges(bench, trial)
    if accepted(attempt):  # once more: the first delivery may have set up something
        bench.seen(trial.records, 1, learning=True)
        trial = bench.trial(learning=True)
        load.acknowledges(bench, trial)
    return trial


def _experiments(bench: Bench, first: Trial, rules: Collection[ReceiverRule], watch: Callable[[str], None]) -> None:
    """Run every experiment of which a rule is wanted and can be judged."""
    if not bench.driver.signs:
        bench.skip(_SIGNED, _UNSIGNED)
    if not bench.watch.usual:
        bench.skip(_BY_EFFECT, _UNSEEN)
    if not bench.watch.usual.calls:
        bench.skip([IGNORES_ITSELF], _NO_CALLS)
    if answers_itself(bench, first):
        bench.skip([rule for rule in rules if rule is not IGNORES_ITSELF], "the receiver answers itself without end")
        return
    left: dict[Experiment, Sequence[ReceiverRule]] = dict(_EXPERIMENTS)
    left[partial(load.burst, first=first)] = [SURVIVES_BURST, IS_IDEMPOTENT]
    while left:
        experiment, about = next(iter(left.items()))
        if any(rule in rules and rule.name not in bench.not_judged for rule in about):
            name = getattr(experiment, "__name__", f"a burst of {load.BURST}").replace("_", " ")
            watch(name)
            if not _survived(bench, experiment, about, name):
                bench.skip([rule for it in left.values() for rule in it if rule is not about[0]], _ENDED)
                return
        del left[experiment]


def _survived(bench: Bench, experiment: Experiment, about: Sequence[ReceiverRule], name: str) -> bool:
    """Run one experiment; note a finding and return False if the receiver's program has ended in it."""
    before = len(bench.findings)
    try:
        experiment(bench)
        if len(bench.findings) == before:
            return True
        gone = ended(bench)
    except CannotRun:  # its probe does not answer any more
        gone = ended(bench)
        if gone is None:
            raise
    if gone is not None:
        expected = "the receiver goes on answering"
        got = f"{gone.attempts[-1]['error']}: its program has ended; what it has printed last says why"
        sent = f"the deliveries that are shown ({name}), and then an ordinary one"
        bench.found(about[0], gone, sent=sent, expected=expected, got=got)
    return gone is None


def _how_seen(bench: Bench) -> str:
    usual = bench.watch.usual
    return f"an ordinary delivery causes {usual.describe()}" if usual else ""


def _vacuous(bench: Bench, rules: Collection[ReceiverRule]) -> str:
    """The reason why a check without findings proves nothing; empty if it proves something."""
    if not bench.watch.usual and any(rule in rules for rule in _BY_EFFECT):
        return "no side effect of a delivery was seen"
    return "" if any(rule.name not in bench.not_judged for rule in rules) else "no rule could be judged"
