"""Scenarios about actions with effects elsewhere: a message, a call, the deletion of a lead with its records."""

from collections.abc import Mapping, Set
from typing import Any

from contracts.rules import lifecycle as rules
from contracts.scenarios import filters, recent_after_deletion
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import fetch, whole_list
from contracts.scenarios.records import Record, RecordKind, record_of
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec import business_rules
from contracts.spec.document import Contract, Operation
from contracts.spec.resources import Family, Listing
from contracts.transport.exchange import Exchange

Lists = Mapping[str, Listing]
_NO_THREAD = 2_147_483_647
"""The largest number that a thread may have: no mock and no test has come so far."""


def records_of_lead(client: ScenarioClient, lists: Lists, name: str, lead: Any) -> list[Record]:
    """The inquiries or appointments of a lead, filtered here, because another scenario checks the API's filter."""
    return [item for item in whole_list(client, lists[name]) if item.get("leadId") == lead]


def message(client: ScenarioClient, lists: Lists, operation: Operation, leads: Family) -> None:
    """A message without a thread starts an inquiry; one in a thread does not; one to nobody leaves nothing."""
    kind = RecordKind(client, leads)
    lead, _, _ = kind.create_sample(all_members=True)
    user = next((member["id"] for member in whole_list(client, lists[business_rules.MEMBERS])), None)
    if user is None:
        raise ScenarioSkipped("there is no member who could send a message")
    before = [item["id"] for item in whole_list(client, lists[business_rules.INQUIRIES])]
    for name in (business_rules.INQUIRIES, business_rules.APPOINTMENTS):
        filters.of_lead(client, lists[name], lead["id"], [])
    by_source = lists[business_rules.INQUIRIES].query_for("source", "SMS") or {}
    fetch(client, lists[business_rules.INQUIRIES], query=by_source, page=1, size=5)
    body = {"userId": user, "leadId": lead["id"], "message": "Suite message"}
    exchange = client.accepted(client.call(operation, body=body), operation)
    new = [item for item in whole_list(client, lists[business_rules.INQUIRIES]) if item["id"] not in before]
    if [(item["leadId"], item["source"]) for item in new] != [(lead["id"], "SMS")]:
        got = f"{len(new)} new inquiries"
        client.broken(rules.CAUSED, operation, exchange, expected="one new inquiry of the lead, by SMS", got=got)
    else:
        filters.of_lead(client, lists[business_rules.INQUIRIES], lead["id"], new)
        filters.newest(client, lists[business_rules.INQUIRIES], by_source, new[0], exchange)
        thread = _thread(client, operation, lists, body, new[0])
        if thread is not None:
            _known_threads_only(kind, operation, {**body, "messageThreadId": thread})
    for wrong in ({"leadId": leads.unused_id(lead["id"])}, {"userId": "usr_suitenothing"}):
        _nobody(client, operation, {**body, **wrong}, next(iter(wrong)))
    recent_after_deletion.look(client, lists)
    kind.gone(lead)
    if leads.delete is not None:
        _nobody(client, operation, body, "deleted-lead")
        recent_after_deletion.judge(client, lists, leads.delete, lead["id"])


def _known_threads_only(kind: RecordKind, operation: Operation, body: dict[str, Any]) -> None:
    """A message goes to a thread that exists and is the lead's own."""
    other, _, _ = kind.create_sample()
    _nobody(kind.client, operation, {**body, "leadId": other["id"]}, "anothers-thread")
    kind.gone(other)
    _nobody(kind.client, operation, {**body, "messageThreadId": _NO_THREAD}, "messageThreadId")


def _nobody(client: ScenarioClient, operation: Operation, body: dict[str, Any], where: str) -> None:
    refused = client.call(operation, body=body)
    if refused.status != 404:
        client.broken(rules.UNKNOWN_ID, operation, refused, expected="404", got=refused.answer(), where=where)


