"""Scenarios about filters with expansion, and about values that almost match."""

import itertools
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.rules import collections as rules
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import beginning, cut, fetch, note
from contracts.spec import business_rules
from contracts.spec.resources import Filter, Listing
from contracts.transport.exchange import Exchange

Items = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Expansion:
    """A list without a filter, expanded in one way. ``added`` are the members that its items have more."""

    query: Mapping[str, Any]
    items: Items
    added: Collection[str]


def expansions(client: ScenarioClient, listing: Listing, items: Items) -> Iterator[Expansion]:
    """Read a list in each expansion. ``items`` is the plain list, all of which each of them shows."""
    plain = {name for item in items for name in item}
    for parameter in listing.expands:
        for value in parameter.schema["enum"]:
            query = {parameter.name: value}
            full = beginning(client, listing, query=query)
            last = client.last(listing.operation)
            note(client, listing, rules.expanded(items[: len(full)], full), last, where=value)
            if len(full) == len(items):
                usual(client, listing, query, full)
            yield Expansion(query, full, {name for item in full for name in item} - plain)


def expanded(
    client: ScenarioClient, listing: Listing, query: Mapping[str, Any], got: Items, unfiltered: Sequence[Expansion]
) -> None:
    """With filter and expansion, a list has the filtered items, each as the expansion shows it without a filter."""
    for expansion in unfiltered:
        asked = {**query, **expansion.query}
        where = "&".join(sorted(asked))
        full = fetch(client, listing, query=asked, page=1, size=listing.largest)
        note(client, listing, rules.expanded(got[: len(full.items)], full.items), full.exchange, where=where)
        note(client, listing, rules.kept(full, expansion.items), full.exchange, where=where)
        note(client, listing, rules.totals(full, 1, listing.largest, len(got)), full.exchange, where=where)
        _second(client, listing, asked, got, full.items)
        added(client, listing, full, expansion.added, where)


def spread(pairs: Sequence[tuple[Any, Any]]) -> Sequence[tuple[Any, Any]]:
    """Order pairs so that each value of the filter with fewer values comes once before any comes again.

    A fault may be about one value only, as one word of an enumeration.
    """
    few = min((0, 1), key=lambda place: len({pair[place] for pair in pairs}))
    turn: Counter[Any] = Counter()
    rounds = list[int]()
    for pair in pairs:
        rounds.append(turn[pair[few]])
        turn[pair[few]] += 1
    return [pair for _, pair in sorted(zip(rounds, pairs, strict=True), key=lambda each: each[0])]


def _second(client: ScenarioClient, listing: Listing, asked: Mapping[str, Any], got: Items, full: Items) -> None:
    """The second page with filter and expansion shows what the whole filtered list does."""
    if listing.paged and len(got) > 2:
        page, where = fetch(client, listing, query=asked, page=2, size=2), f"{'&'.join(sorted(asked))}: page-2"
        note(client, listing, rules.fits(page, [item.get("id") for item in got], 2, 2), page.exchange, where=where)
        note(client, listing, rules.kept(page, full), page.exchange, where=where)


def usual(client: ScenarioClient, listing: Listing, query: Mapping[str, Any], got: Items) -> None:
    """With a filter and without a size, a page has the default size."""
    if listing.usual:
        page, where = fetch(client, listing, query=query), f"{'&'.join(sorted(query))}: defaults"
        cut(client, listing, page, got, 1, size=listing.usual, where=where)


def beyond(client: ScenarioClient, listing: Listing, query: Mapping[str, Any], got: Items) -> None:
    """With a filter, a page past the last one is empty, with the totals of the filtered list."""
    number, where = len(got) + 1, f"{'&'.join(sorted(query))}: past-the-end"
    if listing.paged:
        page = fetch(client, listing, query=query, page=number, size=1)
        cut(client, listing, page, got, number, size=1, where=where)


def of_lead(client: ScenarioClient, listing: Listing, lead: Any, due: Items) -> None:
    """The filter by a lead finds what there is of a new lead: at first nothing, and at once what has been added."""
    query = listing.query_for(business_rules.OWNER, lead)
    if query:
        page, where = fetch(client, listing, query=query, page=1, size=listing.largest), f"{'&'.join(query)}: new"
        note(client, listing, rules.filtered(due, page.items, {business_rules.OWNER: lead}), page.exchange, where=where)
        note(client, listing, rules.totals(page, 1, listing.largest, len(due)), page.exchange, where=where)


def newest(
    client: ScenarioClient, listing: Listing, query: Mapping[str, Any], item: Mapping[str, Any], made: Exchange
) -> None:
    """A filter that was asked before finds what has been added since."""
    page = fetch(client, listing, query=query, page=1, size=5)
    if query and item["id"] not in page.ids:
        due, got, where = f"{item['id']}, which is new", f"{page.ids[:1]} as the newest", f"{'&'.join(query)}: new"
        client.broken(rules.COMPLETE, listing.operation, made, page.exchange, expected=due, got=got, where=where)


def added(client: ScenarioClient, listing: Listing, page: rules.Page, names: Collection[str], where: str) -> None:
    """Each item of a page has the members that expanding adds."""
    lacking = [item.get("id") for item in page.items if not set(names) <= set(item)]
    if lacking:
        due, got = f"{', '.join(sorted(names))} in each item", f"{lacking[0]} without"
        client.broken(rules.ADDS, listing.operation, page.exchange, expected=due, got=got, where=where)


def alike(client: ScenarioClient, listing: Listing, wholes: Mapping[str, Items]) -> None:
    """Two expansions that add the same member add it with the same value."""
    for (one, items), (other, again) in itertools.combinations(wholes.items(), 2):
        for first, second in zip(items, again, strict=False):
            odd = [name for name in first if name in second and first[name] != second[name]]
            if odd and first.get("id") == second.get("id"):
                due, got = f"{first.get('id')}: {odd[0]} as with {one}", f"another one with {other}"
                shown, where = client.last(listing.operation), f"{one}&{other}"
                client.broken(rules.KEEPS, listing.operation, shown, expected=due, got=got, where=where)
                break


def almost(client: ScenarioClient, listing: Listing, asked: Filter, items: Items) -> None:
    """A filter finds nothing for a part of an existing value, a longer value, or one in another case."""
    found = [item[asked.member] for item in items if isinstance(item.get(asked.member), str)]
    open_ended = listing.may_be_empty and not asked.schema.get("enum")
    for value in dict.fromkeys(found[:1] + found[-1:]) if open_ended else ():
        for near in _near(value):
            if near in found or not listing.takes(asked, near):
                continue
            page = fetch(client, listing, query={asked.name: near})
            if page.items or page.count:
                got, where = f"{len(page.items)} items for {near}", f"{asked.name}, almost"
                client.broken(
                    rules.UNKNOWN, listing.operation, page.exchange, expected="an empty list", got=got, where=where
                )


def _near(value: str) -> Iterator[str]:
    yield from (value[:-1], value[: len(value) // 2], f"{value}x", value[1:], value[len(value) // 2 :])
    yield from {value.swapcase(): 0, value.upper(): 0, "_": 0}
