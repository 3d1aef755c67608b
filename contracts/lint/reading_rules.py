"""Rules about clients that ask more often than they need to."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from itertools import pairwise
from typing import Any

from contracts.lint.answered_page import answered_page
from contracts.lint.client_run import Call, ClientRun, kinds, singular
from contracts.lint.lint_rule import LintFinding, LintRule, LintSeverity
from contracts.spec.document import Operation
from contracts.spec.resources import Listing, bare

POLLING = LintRule(
    "polls-where-a-webhook-exists", LintSeverity.WARNING, "A change that has a webhook is not polled for",
    "polling spends the rate limit, and still comes late",
    "subscribe to the webhook, and read once after it; keep a rare poll for what was missed",
)  # fmt: skip
N_PLUS_ONE = LintRule(
    "n-plus-one-reads", LintSeverity.WARNING, "Records that a list can bring along are not read one by one",
    "a page of 50 costs 51 requests of a limit of 60 a minute",
    "let the list bring them along",
)  # fmt: skip
DELETED = LintRule(
    "asks-for-deleted", LintSeverity.WARNING, "A record that is gone is not asked for any more",
    "each request is answered 404; the client still has the id in its own data",
    "remove the id from your own data when the record is deleted, or answers 404",
)  # fmt: skip

MAX_EQUAL_READS = 4
"""More equal reads than this, without a change in between, are polling."""
MAX_GROWING_WAITS = 8
"""Equal reads of a client whose waits grow; more of them are polling too."""
_GROWTH = 1.3
RARE_SECONDS = 900.0
"""Equal reads that are further apart than this on average are no polling."""
MAX_SINGLE_READS = 2
"""More reads of single records than this, after a list that could have brought them along, are too many."""
MAX_LOOKS = 1
"""Equal requests for a deleted record that count as a look whether it is gone."""


def findings(run: ClientRun) -> Iterator[LintFinding]:
    """Find the broken rules of this module."""
    for stream in run.streams:
        yield from _polling(run, stream)
        yield from _single_reads(run, stream)
        yield from _deleted(stream)


def _polling(run: ClientRun, stream: Sequence[Call]) -> Iterator[LintFinding]:
    """Equal reads that succeed, with no write of the client's own between them.

    A single record may be read for several reasons, so reads of it count only if nothing else is read between them.
    """
    equal: dict[Any, list[Call]] = {}
    for call in stream:
        if call.writes and call.succeeded and call.operation:
            touched = kinds(call.operation)
            equal = {same: calls for same, calls in equal.items() if not touched & kinds(calls[0].operation)}
        elif call.method == "GET" and call.succeeded and call.operation:
            equal = {same: calls for same, calls in equal.items() if same == call.same or not _of_one(calls[0])}
            equal.setdefault(call.same, []).append(call)
            event = _event_for(run, call.operation)
            if event and _is_polling(equal[call.same]):
                detail = f"read {MAX_EQUAL_READS + 1} times or more, the same each time; the webhook is {event}"
                yield LintFinding(POLLING, call.key, detail, list(equal[call.same]))


def _is_polling(calls: Sequence[Call]) -> bool:
    """Tell whether equal reads have become too many just now.

    Reads that are far apart are a look for what was missed. A few whose waits grow are a client that waits for one
    thing, and gives up after a while.
    """
    began, ended = calls[0].time, calls[-1].time
    if began is not None and ended is not None and (ended - began) / max(len(calls) - 1, 1) >= RARE_SECONDS:
        return False
    return len(calls) == (MAX_GROWING_WAITS if _waits_grow(calls) else MAX_EQUAL_READS) + 1


def _waits_grow(calls: Sequence[Call]) -> bool:
    """Tell whether each wait between some reads is clearly longer than the one before."""
    times = [call.time for call in calls if call.time is not None]
    waits = [after - before for before, after in pairwise(times)]
    return (
        len(times) == len(calls)
        and all(wait >= 0.1 for wait in waits)
        and all(after >= _GROWTH * before for before, after in pairwise(waits))
    )


def _of_one(call: Call) -> bool:
    """Tell whether a call is about a single record."""
    return call.operation is not None and call.operation.path.endswith("}")


def _event_for(run: ClientRun, operation: Operation) -> str:
    """The documented webhook that tells of new records of a collection; empty if there is none."""
    words = kinds(operation)
    names = [key.partition(" ")[2] for key in run.contract.webhooks]
    return next((name for name in names if words & set(map(singular, re.findall(r"[a-z]+", name.lower())))), "")


def _single_reads(run: ClientRun, stream: Sequence[Call]) -> Iterator[LintFinding]:
    for listing in run.listings.values():
        for parameter in listing.expands:
            for choice in parameter.schema.get("enum", ()):
                yield from _reads_beside(listing, parameter.name, str(choice), stream)


def _reads_beside(listing: Listing, parameter: str, choice: str, stream: Sequence[Call]) -> Iterator[LintFinding]:
    """Reads of single records whose ids stand in a list that was read without ``parameter``."""
    member = next((name for name in listing.item_properties() if bare(name) == f"{bare(choice)}id"), "")
    lists = [call for call in stream if call.key == listing.key and call.succeeded and parameter not in call.query]
    if not member or not lists:
        return
    items = [item for call in lists for item in answered_page(listing, call).items]
    ids = {str(item[member]) for item in items if isinstance(item, Mapping) and item.get(member) is not None}
    first = stream.index(lists[0])
    reads: dict[str, Call] = {}
    for call in stream[first:]:
        if call.method == "GET" and _of_one(call):
            *_, last = call.path.split("/")
            if last in ids and choice.lower() in kinds(call.operation):
                reads.setdefault(last, call)
    if len(reads) > MAX_SINGLE_READS:
        shown = [lists[0], *reads.values()]
        detail = f"{len(reads)} × {shown[1].key} after one list; `{parameter}={choice}` brings them along"
        yield LintFinding(N_PLUS_ONE, listing.key, detail, shown)


def _deleted(stream: Sequence[Call]) -> Iterator[LintFinding]:
    """Requests for a record, or for what belongs to it, after it was deleted, or after it was answered 404 or 410."""
    gone: dict[str, list[Call]] = {}
    named: dict[str, list[str]] = {}
    for call in stream:
        for path in _asked_for(call, gone, named):
            gone[path].append(call)
        if call.succeeded and call.method != "DELETE" and gone.pop(call.path, []):
            named[call.path.rpartition("/")[2]].remove(call.path)  # it has come, or come back
        if not _of_one(call) or call.path in gone:
            continue
        if (call.succeeded and call.method == "DELETE") or call.status in (404, 410):
            gone[call.path] = [call]
            named.setdefault(call.path.rpartition("/")[2], []).append(call.path)
    for calls in gone.values():
        yield from _asked_again(calls)


def _asked_for(call: Call, gone: Collection[str], named: Mapping[str, Sequence[str]]) -> Set[str]:
    """The records that are gone and that a call is for: by its path, or by an id as a filter or in the body."""
    found: set[str] = set()
    values = set(call.query.values())
    if call.status in (404, 410):
        steps = call.path.split("/")
        found = {path for end in range(2, len(steps) + 1) if (path := "/".join(steps[:end])) in gone}
        sent = call.sent.values() if isinstance(call.sent, Mapping) else ()
        values |= {value for value in sent if isinstance(value, str)}
    words = [value for value in values if not value.isdigit()]  # other kinds of records have the same numbers
    return found.union(*(named.get(value, ()) for value in words))


def _asked_again(calls: Sequence[Call]) -> Iterator[LintFinding]:
    """One look of each kind is no fault: it shows that the record is gone."""
    first, *later = calls
    looks: dict[tuple[str, str], int] = {}
    for call in later:
        looks[call.method, call.path] = looks.get((call.method, call.path), 0) + 1
    changes = [call for call in later if call.method in ("PUT", "PATCH")]
    if max(looks.values(), default=0) > MAX_LOOKS or (changes and first.succeeded):
        what = "deleted" if first.succeeded else f"answered {first.status}"
        yield LintFinding(DELETED, later[0].key, f"{what}, and asked for {len(later)} times more", calls)
