"""Deliveries with wrong, old, missing and several signatures."""

from collections.abc import Mapping
from types import MappingProxyType

from contracts.receiver.bench import Bench, Trial, accepted, answers
from contracts.receiver.receiver_rules import IGNORES_FORGED, VERIFIES_SIGNATURES, VERIFIES_TIME, ReceiverRule

_FORGED: Mapping[str, str] = MappingProxyType(
    {
        "FORGED_SIGNATURE": "a delivery that is signed with another secret",
        "TAMPERED_BODY": "a delivery whose body was changed after it was signed",
        "ALTERED_SIGNATURE": "a delivery whose signature is right at its beginning and wrong at its end",
        "CUT_SIGNATURE": "a delivery with the first letters of the good signature alone",
        "UNREADABLE_SIGNATURE": "a delivery whose signatures are of an unknown version, and no base64",
        "EMPTY_SIGNATURE": "a delivery whose header for the signature is empty",
        "MISSING_SIGNATURE": "a delivery without a signature",
    }
)
_OLD_SECONDS = 1_200
"""Older than what careful verifiers take (five minutes), and young enough to find those that take an hour."""
_NO_EFFECT = "no effect"


def forged(bench: Bench) -> None:
    """Send deliveries that somebody else could have sent, and then the genuine one with the same id."""
    for fault, sent in _FORGED.items():
        trial = bench.trial((fault, {}), expected=0)
        if _taken(bench, trial, VERIFIES_SIGNATURES, sent):
            if fault == "FORGED_SIGNATURE":
                _taken(bench, trial, IGNORES_FORGED, sent)
            continue
        genuine = bench.again(trial, expected=1)
        bench.judge_count(IGNORES_FORGED, genuine, f"{sent}, and then the genuine one with the same id")


def old(bench: Bench) -> None:
    """Send a good signature that is twenty minutes old, as somebody would who has recorded a delivery."""
    trial = bench.trial(("OLD_SIGNATURE", {"seconds": _OLD_SECONDS}), expected=0)
    _taken(bench, trial, VERIFIES_TIME, "a delivery with a good signature that is twenty minutes old")


def good_but_unusual(bench: Bench) -> None:
    """Send good signatures that a verifier of its own making may refuse."""
    trial = bench.trial(("ROTATED_SECRET", {}))
    _refused(
        bench, trial, "several signatures in the header, the good one amid others, as after a rotation of the secret"
    )
    trial = bench.trial(("OTHER_BYTES", {}))
    _refused(bench, trial, "a signed delivery in other bytes: another order of members, blanks, escaped letters")
    trial = bench.trial(("OTHER_HEADERS", {}))
    _refused(bench, trial, "a signed delivery whose header names have capitals (Webhook-Id), with `; charset=utf-8`")


def _taken(bench: Bench, trial: Trial, rule: ReceiverRule, sent: str) -> bool:
    """Note a finding if a delivery had an effect that must have none; without visible effects the answer counts."""
    visible = bool(bench.watch.usual)
    effect = bool(trial.effects.within(bench.watch.usual)) if visible else accepted(trial.attempts[0])
    if effect:
        got = f"{trial.effects.describe()}, answer {answers(trial)}" if visible else f"answer {answers(trial)}"
        bench.found(rule, trial, sent=sent, expected=_NO_EFFECT if visible else "an answer 401", got=got)
    return effect


def _refused(bench: Bench, trial: Trial, sent: str) -> None:
    """Note a finding if a good delivery was refused, or had not its effect."""
    if not accepted(trial.attempts[0]):
        expected = f"2xx and {bench.watch.expectation()}" if bench.watch.usual else "2xx"
        bench.found(VERIFIES_SIGNATURES, trial, sent=sent, expected=expected, got=f"answer {answers(trial)}")
    else:
        bench.judge_count(VERIFIES_SIGNATURES, trial, sent)
