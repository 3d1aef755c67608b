"""The operations of a contract by their role, and existing ids for their paths."""

import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from contracts.errors import CannotRun
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import fetch
from contracts.scenarios.skipped import ScenarioSkipped, Skipped, SkipReason
from contracts.spec import business_rules
from contracts.spec.document import Contract, Operation, blank
from contracts.spec.path_ids import in_order_of_parameters
from contracts.spec.resources import Family, Listing, families, id_prefix, listings

_PLAIN = ("string", "number", "integer", "boolean", "array")
_MAX_PARENTS = 5  # in whose lists a record is looked for
_MAX_WORDS_OF_A_BASE = 4  # as `/api/rest/v2/2025-07-01`, which a mock leaves out of the names of kinds
_UNADDRESSED = "a query or a fragment in a path: no request is for it alone"


class Catalogue:
    """The operations of a contract by their role."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        found, self.listings = _inferred(contract)
        self.families = [family for family in found if not _obstacle(family)]
        self.nested = [family for family in found if "{}" in family.path and family.create]
        """Collections below a record, in which records can be created."""
        self.left_out: Mapping[str, Skipped] = {
            family.path: Skipped(SkipReason.OTHER, why) for family in found if (why := _obstacle(family))
        } | {path: Skipped(SkipReason.OTHER, _UNADDRESSED) for it in contract.documents for path in it.unaddressed}
        """Collections that the scenarios cannot read, with the reason; the generator still uses them."""
        self.lists: Mapping[str, Listing] = {listing.key: listing for listing in self.listings}

    @property
    def makers(self) -> Sequence[Family]:
        """The families whose records can be created and seen."""
        return [family for family in self.families if family.create and family.listing]

    def parents(self, client: ScenarioClient, operation: Operation) -> list[Any]:
        """All known ids for the one parameter of a path. Raises ScenarioSkipped as ``existing_ids`` does."""
        first = self.existing_ids(client, operation)
        start = operation.key.partition(" ")[2].partition("/{}")[0]
        items = self._items(client, start)
        return list(dict.fromkeys([*first, *(item["id"] for item in items if "id" in item)]))

    def existing_ids(self, client: ScenarioClient, operation: Operation) -> list[Any]:
        """Existing ids for the parameters of a path. Raises ScenarioSkipped if no operation supplies them."""
        parameters = operation.parameters_in("path")
        if not parameters:
            return []
        start = operation.key.partition(" ")[2].partition("/{}")[0]
        given = client.target.ids.get(parameters[0].name)
        if given:
            return [given]
        if len(parameters) > 1 and (known := self._ids_along(client, operation, [])):
            return in_order_of_parameters(operation, known)
        items = self._items(client, start)
        if len(parameters) != 1 or not items:
            raise ScenarioSkipped(
                f"no operation supplies `{parameters[0].name}` (give one: --id {parameters[0].name}=…)",
                SkipReason.NO_ID,
            )
        if "id" not in items[0]:
            raise ScenarioSkipped(f"items of {start} have no `id`")
        id = items[0]["id"]
        if not operation.document.validator(parameters[0].schema).is_valid(id):
            raise ScenarioSkipped(f"the `id` of {start} is no `{parameters[0].name}`", SkipReason.NO_ID)
        return [id]

    def _items(self, client: ScenarioClient, collection: str) -> Sequence[Mapping[str, Any]]:
        """Records of a collection: those that it lists, that a mock has, or that are listed below another record."""
        listing = self.lists.get(f"GET {collection}")
        items = (fetch(client, listing).items if listing else []) or _kept(client, collection)
        return items or next(filter(None, self._nested_items(client, collection)), [])

    def _nested_items(self, client: ScenarioClient, collection: str) -> Iterator[Sequence[Mapping[str, Any]]]:
        """The records in lists of the same word: those of `/apps/{}` are perhaps listed by `/accounts/{}/apps`."""
        ending = f"/{{}}/{collection.rpartition('/')[2]}"
        for key, listing in self.lists.items():
            if key.endswith(ending) and key.count("{}") == 1 and client.target.is_mock:
                above = key.partition(" ")[2].removesuffix(ending)
                operation = listing.operation
                takes = operation.document.validator(operation.parameters_in("path")[0].schema).is_valid
                known = [item["id"] for item in _kept(client, above) if takes(item["id"])]
                if known or client.call(operation, 1).status != HTTPStatus.NOT_FOUND:  # perhaps at first sight
                    yield fetch(client, listing, next(iter(known), 1)).items

    def _ids_along(self, client: ScenarioClient, operation: Operation, above: list[Any]) -> list[Any]:
        """The ids of a path from left to right, each from the list below those before it; none if one is unknown."""
        collections = _collections(operation)
        if len(above) == len(collections):
            return above
        listing = self.lists.get(f"GET {collections[len(above)]}")
        if listing is None:
            return []
        items = fetch(client, listing, *in_order_of_parameters(listing.operation, above)).items
        named = sorted(operation.parameters_in("path"), key=lambda it: operation.path.find(f"{{{it.name}}}"))
        takes = operation.document.validator(named[len(above)].schema).is_valid
        for item in [it for it in items[:_MAX_PARENTS] if takes(it.get("id"))]:
            if "id" in item and (found := self._ids_along(client, operation, [*above, item["id"]])):
                return found
        return []

    def references(self, client: ScenarioClient, operation: Operation) -> dict[str, Any]:
        """Members of a body that refer to a collection, recognised by the prefix of its ids, with an existing id."""
        prefixes = {id_prefix(listing.item_properties().get("id", {})): listing for listing in self._whole_lists()}
        found: dict[str, Any] = {}
        for name, schema in operation.document.properties(operation.body).items():
            prefix = id_prefix(operation.document.resolve(schema))
            items = fetch(client, prefixes[prefix]).items if prefix and prefix in prefixes else []
            if items:
                found[name] = items[0]["id"]
        subscribe = self.contract.operations.get(business_rules.SUBSCRIBE)
        if operation.key == business_rules.UNSUBSCRIBE and subscribe is not None:
            made = client.accepted(client.call(subscribe, body=client.sampler.body(subscribe)), subscribe)
            found["hookId"] = made.field("id")
        return found

    def _whole_lists(self) -> Sequence[Listing]:
        return [listing for listing in reversed(self.listings) if not listing.operation.parameters_in("path")]

    def existing_or_invented_ids(self, client: ScenarioClient, operation: Operation) -> list[Any]:
        """Ids for an operation's path: existing ones, or made-up ones if none is known."""
        try:
            return self.existing_ids(client, operation)
        except ScenarioSkipped:
            return [parameter.example or 1 for parameter in operation.parameters_in("path")]


