"""Scenarios that do the same thing again: each time is another record, in its place in the list, with an id of its own.

Nothing is published about keys that would make a repeat the same request (gap idempotency).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.rules import collections as lists
from contracts.rules import lifecycle as rules
from contracts.scenarios.actions import Lists
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.concurrency import together
from contracts.scenarios.paging import fetch, whole_list
from contracts.scenarios.records import Record, RecordKind
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec import business_rules
from contracts.spec.document import Operation
from contracts.spec.resources import Family, Listing

Body = Mapping[str, Any]
_AT_ONCE = "at-the-same-moment"


def records(client: ScenarioClient, family: Family) -> None:
    """Two creations with one body make two records; neither a change nor a deletion gives away place or id."""
    kind = RecordKind(client, family)
    body = client.sampler.body(kind.create, whole=True)
    one, _ = kind.create_record(body)
    two, exchange = kind.create_record(_unique(kind, body))
    if two["id"] == one["id"]:
        due, got = "another record for the same body", f"{one['id']} again"
        client.broken(rules.FRESH_ID, kind.create, exchange, expected=due, got=got, where="same-body")
    _in_order(kind, two, one, "")
    if family.update is not None and family.update.body is not None:
        client.call(family.update, one["id"], body=client.sampler.body(family.update))
        _in_order(kind, two, one, "after-a-change")
    kind.gone(two)
    if family.delete is not None:
        three, exchange = kind.create_record(_unique(kind, body))
        if three["id"] in (one["id"], two["id"]):
            due, got = "an id that no deleted record had", f"{three['id']}"
            client.broken(rules.FRESH_ID, kind.create, exchange, expected=due, got=got, where="after-a-deletion")
        kind.gone(three)
    kind.gone(one)


def _unique(kind: RecordKind, body: Body) -> Body:
    """The body with other values of the members that no two records may share."""
    schemas = kind.create.document.properties(kind.create.body)
    names = [name for name in business_rules.UNIQUE.get(kind.family.path, ()) if name in body]
    sampler, document = kind.client.sampler, kind.create.document
    return {**body, **{name: sampler.value(document, schemas[name], unlike=body[name]) for name in names}}


def _in_order(kind: RecordKind, newer: Record, older: Record, where: str) -> None:
    """The newer of two new records stands directly before the older one, at the beginning of the list."""
    listing = kind.family.listing
    if listing is None or kind.family.path not in business_rules.NEWEST_FIRST:
        return
    ids, due = [item.get("id") for item in kind.listed()][:2], [newer["id"], older["id"]]
    if ids != due and newer["id"] != older["id"]:
        shown = kind.client.last(listing.operation)
        kind.client.broken(lists.NEWEST, listing.operation, shown, expected=f"{due}", got=f"{ids}", where=where)


def messages(client: ScenarioClient, known: Lists, send: Operation, leads: Family) -> None:
    """A message that is sent twice, and at the same moment twice, is four; none reaches a deleted lead."""
    kind, inquiries = RecordKind(client, leads), known[business_rules.INQUIRIES]
    user = next((item["id"] for item in whole_list(client, known[business_rules.MEMBERS])), None)
    if user is None:
        raise ScenarioSkipped("there is no member who could send a message")
    lead, _, _ = kind.create_sample()
    body = {"userId": user, "leadId": lead["id"], "message": "Suite message"}
    _each_counts(client, inquiries, send, body)
    if leads.delete is not None and client.call(leads.delete, lead["id"]).succeeded:
        late = client.call(send, body=body)
        if late.status != 404:
            due, got = "404 for a deleted lead", late.answer()
            client.broken(rules.UNKNOWN_ID, send, late, expected=due, got=got, where="deleted-lead")


def calls(client: ScenarioClient, known: Lists, call: Operation) -> None:
    """A call that is started twice, and at the same moment twice, is four calls."""
    _each_counts(client, known[business_rules.INQUIRIES], call, client.sampler.body(call))


def _each_counts(client: ScenarioClient, inquiries: Listing, operation: Operation, body: Body) -> None:
    """Send a body twice, then twice at the same moment: each time leaves an inquiry."""
    for where in ("again", _AT_ONCE):
        before = _ids(client, inquiries)
        if where == _AT_ONCE:
            answers = together(client, operation, ((), body), ((), body))
        else:
            answers = [client.call(operation, body=body) for _ in range(2)]
        done = sum(answer.succeeded for answer in answers)
        new = [id for id in _ids(client, inquiries) if id not in before]
        if len(new) != done:
            due, got = f"{done} new inquiries", f"{len(new)}"
            client.broken(rules.CAUSED, operation, *answers, expected=due, got=got, where=where)


def _ids(client: ScenarioClient, listing: Listing) -> Sequence[Any]:
    return fetch(client, listing, page=1, size=listing.largest).ids
