"""Rules about clients that read a list page by page."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from contracts.lint.answered_page import answered_page, page_number, page_size
from contracts.lint.client_run import Call, ClientRun, words
from contracts.lint.lint_rule import LintFinding, LintRule, LintSeverity
from contracts.spec.document import blank
from contracts.spec.resources import Listing, bare

FIRST_PAGE_ONLY = LintRule(
    "first-page-only", LintSeverity.ERROR, "A list is read to its end",
    "records on later pages are silently missing",
    "ask for the next page until the answer says that it is the last one",
)  # fmt: skip
FAILED_PAGE = LintRule(
    "stops-at-a-failed-page", LintSeverity.ERROR, "A page that fails is asked for again",
    "one failed page leaves a gap, or cuts the list, and nobody notices",
    "repeat the page after a wait, and give up the whole walk with an error if it keeps failing",
)  # fmt: skip
PAGES_WHILE_WRITING = LintRule(
    "pages-while-writing", LintSeverity.ERROR, "A list does not change while its client pages through it",
    "each record that is made or deleted shifts those behind it: some are skipped, others come twice",
    "read the list to its end first, and write then",
)  # fmt: skip

MAX_NEWEST = 10
"""A list without a page number that asks for no more records than this shows the newest few, and is no walk."""

_STEPPED_PAGES = 3
"""Pages from which on an even distance between them is a fault of a counter, and no person's jump."""

_Walk = list[Call]


def findings(run: ClientRun) -> Iterator[LintFinding]:
    """Find the broken rules of this module."""
    paged = {key: listing for key, listing in run.listings.items() if listing.page}
    ended = {key for key, listing in paged.items() if any(_is_end(listing, call) for call in run.used.get(key, ()))}
    for stream in run.streams:
        for listing in paged.values():
            for walk in _walks(stream, listing):
                yield from _left_out(listing, walk)
                if listing.key not in ended:
                    yield from _stops_early(listing, walk, stream)
                yield from _failed_page(listing, walk, stream)
                yield from _while_writing(listing, walk, stream)


def _walks(stream: Sequence[Call], listing: Listing) -> Iterator[_Walk]:
    """The walks through a list: calls with the same filters, from one page to later ones."""
    page = listing.page.name if listing.page else ""
    open_: dict[tuple[str, tuple[tuple[str, str], ...]], _Walk] = {}
    for call in stream:
        if call.key != listing.key:
            continue
        group = (call.path, tuple(sorted((name, value) for name, value in call.query.items() if name != page)))
        walk = open_.get(group)
        if walk and _begins_anew(listing, walk, call):
            yield open_.pop(group)
        open_.setdefault(group, []).append(call)
    yield from open_.values()


def _begins_anew(listing: Listing, walk: _Walk, call: Call) -> bool:
    """Tell whether a call begins a new walk: it does not if it asks again for a page that failed."""
    number = page_number(listing, call)
    if number > page_number(listing, walk[-1]):
        return False
    return any(page_number(listing, other) == number and other.succeeded for other in walk) or not any(
        page_number(listing, other) == number for other in walk
    )


def _is_end(listing: Listing, call: Call) -> bool:
    """Tell whether a call may have read the last page of a list that has several: its client knows how to go on."""
    if not call.succeeded or page_number(listing, call) == 1:
        return False
    page = answered_page(listing, call)
    return page.guessed or not page.more


def _stops_early(listing: Listing, walk: _Walk, stream: Sequence[Call]) -> Iterator[LintFinding]:
    """A walk from the first page on that ends while there are more pages, though none of them failed."""
    numbers = [page_number(listing, call) for call in walk]
    if min(numbers) > 1 or not all(call.succeeded for call in walk) or _peeks(listing, walk[0]):
        return
    last = max(walk, key=lambda call: page_number(listing, call))
    if _step(numbers) or not answered_page(listing, last).more:
        return
    items = [item for call in walk for item in answered_page(listing, call).items]
    if not _found(items, stream[stream.index(last) + 1 :]):
        read = "page 1 was read" if max(numbers) == 1 else f"the pages 1 to {max(numbers)} were read"
        detail = f"{read}, and there are more; no other page was ever asked for"
        yield LintFinding(FIRST_PAGE_ONLY, listing.key, detail, walk)


