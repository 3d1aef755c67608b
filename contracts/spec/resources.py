"""Resource families: how the operations of a contract belong together, inferred from their paths and shapes.

A *listing* pages through items. A *family* is a collection with its listing and the operations on one item. Roles
are inferred from shapes, not from names: another spelling of ``limit`` or ``totalCount`` is recognised as well.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.spec.document import Contract, Operation, Schema, blank
from contracts.spec.operation_parts import Parameter

NO_NUMBER = 2_000_000_001
"""A number that nothing has as its id."""
_PAGES = re.compile(r"(?i)total.*pages?|pages?.*total|page.*count|last.*page")
_CURRENT = re.compile(r"(?i)(current.*)?page(.*number)?")
_TOTAL = re.compile(r"(?i)total|count")
_SIZE = re.compile(r"(?i)limit|size|per_?page|top|take|max")
_EXPANDS = re.compile(r"(?i)expand|include|embed|populate|with")
_FILTER = re.compile(r"(?i)filters?[\[._-]+(.+?)\]?")


@dataclass(frozen=True)
class Totals:
    """Names of the counting properties beside the items; empty if there is none."""

    pages: str
    current: str
    count: str


@dataclass(frozen=True)
class Filter:
    """A query parameter that narrows a list to one value of a ``member`` of its items, in any spelling."""

    parameter: Parameter
    member: str

    @property
    def name(self) -> str:
        """The name of the query parameter."""
        return self.parameter.name

    @property
    def schema(self) -> Schema:
        """The schema of the query parameter."""
        return self.parameter.schema


@dataclass(frozen=True)
class Listing:
    """A list operation. ``items`` names the array; empty if the answer is the array itself."""

    operation: Operation
    items: str
    item_schema: Schema
    page: Parameter | None
    size: Parameter | None
    totals: Totals
    filters: tuple[Filter, ...]
    expands: tuple[Parameter, ...]

    @property
    def key(self) -> str:
        """The key of the operation."""
        return self.operation.key

    @property
    def paged(self) -> bool:
        """True if the list takes a page and a size."""
        return self.page is not None and self.size is not None

    @property
    def whole(self) -> bool:
        """False if each request must ask for one value of a member: such a list never shows all records."""
        required = (one for one in self.operation.parameters_in("query") if one.required)
        return not any(_member(one, self.operation, self.item_schema) for one in required)

    @property
    def largest(self) -> int:
        """The largest page size that may be requested."""
        return min(int(self.size.schema.get("maximum", 100)), 1000) if self.size else 0

    @property
    def usual(self) -> int:
        """The page size if none is requested; 0 if the document does not say."""
        return int(self.size.schema.get("default", 0)) if self.size else 0

    @property
    def may_be_empty(self) -> bool:
        """False if the document wants at least one item in each answer."""
        document, answer = self.operation.document, self.operation.success
        schema = answer.schema if answer else {}
        array = document.properties(schema).get(self.items, {}) if self.items else schema
        return not document.resolve(array).get("minItems")

    def query_for(self, member: str, value: Any) -> dict[str, Any] | None:
        """The query for the items whose ``member`` is ``value``; None if no filter can do that."""
        return next(({one.name: value} for one in self.filters if one.member == member), None)

    def takes(self, asked: Filter, value: Any) -> bool:
        """True if a request may filter for ``value``: an item may have values that the parameter refuses."""
        return self.operation.document.validator(asked.schema).is_valid(value)

    def member(self, name: str) -> str:
        """The items' spelling of a member; empty if they do not have it."""
        return next((one for one in self.item_properties() if bare(one) == bare(name)), "")

    def item_properties(self) -> Mapping[str, Any]:
        """The properties of one item, by name."""
        return self.operation.document.properties(self.item_schema)


@dataclass(frozen=True)
class Family:
    """A collection with its operations; those that do not exist are None. ``path`` is the collection's."""

    path: str
    listing: Listing | None = None
    create: Operation | None = None
    read: Operation | None = None
    update: Operation | None = None
    delete: Operation | None = None
    children: tuple[Listing, ...] = ()

    @property
    def operations(self) -> Sequence[Operation]:
        """The operations of the family that exist: list, create, read, update, delete."""
        listed = self.listing.operation if self.listing else None
        return [o for o in (listed, self.create, self.read, self.update, self.delete) if o is not None]

    @property
    def prefix(self) -> str:
        """The prefix of string ids of this family, if an example shows it: ``ld_``."""
        schema = self.listing.item_properties().get("id", {}) if self.listing else {}
        return id_prefix(schema)

    def unused_id(self, like: Any) -> str | int:
        """An id in the form of ``like`` that no record has."""
        return NO_NUMBER if isinstance(like, int) else f"{self.prefix}suitenothing"