def _thread(client: ScenarioClient, operation: Operation, lists: Lists, body: dict[str, Any], inquiry: Record) -> Any:
    """Send a second message in the thread of the first, and return the thread; None if no answer shows one."""
    read = client.contract.operations.get(business_rules.INQUIRY)
    if read is None:
        return None
    data = client.get(read, inquiry["id"]).field("data") or {}
    texts = [message.get("text") for message in data.get("messages", ())]
    if texts != [body["message"]]:
        client.broken(
            rules.CAUSED,
            operation,
            client.last(operation),
            expected="the message in its inquiry",
            got=f"{texts}",
            where="text",
        )
    thread = data.get("messageThreadId")
    if thread is None:
        return None
    count = len(whole_list(client, lists[business_rules.INQUIRIES]))
    more = {**body, "message": " Suite  <again>\r\n& \U0001f600 ", "messageThreadId": thread}
    exchange = client.accepted(client.call(operation, body=more), operation)
    if len(whole_list(client, lists[business_rules.INQUIRIES])) != count:
        client.broken(
            rules.CAUSED,
            operation,
            exchange,
            expected="no new inquiry in a thread",
            got="a new inquiry",
            where="thread",
        )
    data = client.get(read, inquiry["id"]).field("data") or {}
    texts = [message.get("text") for message in data.get("messages", ())]
    if texts != [body["message"], more["message"]]:
        client.broken(
            rules.CAUSED, operation, exchange, expected="both messages in the thread", got=f"{texts}", where="thread"
        )
    return thread


