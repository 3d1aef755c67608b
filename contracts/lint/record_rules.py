"""Rules about the records that a client makes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.lint.client_run import Call, ClientRun, kinds, words
from contracts.lint.lint_rule import LintFinding, LintRule, LintSeverity
from contracts.spec.resources import bare

MADE_TWICE = LintRule(
    "made-twice", LintSeverity.WARNING, "A record is made once",
    "the business has the same record twice",
    "keep the id of the first answer, or look for the record before you make it",
)  # fmt: skip
NEVER_USED = LintRule(
    "write-never-used", LintSeverity.NOTE, "A record that was made is used again",
    "nothing in the run shows that the client kept the id of its record",
    "keep the id, and test what your client does with the record later",
)  # fmt: skip


_SHORTLY = 60.0


def findings(run: ClientRun) -> Iterator[LintFinding]:
    """Find the broken rules of this module."""
    creates = {family.create.key for family in run.families if family.create is not None}
    for stream in run.streams:
        made = [call for call in stream if call.key in creates and call.succeeded]
        yield from _twice(made, stream)
        yield from _done_twice(run, [call for call in stream if call.key not in creates])
        last = {word: number for number, call in enumerate(stream) for word in call.words} if made else {}
        for call in made:
            place, parts = stream.index(call), words(_id_of(call.exchange.json))
            if parts and not all(last.get(word, -1) > place for word in parts):
                yield LintFinding(NEVER_USED, call.key, "its id is in no later request", [call])


def _twice(made: Sequence[Call], stream: Sequence[Call]) -> Iterator[LintFinding]:
    """Equal bodies of records that were both made. A record that was deleted in between may be made again."""
    firsts: dict[Any, Call] = {}
    for call in made:
        first = firsts.setdefault(call.same, call)
        if first is call or not call.exchange.sent_body:
            continue
        between = stream[stream.index(first) + 1 : stream.index(call)]
        if not any(other.method == "DELETE" and other.succeeded for other in between):
            yield LintFinding(
                MADE_TWICE, call.key, "the same body was sent again, and made a second record", [first, call]
            )
        firsts[call.same] = call


def _done_twice(run: ClientRun, calls: Sequence[Call]) -> Iterator[LintFinding]:
    """Equal requests to do something, such as to send a message to a lead, one shortly after the other."""
    known = {f"{bare(kind)}id" for operation in run.contract.operations.values() for kind in kinds(operation)}
    done: dict[Any, Call] = {}
    for call in calls:
        if call.method != "POST" or not call.operation or not call.succeeded or not isinstance(call.sent, Mapping):
            continue
        first = done.get(call.same)
        done[call.same] = call
        about_a_record = bool(known & {bare(name) for name in call.sent}) and not _shows_records(call.exchange.json)
        if first and _shortly_after(first, call) and (about_a_record or _made_two(first, call)):
            yield LintFinding(MADE_TWICE, call.key, "the same was done twice within a minute", [first, call])


def _shortly_after(first: Call, call: Call) -> bool:
    """Tell whether a call came within a minute. One that did not wait for the answer is a retry, and another rule's."""
    if first.time is None or call.time is None:
        return False
    return first.context.seconds <= call.time - first.time <= _SHORTLY


def _made_two(first: Call, call: Call) -> bool:
    """Tell whether two equal requests were answered with the ids of two records, as two subscriptions are."""
    return "" not in (ids := {_id_of(first.exchange.json), _id_of(call.exchange.json)}) and len(ids) > 1


def _shows_records(value: Any) -> bool:
    """Tell whether an answer has a list: its request may be a question."""
    members = value.values() if isinstance(value, Mapping) else ()
    return isinstance(value, list) or any(isinstance(member, list) for member in members)


def _id_of(value: Any) -> str:
    """The id in the answer of a create: a member `id` of the record, which may be in an envelope."""
    if not isinstance(value, Mapping):
        return ""
    found = value.get("id")
    if isinstance(found, str | int) and not isinstance(found, bool):
        return str(found)
    return next(filter(None, (_id_of(member) for member in value.values() if isinstance(member, Mapping))), "")
