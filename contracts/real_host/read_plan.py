"""The reads that a run sends to a real host. They are planned first, so they can be shown before they are sent.

At most two small pages of any list, one item of each kind, and each filter once.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.rules import collections as rules
from contracts.rules import consistency
from contracts.rules.collections import Page, page_of
from contracts.rules.rule import Violation
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import note
from contracts.scenarios.records import differences
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec import business_rules
from contracts.spec.document import Operation
from contracts.spec.resources import Listing
from contracts.transport.exchange import Exchange

PAGE_SIZE = 5


@dataclass(frozen=True)
class ReadStep:
    """One request. ``page`` and ``query`` are fixed; ``needs`` names what comes from an earlier answer.

    ``needs`` maps a parameter to the key of a listing and a member of its first item.
    """

    operation: Operation
    listing: Listing | None = None
    page: int = 0
    query: Mapping[str, Any] = field(default_factory=dict)
    needs: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    topic: str = "read"

    def describe(self) -> str:
        """The request, as far as it is known before the run."""
        query = [f"{name}={value}" for name, value in self.query.items()]
        path = self.operation.path
        for name, (source, member) in self.needs.items():
            known = f"<{member} of {source.partition(' ')[2]}>"
            if "{" + name + "}" in path:
                path = path.replace("{" + name + "}", known)
            else:
                query.append(f"{name}={known}")
        return f"{self.operation.method} {path}" + (f"?{'&'.join(query)}" if query else "")


def plan(catalogue: Catalogue, ids: Mapping[str, str]) -> list[ReadStep]:
    """Every request of a run, in order. A request for which no operation supplies an id is left out."""
    return [*_top(catalogue), *_deeper(catalogue, ids)]


def unreachable(catalogue: Catalogue, steps: list[ReadStep]) -> list[Operation]:
    """Reads that the plan leaves out."""
    planned = {step.operation.key for step in steps}
    return [o for o in catalogue.contract.operations.values() if o.method == "GET" and o.key not in planned]


def required_steps(step: ReadStep, steps: Iterable[ReadStep]) -> list[ReadStep]:
    """The steps whose answers ``step`` needs, or is compared with."""
    keys = {source for source, _ in step.needs.values()} | ({step.listing.key} if step.listing else set())
    firsts = [other for other in steps if other.topic == "read" and other.page < 2 and other.operation.key in keys]
    return [other for other in firsts if other != step]


def _top(catalogue: Catalogue) -> Iterator[ReadStep]:
    for operation in catalogue.contract.operations.values():
        if operation.method != "GET" or operation.parameters_in("path"):
            continue
        listing = catalogue.lists.get(operation.key)
        if any(p.required for p in operation.parameters_in("query")):
            continue
        if listing is None or listing.page is None or listing.size is None:
            yield ReadStep(operation)
            continue
        for page in (1, 2):
            yield ReadStep(operation, listing, page, {listing.page.name: page, listing.size.name: PAGE_SIZE})
        for asked in listing.filters:
            first = {listing.size.name: PAGE_SIZE}
            needs = {asked.name: (operation.key, asked.member)}
            yield ReadStep(operation, listing, 1, first, needs, topic="filter")
        for parameter in listing.expands:
            for value in parameter.schema["enum"]:
                query = {listing.page.name: 1, listing.size.name: PAGE_SIZE, parameter.name: value}
                yield ReadStep(operation, listing, 1, query, topic="expand")


def _deeper(catalogue: Catalogue, ids: Mapping[str, str]) -> Iterator[ReadStep]:
    for operation in catalogue.contract.operations.values():
        path, query = operation.parameters_in("path"), [p for p in operation.parameters_in("query") if p.required]
        if operation.method != "GET" or not (path or query) or len(path) > 1:
            continue
        needs, asked = dict[str, tuple[str, str]](), dict[str, Any]()
        for parameter in (*path, *query):
            source = _source(catalogue, operation, parameter.name) if parameter in query else _above(operation)
            if parameter.name in ids:
                asked[parameter.name] = ids[parameter.name]
            elif source in catalogue.contract.operations:
                needs[parameter.name] = (source, "id")
        if len(needs) + len(asked) == len(path) + len(query):
            listing = catalogue.lists.get(operation.key)
            if listing is not None and listing.size is not None:
                asked[listing.size.name] = PAGE_SIZE
            yield ReadStep(operation, listing, 1 if listing else 0, asked, needs, topic="item" if path else "read")


def _above(operation: Operation) -> str:
    return operation.key.partition("/{}")[0]


def _source(catalogue: Catalogue, operation: Operation, name: str) -> str:
    """The source of a required query parameter: the organization's or a user's id."""
    return business_rules.ORGANIZATION if re.search("(?i)org", name) else business_rules.MEMBERS


class ReadRun:
    """One run of a plan. It keeps of an answer only what the next steps need."""

    def __init__(self, client: ScenarioClient, catalogue: Catalogue) -> None:
        self._client = client
        self._catalogue = catalogue
        self._first: dict[str, Mapping[str, Any]] = {}
        self._pages: dict[str, Page] = {}

    def making(self, step: ReadStep) -> Callable[[ScenarioClient], None]:
        """A function that calls ``make`` later."""
        return lambda client: self.make(step)

    def make(self, step: ReadStep) -> None:
        """Send one request and judge it. Raises ScenarioSkipped if a needed value is missing."""
        asked = dict(step.query)
        for name, (source, member) in step.needs.items():
            value = self._first.get(source, {}).get(member)
            if value is None:
                raise ScenarioSkipped(f"{step.operation.key}: {source} shows no {member}: is the account empty?")
            asked[name] = value
        paths = [asked.pop(parameter.name) for parameter in step.operation.parameters_in("path")]
        exchange = self._client.get(step.operation, *paths, query=asked)
        if step.listing is None:
            self._single(step, exchange)
        else:
            self._page(step, step.listing, page_of(step.listing, exchange), asked)

    def _single(self, step: ReadStep, exchange: Exchange) -> None:
        record = exchange.json if isinstance(exchange.json, dict) else {}
        self._first.setdefault(step.operation.key, record)
        item = self._first.get(_above(step.operation), {}) if step.topic == "item" else {}
        for name in differences(item, record):
            due, got = "the same as in the list", "another value"
            self._client.broken(consistency.DETAIL, step.operation, exchange, expected=due, got=got, where=name)

    def _page(self, step: ReadStep, listing: Listing, page: Page, asked: Mapping[str, Any]) -> None:
        if step.topic == "read" and step.page == 1 and page.items:
            self._first[listing.key] = page.items[0]
            self._pages[listing.key] = page
        note(self._client, listing, self._judged(step, listing, page, asked), page.exchange, where=step.topic)

    def _judged(self, step: ReadStep, listing: Listing, page: Page, asked: Mapping[str, Any]) -> Iterator[Violation]:
        first = self._pages.get(listing.key)
        if page.count is not None and listing.paged:
            yield from rules.totals(page, step.page, PAGE_SIZE, page.count)
            due = max(0, min(PAGE_SIZE, page.count - (step.page - 1) * PAGE_SIZE))
            if len(page.items) != due:
                yield Violation(rules.LIMIT, expected=f"{due} items", got=f"{len(page.items)} items")
        yield from rules.unique(page.ids)
        if step.topic == "filter":
            wanted = {member: asked[name] for name, (_, member) in step.needs.items()}
            if any(item.get(name) != value for item in page.items for name, value in wanted.items()):
                yield Violation(rules.SOUND, expected="only items with the value asked for", got="others among them")
        elif first is not None and step.topic == "expand":
            yield from rules.expanded(first.items, page.items)
        elif first is not None and step.page == 2:
            if set(map(str, first.ids)) & set(map(str, page.ids)):
                yield Violation(
                    rules.PARTITION, expected="other items on the second page", got="some of the first again"
                )
            if first.count != page.count:
                yield Violation(rules.COUNT, expected="the same total on both pages", got="another one")