def existing_thread(
    client: ScenarioClient, lists: Lists, operation: Operation, known: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The thread of a message that is sent for it, as a member of the next one's body; empty if no answer shows it."""
    listing, read = lists.get(business_rules.INQUIRIES), client.contract.operations.get(business_rules.INQUIRY)
    sent = client.call(operation, body={**client.sampler.body(operation), **known})
    if listing is None or read is None or not sent.succeeded:
        return {}
    newest = fetch(client, listing, page=1, size=5).items
    own = next((item for item in newest if item.get("leadId") == known.get("leadId")), None)
    data = client.get(read, own["id"]).field("data") if own is not None else None
    thread = data.get("messageThreadId") if isinstance(data, dict) else None
    return {} if thread is None else {"messageThreadId": thread}


def call(client: ScenarioClient, lists: Lists, operation: Operation) -> None:
    """A call that was started leaves an inquiry behind (gap call-effect)."""
    before = [item["id"] for item in whole_list(client, lists[business_rules.INQUIRIES])]
    exchange = client.accepted(client.call(operation, body=client.sampler.body(operation)), operation)
    new = [item for item in whole_list(client, lists[business_rules.INQUIRIES]) if item["id"] not in before]
    if [item["source"] for item in new] != ["CALL"]:
        client.broken(
            rules.CAUSED, operation, exchange, expected="one new inquiry, by call", got=f"{len(new)} new inquiries"
        )
    leads = {lead["id"] for lead in whole_list(client, lists[business_rules.LEADS])}
    if any(item["leadId"] not in leads for item in new):
        client.broken(
            rules.CAUSED, operation, exchange, expected="an inquiry of a lead", got="a lead that is not listed"
        )


def lead_with_all(client: ScenarioClient, lists: Lists, leads: Family, delete: Operation) -> None:
    """A lead goes with its inquiries and appointments, and with nobody else's."""
    inquiries, appointments = lists[business_rules.INQUIRIES], lists[business_rules.APPOINTMENTS]
    busy = {item["leadId"] for item in whole_list(client, appointments)} & {
        item["leadId"] for item in whole_list(client, inquiries)
    }
    if not busy:
        raise ScenarioSkipped("there is no lead with inquiries and appointments")
    lead = _fullest(client, lists[business_rules.LEADS], busy)
    before = {listing.key: whole_list(client, listing) for listing in (inquiries, appointments)}
    read = client.contract.operations.get(business_rules.INQUIRY)
    known = [item["id"] for item in before[inquiries.key] if item["leadId"] == lead][:3] if read else []
    for listing in (inquiries, appointments):  # what a server remembers of a lead must not outlive it
        _of_lead(client, listing, lead)
    shown = [client.call(read, id) for id in known if read is not None]
    exchange, listed = client.accepted(client.call(delete, lead), delete), set[Any]()
    for listing in (inquiries, appointments):
        due = [item for item in before[listing.key] if item["leadId"] != lead]
        now = whole_list(client, listing)
        listed.update(item["id"] for item in now)
        if any(item["leadId"] == lead for item in now):
            got = f"{listing.key} still shows them"
            client.broken(rules.CHILDREN, delete, exchange, expected="what belongs to the lead to go with it", got=got)
        elif now != due:
            client.broken(
                rules.OTHERS, delete, exchange, expected="the others' to stay", got=f"{listing.key} lacks some"
            )
        left = _of_lead(client, listing, lead)
        if left:
            gone, got = "nothing of a deleted lead", f"{len(left)} items"
            client.broken(rules.CHILDREN, listing.operation, exchange, expected=gone, got=got)
    if read is not None and shown:
        _unreadable(client, delete, read, exchange, {id: id in listed for id in known})


def _of_lead(client: ScenarioClient, listing: Listing, lead: Any) -> list[Record]:
    """Read what a list has of one lead. It is empty if the list cannot be asked for that."""
    asked = listing.query_for("leadId", lead)
    return whole_list(client, listing, query=asked) if asked else []


def _unreadable(
    client: ScenarioClient, delete: Operation, read: Operation, exchange: Exchange, ids: Mapping[Any, bool]
) -> None:
    """None of the inquiries can be read any more. ``ids`` tell which of them are still listed."""
    for id, listed in ids.items():
        answer = client.call(read, id)
        for blamed in (delete,) if listed else (delete, read):  # a read may remember what it has shown
            if answer.status != 404:
                got = answer.answer()
                client.broken(rules.CHILDREN, blamed, exchange, answer, expected="404 for its inquiries", got=got)


def _fullest(client: ScenarioClient, leads: Listing, busy: Set[Any]) -> Any:
    """The busy lead with the most contacts that nobody has read: one that has everything is the hardest to delete."""
    shown = {item["id"]: item for item in whole_list(client, leads)}

    def unread(lead: Any) -> int:
        counts = [shown.get(lead, {}).get(name) for name in business_rules.UNREAD.values()]
        return sum(count for count in counts if isinstance(count, int))

    return max(sorted(busy), key=unread)


def _now(client: ScenarioClient, contract: Contract) -> str:
    """The present moment by the API's clock: a lead is created and deleted for it. Empty if that is impossible."""
    create = contract.operations.get(business_rules.LEADS.replace("GET", "POST"))
    delete = contract.operations.get(business_rules.LEAD.replace("GET", "DELETE"))
    exchange = client.call(create, body=client.sampler.body(create)) if create is not None else None
    if exchange is None or not exchange.succeeded:
        return ""
    record = record_of(exchange)
    if delete is not None:
        client.call(delete, record["id"])
    return str(record.get("createdAt", ""))


def subscription(client: ScenarioClient, contract: Contract) -> None:
    """Subscribing gives an id, which unsubscribing takes once."""
    subscribe, unsubscribe = (
        contract.operations[business_rules.SUBSCRIBE],
        contract.operations[business_rules.UNSUBSCRIBE],
    )
    ids, before, body = [], _now(client, contract), client.sampler.body(subscribe)
    # The last one is equal to the one before (gap zapier-subscribe-duplicate).
    for wanted in (client.sampler.body(subscribe), body, body):
        exchange = client.accepted(client.call(subscribe, body=wanted), subscribe)
        ids.append(exchange.field("id"))
    created, after = str(exchange.field("createdAt")), _now(client, contract)
    if before and after and not before <= created <= after:
        client.broken(
            rules.CREATED_NOW, subscribe, exchange, expected=f"a moment from {before} to {after}", got=created
        )
    if len(set(ids)) < len(ids):
        client.broken(rules.FRESH_ID, subscribe, exchange, expected="a new id each time", got=f"{ids}")
    for id in dict.fromkeys(ids):
        gone = client.accepted(client.call(unsubscribe, body={"hookId": id}), unsubscribe)
        again = client.call(unsubscribe, body={"hookId": id})
        if again.status != 404:
            client.broken(rules.SECOND_DELETE, unsubscribe, gone, again, expected="404", got=again.answer())
    unknown = client.call(unsubscribe, body={"hookId": 2_147_483_647})
    if unknown.status != 404:
        client.broken(rules.UNKNOWN_ID, unsubscribe, unknown, expected="404", got=unknown.answer())
