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
    """Equal requests to do something with a record, such as a message to a lead, one shortly after the other."""
    known = {f"{bare(kind)}id" for operation in run.contract.operations.values() for kind in kinds(operation)}
    done: dict[Any, Call] = {}
    for call in calls:
        if call.method != "POST" or not call.operation or not call.succeeded or not isinstance(call.sent, Mapping):
            continue
        if _shows_records(call.exchange.json) or not known & {bare(name) for name in call.sent}:
            continue
        first = done.get(call.same)
        done[call.same] = call
        if first and first.time is not None and call.time is not None and call.time - first.time <= _SHORTLY:
            yield LintFinding(MADE_TWICE, call.key, "the same was done twice within a minute", [first, call])


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
