"""Members and events that the receiver does not know, as an API adds them without notice."""

from contracts.receiver.bench import Bench, accepted, answers
from contracts.receiver.receiver_rules import TOLERATES_UNKNOWN


def unknown_fields(bench: Bench) -> None:
    """Send a delivery whose objects have further members."""
    trial = bench.trial(("UNKNOWN_FIELDS", {}))
    sent = "a delivery with members that the receiver does not know"
    if not accepted(trial.attempts[0]):
        bench.found(TOLERATES_UNKNOWN, trial, sent=sent, expected="2xx", got=f"answer {answers(trial)}")
    else:
        bench.judge_count(TOLERATES_UNKNOWN, trial, sent)


def unknown_events(bench: Bench) -> None:
    """Send an event of an unknown kind before a usual one."""
    trial = bench.trial(("UNKNOWN_EVENT", {}))
    sent = "an event of a kind that the receiver does not know, and then a usual one"
    if not accepted(trial.attempts[0]):
        expected = "2xx for both: a refused event is sent again for days"
        bench.found(TOLERATES_UNKNOWN, trial, sent=sent, expected=expected, got=f"answers {answers(trial)}")
    else:
        bench.judge_count(TOLERATES_UNKNOWN, trial, sent)
