"""Read a list from its first page to its last, and check what every such walk can check."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from contracts.rules import collections as rules
from contracts.rules import lifecycle
from contracts.rules.collections import Page, page_of
from contracts.rules.rule import Violation
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec.resources import Listing
from contracts.transport.exchange import Exchange

MAX_PAGES = 60
"""Most pages of a list that are read. A list without an end is a finding, not an endless run."""
_SOME_PAGES = 5
_FEW_PAGES = 2  # in which what has just been written is looked for, where the newest comes first


def note(
    client: ScenarioClient,
    listing: Listing,
    violations: Iterable[Violation],
    evidence: Exchange,
    *more: Exchange,
    where: str = "",
) -> None:
    """Write down the violations that a judgement on a list has found."""
    for found in violations:
        operation = listing.operation
        client.broken(found.rule, operation, evidence, *more, expected=found.expected, got=found.got, where=where)


def cut(
    client: ScenarioClient, listing: Listing, page: Page, items: Sequence[rules.Item], number: int, *, size: int,
    where: str = "",
) -> None:  # fmt: skip
    """Compare a page with its slice of ``items``, the whole list: ids, values and totals."""
    ids = [item.get("id") for item in items]
    note(client, listing, rules.fits(page, ids, number, size), page.exchange, where=where)
    note(client, listing, rules.kept(page, items), page.exchange, where=where)
    note(client, listing, rules.totals(page, number, size, len(ids)), page.exchange, where=where)


def later_pages(client: ScenarioClient, listing: Listing, items: Sequence[rules.Item], *, where: str) -> None:
    """Compare small pages after the first with ``items``, the whole list as it is after a change."""
    for number in (2, 3) if listing.paged else ():
        cut(client, listing, fetch(client, listing, page=number, size=2), items, number, size=2, where=where)


def fetch(
    client: ScenarioClient,
    listing: Listing,
    *parents: Any,
    query: Mapping[str, Any] | None = None,
    key: str | None = None,
    page: int | None = None,
    size: int | None = None,
) -> Page:
    """Read one page. Raises ScenarioSkipped if it is refused."""
    asked = dict(query or {})
    if listing.page is not None and page is not None:
        asked[listing.page.name] = page
    if listing.size is not None and size is not None:
        asked[listing.size.name] = size
    fetched = page_of(listing, client.get(listing.operation, *parents, query=asked, key=key))
    for item in fetched.items if key is None else ():
        _remember(client, listing, parents, item, fetched)
    return fetched


def _remember(
    client: ScenarioClient, listing: Listing, parents: tuple[Any, ...], item: Mapping[str, Any], page: Page
) -> None:
    """Remember the time of creation of every item with an id that this run sees: it must never change."""
    created = item.get("createdAt")
    if created is not None and item.get("id") is not None:
        first = client.created.setdefault((listing.key, *parents, item.get("id")), created)
        if first != created:
            got = f"{item.get('id')}: {created}"
            client.broken(
                lifecycle.CREATED_AT, listing.operation, page.exchange, expected=f"{first}, as before", got=got
            )


def whole_list(
    client: ScenarioClient,
    listing: Listing,
    *parents: Any,
    query: Mapping[str, Any] | None = None,
    key: str | None = None,
) -> list[Mapping[str, Any]]:
    """Read every item, in the largest pages, and check what the pages say about the whole.

    Raises ScenarioSkipped for a list of more than ``MAX_PAGES`` such pages, because a part cannot be judged as the
    whole.
    """
    if not listing.paged:
        return list(fetch(client, listing, *parents, query=query, key=key, size=listing.largest or None).items)
    size, pages = listing.largest, list[Page]()
    while len(pages) < MAX_PAGES:
        pages.append(fetch(client, listing, *parents, query=query, key=key, page=len(pages) + 1, size=size))
        if len(pages[-1].items) < size and len(pages) >= (pages[-1].pages or 0):
            break
        if len(pages) in (1, MAX_PAGES) and _is_long(client, listing, parents, query, key, pages, size):
            raise ScenarioSkipped(f"{listing.operation.key} has more than {MAX_PAGES * size:,} items: too many to read")
    items = [item for page in pages for item in page.items]
    for number, page in enumerate(pages, 1):
        note(client, listing, rules.totals(page, number, size, len(items)), page.exchange)
        note(client, listing, rules.fits(page, [i.get("id") for i in items], number, size), page.exchange)
    note(client, listing, rules.unique([item.get("id") for item in items]), pages[-1].exchange)
    return items


def newest(client: ScenarioClient, listing: Listing, ids: Collection[Any]) -> list[Mapping[str, Any]]:
    """Read the beginning of a list if that shows the newest records, otherwise all of it.

    Raises ScenarioSkipped as ``whole_list`` does.
    """
    items = list[Mapping[str, Any]]()
    for number in range(1, _FEW_PAGES + 1) if listing.paged else ():
        page = fetch(client, listing, page=number, size=listing.largest)
        items += page.items
        if {item.get("id") for item in items} >= set(ids):
            return items
        if len(page.items) < listing.largest:
            break
    return whole_list(client, listing)


def beginning(
    client: ScenarioClient, listing: Listing, pages: int = _SOME_PAGES, query: Mapping[str, Any] | None = None
) -> list[Mapping[str, Any]]:
    """Read the first items of a list, however long it is: enough for rules about each item."""
    if not listing.paged:
        return list(fetch(client, listing, query=query).items)
    items = list[Mapping[str, Any]]()
    for number in range(1, pages + 1):
        page = fetch(client, listing, query=query, page=number, size=listing.largest)
        items += page.items
        if len(page.items) < listing.largest:
            break
    return items


def _is_long(
    client: ScenarioClient,
    listing: Listing,
    parents: tuple[Any, ...],
    query: Mapping[str, Any] | None,
    key: str | None,
    pages: Sequence[Page],
    size: int,
) -> bool:
    """Tell whether a list has more pages than are read: by its first page, or because all were full.

    A list that repeats its items is not long: it never ends, which is a finding.
    """
    first, says = pages[0], [pages[0].count or 0, (pages[0].pages or 0) * size]
    if len(first.items) < size or (len(pages) == 1 and max(says) <= MAX_PAGES * size):
        return False
    beyond = fetch(client, listing, *parents, query=query, key=key, page=MAX_PAGES + 1, size=size)
    seen = {id for page in pages for id in map(repr, page.ids)}
    return bool(beyond.items) and not seen & set(map(repr, beyond.ids))


def some_sizes(count: int, largest: int) -> Sequence[int]:
    """Page sizes that cut a list in two or three, and the smallest and the largest there are."""
    sizes = {1, 2, math.ceil(count / 3), max(1, count - 1), min(count, largest), largest}
    return sorted(size for size in sizes if 1 <= size <= largest)


def some_pages(count: int, size: int) -> Sequence[int]:
    """The pages to read: the first three and the last two."""
    last = max(1, math.ceil(count / size))
    return sorted(page for page in {1, 2, 3, last - 1, last} if 1 <= page <= last)