def _left_out(listing: Listing, walk: _Walk) -> Iterator[LintFinding]:
    """A walk whose counter goes on by more than one page at a time."""
    if step := _step([page_number(listing, call) for call in walk if call.succeeded]):
        detail = f"the walk goes on by {step} pages at a time: those between them are never read"
        yield LintFinding(FIRST_PAGE_ONLY, listing.key, detail, walk)


def _step(numbers: Sequence[int]) -> int:
    """The step of a walk that leaves out pages at even distances; 0 of any other walk."""
    pages = sorted(set(numbers))
    steps = {after - before for before, after in pairwise(pages)}
    step = steps.pop() if len(steps) == 1 and len(pages) >= _STEPPED_PAGES else 0
    return step if step > 1 else 0


def _peeks(listing: Listing, call: Call) -> bool:
    """Tell whether a call asks for the newest few only."""
    size = page_size(listing, call)
    explicit = listing.page is not None and listing.page.name in call.query
    return size is not None and not explicit and size <= MAX_NEWEST


def _found(items: Sequence[Any], later: Sequence[Call]) -> bool:
    """Tell whether a client looked for one record: of a page with several, it goes on with exactly one."""
    ids = [str(item["id"]) for item in items if isinstance(item, Mapping) and item.get("id")]
    if len(ids) < 3:
        return False
    named = {id: set(words(id)) for id in dict.fromkeys(ids)}
    known = set().union(*named.values())
    used: set[str] = set()
    for call in (call for call in later if call.words & known):
        used |= {id for id, parts in named.items() if parts <= call.words}
        if len(used) > 1:
            return False
    return len(used) == 1


def _failed_page(listing: Listing, walk: _Walk, stream: Sequence[Call]) -> Iterator[LintFinding]:
    """A failed page that was left out, or with which a walk ended without a second try."""
    done = {page_number(listing, call) for call in walk if call.succeeded}
    failed = [call for call in walk if _may_work_later(call) and page_number(listing, call) not in done]
    for number in dict.fromkeys(page_number(listing, call) for call in failed):
        tries = [call for call in failed if page_number(listing, call) == number]
        later = any(after > number for after in done)
        if later or (len(tries) == 1 and number > 1):
            what = "left out, and the walk went on" if later else "not asked for again, and the walk ended with it"
            answer = tries[-1].status or "no answer"
            yield LintFinding(FAILED_PAGE, listing.key, f"page {number} failed ({answer}): it was {what}", walk)


def _may_work_later(call: Call) -> bool:
    return call.status in (0, 408, 429) or call.status >= 500


def _while_writing(listing: Listing, walk: _Walk, stream: Sequence[Call]) -> Iterator[LintFinding]:
    if len({page_number(listing, call) for call in walk if call.succeeded}) < 2:
        return
    first, last = stream.index(walk[0]), len(stream) - 1 - stream[::-1].index(walk[-1])
    between = [call for call in stream[first:last] if call.succeeded and _shifts(listing, walk[0], call)]
    if between:
        made = ", ".join(dict.fromkeys(call.key for call in between))
        yield LintFinding(
            PAGES_WHILE_WRITING,
            listing.key,
            f"{len(between)} × {made} between two pages",
            [walk[0], *between, walk[-1]],
        )


def _shifts(listing: Listing, page: Call, call: Call) -> bool:
    """Tell whether a write moves the records of a walk: one more, one less, or one that no longer fits its filter."""
    if call.operation is None or not call.writes:
        return False
    collection, path = blank(listing.operation.path), blank(call.operation.path)
    if call.method in ("POST", "DELETE"):
        return path == (collection if call.method == "POST" else f"{collection}/{{}}")
    members = {bare(one.member) for one in listing.filters if one.name in page.query}
    sent = call.sent if isinstance(call.sent, dict) else {}
    return path == f"{collection}/{{}}" and any(bare(name) in members for name in sent)
