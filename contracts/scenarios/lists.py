"""Scenarios about lists: pages, sizes, defaults, totals, order, pages past the end, filters, expansion."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.rules import collections as rules
from contracts.scenarios import filters
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import cut, fetch, note, some_pages, some_sizes, whole_list
from contracts.spec.business_rules import EXPANDED
from contracts.spec.document import Operation
from contracts.spec.resources import Filter, Listing, bare, is_total

Items = Sequence[Mapping[str, Any]]
_MAX_VALUES = 5
_ALL = re.compile(r"(?i)all|both|everything|full|\*")
"""Names of an expansion that means all others."""


def paging(client: ScenarioClient, listing: Listing, *parents: Any) -> None:
    """Read the list in pages of several sizes: the result is always the same list."""
    items = whole_list(client, listing, *parents)
    ids = [item.get("id") for item in items]
    note(client, listing, rules.ordered(items), client.last(listing.operation))
    for size in some_sizes(len(ids), listing.largest):
        for number in some_pages(len(ids), size):
            page = fetch(client, listing, *parents, page=number, size=size)
            cut(client, listing, page, items, number, size=size)
    _defaults(client, listing, items, parents)
    _past_the_end(client, listing, len(ids), parents)
    _again(client, listing, items, parents)


def _defaults(client: ScenarioClient, listing: Listing, items: Items, parents: Sequence[Any]) -> None:
    size, ids = listing.usual, [item.get("id") for item in items]
    if not size:
        return
    page = fetch(client, listing, *parents)
    if page.ids != ids[:size]:
        rule = rules.DEFAULT if len(page.ids) != len(ids[:size]) else rules.FIRST
        got = f"{len(page.ids)} items beginning with {page.ids[:1]}"
        due = f"the first {min(size, len(ids))} items"
        client.broken(rule, listing.operation, page.exchange, expected=due, got=got)
    note(client, listing, rules.totals(page, 1, size, len(ids)), page.exchange, where="defaults")
    note(client, listing, rules.kept(page, items), page.exchange, where="defaults")
    second = fetch(client, listing, *parents, page=2)
    cut(client, listing, second, items, 2, size=size, where="defaults")
    small = fetch(client, listing, *parents, size=1)
    cut(client, listing, small, items, 1, size=1, where="defaults")


def _past_the_end(client: ScenarioClient, listing: Listing, count: int, parents: Sequence[Any]) -> None:
    beyond = (listing.largest, count // listing.largest + 2), (1, count + 1), (2, count + 1000)
    for size, number in beyond if listing.may_be_empty else ():
        page = fetch(client, listing, *parents, page=number, size=size)
        if page.items:
            got = f"{len(page.items)} items"
            client.broken(rules.PAST, listing.operation, page.exchange, expected="no items", got=got)
        note(client, listing, rules.totals(page, number, size, count), page.exchange, where="past-the-end")


def _again(client: ScenarioClient, listing: Listing, items: Items, parents: Sequence[Any]) -> None:
    again = whole_list(client, listing, *parents)
    if again != items:
        changed = next((one.get("id") for one, two in zip(items, again, strict=False) if one != two), "the number")
        client.broken(
            rules.STABLE,
            listing.operation,
            client.last(listing.operation),
            expected="the same items as a moment ago",
            got=f"{changed} has changed",
        )


def filtering(client: ScenarioClient, listing: Listing) -> None:
    """Try each filter alone, in pairs, with a value that no record has, and in pages."""
    items, names = whole_list(client, listing), {one.member: one.name for one in _comparable(listing)}
    expansions, pairs = list(filters.expansions(client, listing, items)), 0
    for wanted in _questions(client, listing, items):
        query = {names[member]: value for member, value in wanted.items()}
        got = whole_list(client, listing, query=query)
        evidence = fetch(client, listing, query=query, page=1, size=listing.largest).exchange
        where = "&".join(sorted(query))
        note(client, listing, rules.filtered(items, got, wanted), evidence, where=where)
        for number in (2, 3) if listing.paged else ():
            if len(got) >= number:
                page = fetch(client, listing, query=query, page=number, size=1)
                cut(client, listing, page, got, number, size=1, where=where)
        pairs += len(wanted) > 1 and bool(got)
        if got and (len(wanted) == 1 or pairs == 1):  # of all pairs, the first is asked for everything at once
            filters.expanded(client, listing, query, got, expansions)
            filters.usual(client, listing, query, got)
            filters.beyond(client, listing, query, got)
    _unknown(client, listing)
    for asked in _comparable(listing):
        filters.almost(client, listing, asked, items)


def _comparable(listing: Listing) -> list[Filter]:
    """The filters whose result is a part of the whole list; one with a default narrows that list too."""
    if any("default" in one.schema for one in listing.filters):
        return []
    return list(listing.filters)


def _questions(client: ScenarioClient, listing: Listing, items: Items) -> Iterator[dict[str, Any]]:
    """Members of the items, each with the values to filter by."""
    asked = ((one.member, [it for it in _values(one, items) if listing.takes(one, it)]) for one in _comparable(listing))
    values = {member: known for member, known in asked if known}
    asks = {one.member: one for one in listing.filters}
    for name, known in values.items():
        yield from ({name: value} for value in known)
    for one, two in itertools.combinations(values, 2):
        pairs = list(dict.fromkeys((item.get(one), item.get(two)) for item in items))
        pairs = [(a, b) for a, b in pairs if listing.takes(asks[one], a) and listing.takes(asks[two], b)]
        for first, second in filters.spread(pairs)[:_MAX_VALUES]:
            yield {one: first, two: second}
            # The other half of the pair: values that both exist, and seldom together.
            other = next((b for _, b in pairs if (first, b) not in pairs), None)
            if other is not None:
                yield {one: first, two: other}


def _values(asked: Filter, items: Items) -> list[Any]:
    """All values of an enumeration; else the commonest in the list and some rare ones."""
    if asked.schema.get("enum"):
        return list(asked.schema["enum"])
    found = [item[name] for item in items if isinstance(item.get(name := asked.member), str | int | float)]
    common = sorted(dict.fromkeys(found), key=lambda value: -found.count(value))
    return [*common[:3], *common[-2:]][:_MAX_VALUES]


_NOTHING = "suite_nothing_has_this"


def _unknown(client: ScenarioClient, listing: Listing) -> None:
    for parameter in listing.filters if listing.may_be_empty else ():
        if parameter.schema.get("type") != "string" or not listing.takes(parameter, _NOTHING):
            continue
        page = fetch(client, listing, query={parameter.name: _NOTHING})
        if page.items or page.count:
            got = f"{len(page.items)} items, {page.count} in all"
            client.broken(
                rules.UNKNOWN, listing.operation, page.exchange, expected="an empty list", got=got, where=parameter.name
            )


def expansion(client: ScenarioClient, listing: Listing) -> None:
    """Each expansion keeps all members and adds some; two together add what each of them adds."""
    plain = fetch(client, listing, page=1, size=listing.largest)
    for parameter in listing.expands:
        added: dict[str, set[str]] = {}
        wholes: dict[str, Items] = {}
        for value in parameter.schema["enum"]:
            full = fetch(client, listing, query={parameter.name: value}, page=1, size=listing.largest)
            note(client, listing, rules.expanded(plain.items, full.items), plain.exchange, full.exchange, where=value)
            note(client, listing, rules.totals(full, 1, listing.largest, plain.count), full.exchange, where=value)
            wholes[value], pairs = full.items, zip(plain.items, full.items, strict=False)
            added[value] = set.union(set(), *(set(after) - set(before) for before, after in pairs))
        _additions(client, listing, plain, added)
        filters.alike(client, listing, wholes)
        if listing.paged and len(plain.items) > 2:
            for value, names in added.items():
                page = fetch(client, listing, query={parameter.name: value}, page=2, size=2)
                note(client, listing, rules.fits(page, plain.ids, 2, 2), page.exchange, where=f"{value}: page-2")
                note(client, listing, rules.kept(page, wholes[value]), page.exchange, where=f"{value}: page-2")
                filters.added(client, listing, page, names, f"{value}: page-2")


def _additions(client: ScenarioClient, listing: Listing, plain: rules.Page, added: Mapping[str, set[str]]) -> None:
    extra = {name for item in plain.items for name in item} & _expandable(listing, list(added))
    if extra:
        got = f"{', '.join(sorted(extra))} without being asked"
        client.broken(rules.BARE, listing.operation, plain.exchange, expected="no member that expanding adds", got=got)
        return
    if not plain.items:
        return
    most = set.union(*added.values())
    if not most and listing.key not in EXPANDED:
        return
    for value, names in added.items():
        if not names and (listing.key in EXPANDED or _expandable(listing, [value])):
            due, got = f"{value} to add something", "nothing more"
            client.broken(rules.ADDS, listing.operation, plain.exchange, expected=due, got=got, where=value)
    everything = [names for value, names in added.items() if _ALL.fullmatch(value)]
    others = [names for value, names in added.items() if not _ALL.fullmatch(value)]
    if everything and (any(names != most for names in everything) or (len(others) > 1 and most in others)):
        got = ", ".join(f"{value}: {'+'.join(sorted(names)) or 'nothing'}" for value, names in added.items())
        client.broken(
            rules.ADDS,
            listing.operation,
            plain.exchange,
            expected="each way its own, one of them all",
            got=got,
            where="all",
        )


def _expandable(listing: Listing, values: Sequence[str]) -> set[str]:
    """The optional members that an expansion means: the one with its name, else those that begin with it.

    Other optional members may appear or not, and undocumented ones are another rule's matter.
    """
    optional = set(listing.item_properties()) - listing.operation.document.required(listing.item_schema)
    named = {value: {name for name in optional if bare(name) == bare(value)} for value in values}
    return {
        name for value in values for name in named[value] or [n for n in optional if bare(n).startswith(bare(value))]
    }


def catalogue(client: ScenarioClient, listing: Listing) -> None:
    """The totals of a list without pages count its groups and the items in them."""
    exchange = client.get(listing.operation)
    groups = [group for group in exchange.field(listing.items) or () if isinstance(group, dict)]
    inner = [value for group in groups for value in group.values() if isinstance(value, list)]
    counts = {"groups": len(groups), "entries": sum(map(len, inner))}
    members = exchange.json if isinstance(exchange.json, dict) else {}
    # Beside totals stand what was asked for: an offset, a limit.
    plain = {name: value for name, value in members.items() if isinstance(value, int) and name != listing.totals.pages}
    totals = [value for name, value in plain.items() if is_total(name)]
    one = len(totals) == 1 and totals[0] in (counts["groups"], *([counts["entries"]] if inner else ()))
    if totals and not one and sorted(totals) != sorted(counts.values()):
        got = f"{counts['groups']} groups with {counts['entries']} entries, totals {totals}"
        client.broken(rules.CATALOGUE, listing.operation, exchange, expected="totals that count what is there", got=got)
    again = client.get(listing.operation)
    if again.json != exchange.json:
        client.broken(
            rules.STABLE,
            listing.operation,
            exchange,
            again,
            expected="the same answer as a moment ago",
            got="another one",
        )


def single(client: ScenarioClient, operation: Operation) -> None:
    """A resource that exists once reads the same twice."""
    exchange, again = client.get(operation), client.get(operation)
    if again.json != exchange.json:
        client.broken(
            rules.STABLE, operation, exchange, again, expected="the same answer as a moment ago", got="another one"
        )
