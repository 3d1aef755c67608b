"""Compare recent items with the record, its lead and its details: they agree, in the recent list's own words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from contracts.rules import consistency as rules
from contracts.rules import lifecycle
from contracts.rules.collections import page_of
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import fetch, whole_list
from contracts.scenarios.records import Record
from contracts.spec import business_rules
from contracts.spec.document import Operation
from contracts.spec.resources import Listing
from contracts.transport.exchange import Exchange

_WORDS = {"PENDING": "scheduled", "CONFIRMED": "confirmed", "COMPLETED": "completed", "CANCELLED": "cancelled"}
"""For each status of v1, the recent list's word for it (gap zapier-vocabulary)."""
_ALONE: Mapping[str, int] = MappingProxyType({"status": 0, "attendees": 0, "keyPoints": 1, "address": 2})
"""For some members, the only other view that shows them: if the two differ, either may be wrong."""
Due = tuple[str, Any, Any]


def wording(
    client: ScenarioClient, listing: Listing, source: Listing, leads: Listing, inquiry: Operation, read: Operation
) -> None:
    """Compare the additional members of a recent item with its record. ``inquiry`` and ``read`` show one of each."""
    exchange = client.get(listing.operation)
    origins = {item["id"]: item for item in whole_list(client, source)}
    people = {item["id"]: item for item in whole_list(client, leads)}
    addresses = _addresses(client, listing)
    for item in page_of(listing, exchange).items:
        origin = origins.get(item.get(business_rules.RECENT_ID))
        if origin is None:
            continue
        lead = people.get(origin.get("leadId"), origin)
        detail = client.get(inquiry, origin["id"]).json if "keyPoints" in item else {}
        address = client.get(read, lead["id"]).field("defaultLeadAddress")
        _same_address(client, listing, exchange, item, addresses.get(lead["id"], ...))
        for name, due, got in _differences(item, origin, lead, detail, address):
            other = [(source.operation, inquiry, read)[_ALONE[name]]] if name in _ALONE else []
            for blamed in (listing.operation, *other):
                client.broken(
                    rules.RECENT_SAME, blamed, exchange, expected=f"{item.get('id')}: {name} {due!r}", got=f"{got!r}",
                    where=name,
                )  # fmt: skip


def changed(
    client: ScenarioClient, update: Operation, views: Sequence[tuple[Listing, Listing]], leads: Listing,
    reads: Sequence[str],
) -> None:  # fmt: skip
    """The leads of the newest items get other names, which every recent list shows at once."""
    inquiry, read = (client.contract.operations[key] for key in reads)
    newest = [next(iter(page_of(listing, client.get(listing.operation)).items), {}) for listing, _ in views]
    ids = dict.fromkeys(str(item["leadId"]) for item in newest if item.get("leadId"))
    before = {id: client.get(read, id) for id in ids}
    schemas, own = update.document.properties(update.body), _of_leads(client, views, ids)
    for id, shown in before.items():
        names = [name for name in business_rules.RECENT_NAMES if name in schemas]
        body = {name: client.sampler.value(update.document, schemas[name], unlike=shown.field(name)) for name in names}
        client.accepted(client.call(update, id, body=body), update)
    for key, items in _of_leads(client, views, ids).items():
        if items != own[key]:
            shown, got = client.last(client.contract.operations[key]), f"other items in {key}"
            evidence = client.last(update), shown
            client.broken(
                lifecycle.NO_OTHER, update, *evidence, expected="what is of the lead as it was", got=got, where=key
            )
    for listing, source in views:
        if source.key == business_rules.LEADS:
            moved(client, update, listing)
    for listing, source in views if ids else ():
        wording(client, listing, source, leads, inquiry, read)
    for id, shown in before.items():
        client.call(update, id, body={name: shown.field(name) for name in business_rules.RECENT_NAMES})


def _of_leads(
    client: ScenarioClient, views: Sequence[tuple[Listing, Listing]], ids: Iterable[str]
) -> dict[str, list[Record]]:
    """Read what each list has of these leads, by the list."""
    found: dict[str, list[Record]] = {}
    for id in ids:
        for _, source in views:
            query = source.query_for(business_rules.OWNER, id)
            if query:
                page = fetch(client, source, query=query, page=1, size=source.largest)
                found.setdefault(source.key, []).extend(page.items)
    return found