def id_prefix(schema: Schema) -> str:
    """The prefix in a schema's example: ``ld_`` for ``ld_abc123``; empty if there is none."""
    listed = schema.get("examples")
    for example in (schema.get("example"), *(listed if isinstance(listed, list) else ())):
        if isinstance(example, str) and (found := re.match(r"[a-z]{2,5}_", example)):
            return found[0]
    return ""


def listings(contract: Contract) -> list[Listing]:
    """All operations that answer with a list of items, in the order of the documents."""
    found = (_listing(operation) for operation in contract.operations.values() if operation.method == "GET")
    return [listing for listing in found if listing is not None]


def is_total(name: str) -> bool:
    """Tell from its name whether a member beside the items of a list counts them."""
    return bool(_TOTAL.search(name))


def _listing(operation: Operation) -> Listing | None:
    document, answer = operation.document, operation.success
    if answer is None or answer.schema is None:
        return None
    schema = document.resolve(answer.schema)
    if schema.get("type") == "array":
        return _with_roles(operation, "", document.resolve(schema.get("items", {})), Totals("", "", ""))
    properties = {name: document.resolve(value) for name, value in document.properties(schema).items()}
    arrays = [name for name, value in properties.items() if value.get("type") == "array"]
    counts = [name for name, value in properties.items() if value.get("type") == "integer"]
    if len(arrays) != 1 or not counts or len(properties) != 1 + len(counts):
        return None
    pages = next((name for name in counts if _PAGES.fullmatch(name)), "")
    current = next((name for name in counts if name != pages and _CURRENT.fullmatch(name)), "")
    total = next((name for name in counts if name not in (pages, current) and _TOTAL.search(name)), "")
    items = document.resolve(properties[arrays[0]].get("items", {}))
    return _with_roles(operation, arrays[0], items, Totals(pages, current, total))


def _with_roles(operation: Operation, items: str, item_schema: Schema, totals: Totals) -> Listing:
    query = operation.parameters_in("query")
    filters = {p.name: member for p in query if (member := _member(p, operation, item_schema))}
    numbers = [p for p in query if p.schema.get("type") == "integer" and p.name not in filters]
    page = next(filter(_is_page, numbers), None)
    size = next((p for p in numbers if p is not page and ("default" in p.schema or _SIZE.search(p.name))), None)
    rest = [p for p in query if p not in (page, size) and not p.required]
    expands = tuple(p for p in rest if p.name not in filters and p.schema.get("enum") and _EXPANDS.search(p.name))
    found = tuple(Filter(p, filters[p.name]) for p in rest if p.name in filters)
    return Listing(operation, items, item_schema, page, size, totals, found, expands)


def _is_page(parameter: Parameter) -> bool:
    """Tell whether a number is that of a page, counted from 1; a page size has a default of its own."""
    said = parameter.schema.get("default", parameter.schema.get("minimum", 1))
    named = re.search("(?i)page$", parameter.name) and not _SIZE.search(parameter.name)
    return bool(said == 1 and (named or parameter.schema.get("default") == 1))


def _member(parameter: Parameter, operation: Operation, item_schema: Schema) -> str:
    """The member that a query parameter means: ``leadId`` for ``lead_id`` or ``filter[lead-id]``.

    Names are compared without case and without the characters that join their words. A member that holds a list or an
    object cannot be compared with a single value.
    """
    document = operation.document
    known = {name: document.resolve(part) for name, part in document.properties(item_schema).items()}
    inner = _FILTER.fullmatch(parameter.name)
    asked = {parameter.name, inner[1] if inner else parameter.name}
    same = next((name for name in known if name in asked), "")
    alike = next((name for name in known if bare(name) in map(bare, asked)), "")
    part = known.get(same or alike)
    several = isinstance(part, Mapping) and ("items" in part or "properties" in part)
    return "" if several else same or alike


def bare(name: str) -> str:
    """A name without case and joining characters: ``lead_id`` and ``leadId`` are then equal."""
    return re.sub("[^a-z0-9]", "", name.lower())


def families(contract: Contract) -> list[Family]:
    """Every collection of the contract, in the order of the documents."""
    return list(_families(contract))


def _families(contract: Contract) -> Iterator[Family]:
    operations, lists = contract.operations, {listing.key: listing for listing in listings(contract)}
    for path in dict.fromkeys(blank(operation.path) for operation in operations.values()):
        item = f"{path}/{{}}"
        listing, create = lists.get(f"GET {path}"), operations.get(f"POST {path}")
        of_item = [operations.get(f"{method} {item}") for method in ("GET", "PUT", "PATCH", "DELETE")]
        if path.endswith("}") or not (listing or (create and any(of_item))):
            continue
        listing = listing if listing and listing.whole else None
        children = tuple(lists[key] for key in lists if key.startswith(f"GET {item}/") and key.count("{}") == 1)
        creatable = create if create is not None and any(of_item) and create.speaks_json else None
        yield Family(path, listing, creatable, of_item[0], of_item[1] or of_item[2], of_item[3], children)