def _collections(operation: Operation) -> list[str]:
    """The paths before each parameter of a path: `/teams` and `/teams/{}/members`."""
    path = blank(operation.path)
    return [path[: place.start()].rstrip("/") for place in re.finditer(re.escape("{}"), path)]


def _inferred(contract: Contract) -> tuple[list[Family], list[Listing]]:
    """Infer from a document. Raises CannotRun if a part of it has another type than OpenAPI says."""
    try:
        return families(contract), listings(contract)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as fault:
        names = ", ".join(document.name for document in contract.documents)
        reason = f"{names}: a schema or a parameter is not as OpenAPI has it ({type(fault).__name__}: {fault})"
        raise CannotRun(reason, "correct the document") from None


def _obstacle(family: Family) -> str:
    if "{}" in family.path and (family.create or family.read or family.update or family.delete):
        return "a collection below a record"
    known = family.listing.item_properties() if family.listing else {}
    plain = family.listing is not None and family.listing.item_schema.get("type") in _PLAIN
    return "its items have no `id`" if plain or (known and "id" not in known) else ""


def _kept(client: ScenarioClient, collection: str) -> Sequence[Mapping[str, Any]]:
    """The ids in a collection that no operation lists: a mock's control plane shows them."""
    if not client.target.is_mock:
        return []
    sent = {"Authorization": f"Bearer {client.target.key}"}  # which tells the workspace that is checked
    words = collection.strip("/").split("/")
    for start in range(min(len(words), _MAX_WORDS_OF_A_BASE + 1)):
        kind = "/".join(words[start:])
        items = client.send("GET", f"{client.target.origin}/__admin/records/{kind}?limit=25", sent).field("items")
        if isinstance(items, list):
            return [item for item in items if isinstance(item, dict) and "id" in item]
    return []
