"""Rules for lists, and functions that judge pages after they were fetched."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.rules.rule import Group, Rule, Violation
from contracts.spec.provenance import Provenance
from contracts.spec.resources import Listing
from contracts.transport.exchange import Exchange

_PAGING = "https://docs.sophiie.ai/docs/api-reference"
_INQUIRIES = "https://docs.sophiie.ai/docs/api-reference/inquiries/list-inquiries"

PARTITION = Rule(
    "pages_partition",
    Group.COLLECTIONS,
    "Pages must hold every item once, in one order",
    Provenance.DOCUMENTED,
    _PAGING,
)
LIMIT = Rule("limit_honoured", Group.COLLECTIONS, "A page must have the size asked for", Provenance.DOCUMENTED, _PAGING)
DEFAULT = Rule(
    "default_limit", Group.COLLECTIONS, "Without a size, a page must have the default", Provenance.DOCUMENTED, _PAGING
)
FIRST = Rule("default_page", Group.COLLECTIONS, "Without a page, the first must come", Provenance.DOCUMENTED, _PAGING)
CURRENT = Rule(
    "current_page", Group.COLLECTIONS, "The answer must name the page asked for", Provenance.EXAMPLE, _PAGING
)
COUNT = Rule("total_count", Group.COLLECTIONS, "The total must be the number of items", Provenance.EXAMPLE, _PAGING)
PAGES = Rule(
    "total_pages", Group.COLLECTIONS, "The number of pages must follow from the total", Provenance.INFERRED,
    "gap:total-pages",
)  # fmt: skip
PAST = Rule(
    "past_the_end", Group.COLLECTIONS, "A page past the last must be empty", Provenance.INFERRED,
    "gap:page-past-the-end",
)  # fmt: skip
STABLE = Rule("stable_order", Group.COLLECTIONS, "The same question must get the same answer", Provenance.INFERRED)
NEWEST = Rule("newest_first", Group.COLLECTIONS, "The newest must come first", Provenance.INFERRED, "gap:list-order")
UNIQUE = Rule("unique_ids", Group.COLLECTIONS, "An id must stand for one item", Provenance.DOCUMENTED, _PAGING)
SOUND = Rule(
    "filter_sound", Group.COLLECTIONS, "A filter must let nothing else through", Provenance.DOCUMENTED, _INQUIRIES
)
COMPLETE = Rule(
    "filter_complete", Group.COLLECTIONS, "A filter must keep nothing back", Provenance.DOCUMENTED, _INQUIRIES
)
COMBINED = Rule(
    "filters_combined", Group.COLLECTIONS, "Of two filters both must hold", Provenance.INFERRED, "gap:filters"
)
PAGE_KEEPS = Rule(
    "page_keeps", Group.COLLECTIONS, "A page must show each item as the whole list does", Provenance.DOCUMENTED, _PAGING
)
FILTER_KEEPS = Rule(
    "filter_keeps", Group.COLLECTIONS, "A filter must not change the items", Provenance.DOCUMENTED, _INQUIRIES
)
UNKNOWN = Rule(
    "filter_unknown", Group.COLLECTIONS, "A value that nothing has must give an empty list", Provenance.INFERRED,
    "gap:filters",
)  # fmt: skip
KEEPS = Rule(
    "expand_keeps", Group.COLLECTIONS, "Expanding must not change what is there", Provenance.DOCUMENTED, _INQUIRIES
)
ADDS = Rule("expand_adds", Group.COLLECTIONS, "Expanding must add what it names", Provenance.DOCUMENTED, _INQUIRIES)
BARE = Rule(
    "unexpanded_bare", Group.COLLECTIONS, "Without expanding, nothing must be added", Provenance.DOCUMENTED, _INQUIRIES
)
CATALOGUE = Rule("catalogue_totals", Group.COLLECTIONS, "Totals must count what is there", Provenance.EXAMPLE)

Item = Mapping[str, Any]


@dataclass(frozen=True)
class Page:
    """One page of a list, as it was answered."""

    items: Sequence[Item]
    count: int | None
    pages: int | None
    current: int | None
    exchange: Exchange

    @property
    def ids(self) -> list[Any]:
        """The id of each item; None for an item without one."""
        return [item.get("id") for item in self.items]


def page_of(listing: Listing, exchange: Exchange) -> Page:
    """Read an answer as a page. A member that is missing or has another type reads as none."""
    items = exchange.field(listing.items) if listing.items else exchange.json

    def number(name: str) -> int | None:
        value = exchange.field(name) if name else None
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    listed = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    totals = listing.totals
    return Page(listed, number(totals.count), number(totals.pages), number(totals.current), exchange)


def totals(page: Page, asked: int, size: int, count: int | None) -> Iterator[Violation]:
    """Compare the totals of a page with the real number, ``count`` items in pages of ``size``."""
    if page.current is not None and page.current != asked:
        yield Violation(CURRENT, expected=f"page {asked}", got=f"page {page.current}")
    if count is None or page.count is None:
        return
    if page.count != count:
        yield Violation(COUNT, expected=f"{count} in all", got=f"{page.count} in all")
    if page.pages is not None and page.pages != math.ceil(count / size):
        yield Violation(
            PAGES, expected=f"{math.ceil(count / size)} pages of {size} for {count}", got=f"{page.pages} pages"
        )


def fits(page: Page, whole: Sequence[Any], asked: int, size: int) -> Iterator[Violation]:
    """Compare a page with its slice of the whole list. ``whole`` holds ids."""
    due = whole[(asked - 1) * size : asked * size]
    if len(page.ids) != len(due):
        yield Violation(LIMIT, expected=f"{len(due)} items on page {asked} of {size}", got=f"{len(page.ids)} items")
    elif page.ids != due:
        yield Violation(
            PARTITION,
            expected=f"items {(asked - 1) * size + 1} to {asked * size} of the list",
            got=_difference(due, page.ids),
        )


def kept(page: Page, whole: Sequence[Item]) -> Iterator[Violation]:
    """Find the first item of a page that has another value than in the whole list."""
    known = {item["id"]: item for item in whole if isinstance(item.get("id"), str | int)}
    for item in page.items:
        due = known.get(item["id"]) if isinstance(item.get("id"), str | int) else None
        if due is not None and due != item:
            odd = next(name for name in (*due, *item) if due.get(name, ...) != item.get(name, ...))
            due_value, got = f"{due.get(odd, 'nothing')!r}, as in the whole list", f"{item.get(odd, 'nothing')!r}"
            yield Violation(PAGE_KEEPS, expected=f"{item['id']}: {odd} {due_value}", got=got)
            return


def unique(whole: Sequence[Any]) -> Iterator[Violation]:
    """Find ids that several items have."""
    ids = [id for id in whole if id is not None]
    twice = sorted({str(id) for id in ids if ids.count(id) > 1})
    if twice:
        yield Violation(UNIQUE, expected="every id once", got=f"{', '.join(twice[:5])} more than once")


def ordered(items: Sequence[Item]) -> Iterator[Violation]:
    """Find the first item that is newer than the item before it."""
    moments = [item["createdAt"] for item in items if isinstance(item.get("createdAt"), str)]
    for earlier, later in itertools.pairwise(moments):
        if earlier < later:
            yield Violation(NEWEST, expected=f"something not newer than {earlier} after it", got=later)
            return


def filtered(whole: Sequence[Item], got: Sequence[Item], wanted: Mapping[str, Any]) -> Iterator[Violation]:
    """Compare the items of a filtered list with the items of the ``whole`` list that have the ``wanted`` values."""
    words = " and ".join(f"{name}={value}" for name, value in wanted.items())
    strangers = [item for item in got if any(item.get(name) != value for name, value in wanted.items())]
    due = [item.get("id") for item in whole if all(item.get(name) == value for name, value in wanted.items())]
    missing = [id for id in due if id not in {item.get("id") for item in got}]
    rules = (COMBINED, COMBINED) if len(wanted) > 1 else (SOUND, COMPLETE)
    if strangers:
        yield Violation(
            rules[0],
            expected=f"only items with {words}",
            got=f"{len(strangers)} others, {strangers[0].get('id')} for one",
        )
    if missing:
        yield Violation(
            rules[1],
            expected=f"all {len(due)} items with {words}",
            got=f"{len(missing)} are missing, {missing[0]} for one",
        )
    known = {item["id"]: item for item in whole if "id" in item}  # what has none cannot be found again
    changed = [item.get("id") for item in got if item.get("id") in known and known[item.get("id")] != item]
    if changed:
        yield Violation(FILTER_KEEPS, expected=f"{changed[0]} as in the whole list", got="another value of a member")
    if not strangers and not missing and [item.get("id") for item in got] != due:
        yield Violation(
            PARTITION, expected="the order of the whole list", got=_difference(due, [item.get("id") for item in got])
        )


def expanded(plain: Sequence[Item], full: Sequence[Item]) -> Iterator[Violation]:
    """Find items, members or an order that an expansion changed: it may only add members."""
    if [item.get("id") for item in plain] != [item.get("id") for item in full]:
        yield Violation(KEEPS, expected="the same items in the same order", got=_difference(_ids(plain), _ids(full)))
        return
    for before, after in zip(plain, full, strict=True):
        changed = sorted(name for name in before if before[name] != after.get(name, ...))
        if changed:
            yield Violation(
                KEEPS, expected=f"{before.get('id')} with the same {changed[0]}", got="another value, or none"
            )
            return


def _ids(items: Sequence[Item]) -> list[Any]:
    return [item.get("id") for item in items]


def _difference(due: Sequence[Any], got: Sequence[Any]) -> str:
    for position, (one, other) in enumerate(zip(due, got, strict=False)):
        if one != other:
            return f"{other} in place {position + 1}, where {one} should be"
    return f"{len(got)} items instead of {len(due)}"