def moved(client: ScenarioClient, update: Operation, listing: Listing) -> None:
    """A recent item that is changed gets another id: a client drops items whose id it has seen.

    The item was changed before another one was created, so that a clock that stands still is no excuse.
    """
    items = page_of(listing, client.get(listing.operation)).items
    latest = max((str(item.get("createdAt")) for item in items), default="")
    old = next((item for item in items if "updatedAt" in item and str(item["updatedAt"]) < latest), None)
    if old is None:
        return
    body = {name: old[name] for name in business_rules.RECENT_NAMES if old.get(name)}
    other = {
        name: client.sampler.value(update.document, update.document.properties(update.body)[name]) for name in body
    }
    change = client.accepted(client.call(update, old[business_rules.RECENT_ID], body=other), update)
    shown = client.get(listing.operation)
    for item in page_of(listing, shown).items:
        if item.get(business_rules.RECENT_ID) == old[business_rules.RECENT_ID] and item.get("id") == old.get("id"):
            for blamed in (update, listing.operation):
                client.broken(
                    rules.RECENT_SAME, blamed, change, shown, expected="another id after a change",
                    got=f"{item.get('id')} again", where="id, changed",
                )  # fmt: skip
    client.call(update, old[business_rules.RECENT_ID], body=body)


def _addresses(client: ScenarioClient, listing: Listing) -> Mapping[Any, Any]:
    """The formatted address of each lead, as the list of recent leads has it; empty for that list itself."""
    operation = client.contract.operations.get(business_rules.RECENT_LEADS)
    if operation is None or operation.key == listing.key:
        return {}
    shown = client.get(operation).json
    items = [item for item in shown if isinstance(item, dict)] if isinstance(shown, list) else []
    return {item.get(business_rules.RECENT_ID): item["address"] for item in items if "address" in item}


def _same_address(client: ScenarioClient, listing: Listing, exchange: Exchange, item: Record, due: Any) -> None:
    """The address of a lead is written alike in each place. If two lists differ, either may be wrong."""
    details = item.get("leadDetails")
    inner = details.get("address", ...) if isinstance(details, dict) else ...
    own = item.get("formattedLeadAddress", inner)
    if inner is not ... and own != inner:
        client.broken(
            rules.RECENT_SAME, listing.operation, exchange, expected=f"{item.get('id')}: {inner!r}", got=f"{own!r}",
            where="formattedLeadAddress",
        )  # fmt: skip
    elif inner is not ... and due is not ... and due != inner:
        leads = client.contract.operations[business_rules.RECENT_LEADS]
        for blamed, *shown in (
            (leads, exchange, client.last(leads)),
            (listing.operation, client.last(leads), exchange),
        ):
            client.broken(
                rules.RECENT_SAME, blamed, *shown, expected=f"{item.get('id')}: {due!r}", got=f"{inner!r}",
                where="leadDetails/address",
            )  # fmt: skip


def _differences(item: Record, origin: Record, lead: Record, detail: Any, address: Any) -> Iterator[Due]:
    if "updatedAt" in item and not str(item.get("id")).endswith(f" - {item['updatedAt']}"):
        yield "id", f"… - {item['updatedAt']}", item.get("id")
    name = " ".join(str(lead[part]) for part in ("firstName", "lastName") if lead.get(part))
    if "leadName" in item and item["leadName"] != name:
        yield "leadName", name, item["leadName"]
    details: Mapping[str, Any] = item.get("leadDetails") or {}
    for part in details:
        if part in lead and details[part] != lead[part]:
            yield f"leadDetails/{part}", lead[part], details[part]
    if "keyPoints" in item and isinstance(detail, dict):
        points = (detail.get("data") or {}).get("keyPoints", item["keyPoints"])
        if points != item["keyPoints"]:
            yield "keyPoints", points, item["keyPoints"]
    yield from words(item, origin)
    yield from _address(item, address)


def repeated(item: Record, origin: Record) -> list[str]:
    """The members that a recent item repeats from its record: those of the same name, in the same form and words."""
    other = {"id", *(["status"] if origin.get("status") in _WORDS else [])}
    both = (name for name in item if name in origin and name not in other)
    return [name for name in both if isinstance(item[name], list) == isinstance(origin[name], list)]


def words(item: Record, origin: Record) -> Iterator[Due]:
    """Find members of a recent item that are not the recent list's words for what its record has."""
    status = origin.get("status")
    if status in _WORDS and item.get("status") != _WORDS[status]:
        yield "status", _WORDS[status], item.get("status")
    if isinstance(origin.get("attendees"), list) and isinstance(item.get("attendees"), str):
        due = ",".join(map(str, origin["attendees"]))
        if item["attendees"] != due:
            yield "attendees", due, item["attendees"]


def _address(item: Record, address: Any) -> Iterator[Due]:
    """A formatted address contains the parts of the lead's address."""
    parts = address.get("address") if isinstance(address, dict) else None
    text = next((item[name] for name in ("address", "formattedLeadAddress") if name in item), ...)
    if isinstance(parts, dict) and text is not ...:
        missing = [parts[name] for name in ("line1", "suburb", "postcode") if str(parts.get(name)) not in str(text)]
        if missing:
            yield "address", missing[0], text
