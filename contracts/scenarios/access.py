"""Scenarios about keys: missing, wrong and malformed ones on every operation, and a key of another organization."""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

from contracts.rules import access as rules
from contracts.rules.protocol import UNKNOWN_PATH
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import whole_list
from contracts.scenarios.records import RecordKind
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec.document import Operation
from contracts.spec.identities import identities, identity_of
from contracts.spec.operation_parts import Parameter
from contracts.spec.resources import NO_NUMBER, Family, Listing
from contracts.spec.security import Scheme, declared_schemes
from contracts.spec.shown_values import shown_values
from contracts.transport.exchange import NOT_JSON

_MAX_VALUES = 5


def _attempts(key: str, schemes: Set[Scheme]) -> Mapping[str, dict[str, str]]:
    """The headers of each kind of attempt. HTTP ignores the case of the scheme, so it is not varied.

    Baselines contain the kinds, so they never change. With another of the ``schemes`` the same key may be valid.
    """
    headers = {scheme.name.lower() for scheme in schemes if scheme.place == "header" and not scheme.word}
    words = {scheme.word.lower() for scheme in schemes}
    attempts = {
        "no-key": {},
        "an-empty-header": {"Authorization": ""},
        "an-empty-key": {"Authorization": "Bearer"},
        "a-wrong-key": {"Authorization": "Bearer sk_test_suite_wrong_000000"},
        "the-key-cut-short": {"Authorization": f"Bearer {key[:-1]}"},
        "the-key-with-an-end": {"Authorization": f"Bearer {key}x"},
        "the-key-without-a-scheme": {"Authorization": key},
        "the-key-under-another-scheme": {"Authorization": f"Basic {key}"},
        "the-key-in-another-header": {"X-Api-Key": key},
        "a-key-that-looks-real": {"Authorization": "Bearer sk_live_suite_wrong_000000"},
    }
    declared = ["the-key-in-another-header"] if "x-api-key" in headers else []
    declared += ["the-key-under-another-scheme"] if "basic" in words or "authorization" in headers else []
    declared += ["the-key-without-a-scheme"] if "authorization" in headers else []
    return {what: sent for what, sent in attempts.items() if what not in declared}


def keys(client: ScenarioClient, operation: Operation, known: Sequence[Any]) -> None:
    """Every operation refuses every attempt with 401, before it looks at anything else.

    ``known`` are ids that exist, so that a refusal is the key's.
    """
    body = client.sampler.some_body(operation)
    schemes = declared_schemes(operation.document.raw, operation.document.resolve)
    for what, headers in _attempts(client.target.key, schemes).items():
        sent = {**headers, **({"Content-Type": "application/json"} if body is not None else {})}
        exchange = client.call(operation, *known, body=body, headers=sent)
        if exchange.status not in refusing_statuses(operation):
            due = f"401 for {what.replace('-', ' ')}"
            client.broken(rules.IGNORED_AUTH, operation, exchange, expected=due, got=exchange.answer(), where=what)
    if "token" not in operation.document.credentials:
        query = client.call(operation, *known, body=body, headers={}, query={"token": client.target.key})
        if query.status not in refusing_statuses(operation):
            due = "401 for the key in the query"
            client.broken(rules.IGNORED_AUTH, operation, query, expected=due, got=query.answer(), where="query")
    if body is not None and not _is_sound(operation, []):
        wrong = client.call(operation, *known, body=[], headers={"Content-Type": "application/json"})
        if wrong.status not in refusing_statuses(operation):
            due = "401, whatever the body is"
            client.broken(rules.BEFORE_ROUTING, operation, wrong, expected=due, got=wrong.answer(), where="body")
    if known:
        unknown = client.call(operation, *map(unknown_id, operation.parameters_in("path")), body=body, headers={})
        if unknown.status not in refusing_statuses(operation):
            client.broken(
                rules.BEFORE_ROUTING, operation, unknown, expected="401, not what is there", got=unknown.answer()
            )


def refusing_statuses(operation: Operation) -> tuple[int, ...]:
    """The statuses that refuse a key: 401, and 403 if the document has only that."""
    return (401, 403) if "403" in operation.answers and "401" not in operation.answers else (401,)


def unknown_id(parameter: Parameter) -> Any:
    """Make an id of the right form that no record has."""
    return NO_NUMBER if parameter.schema.get("type") == "integer" else "suite_nothing"


def _is_sound(operation: Operation, body: Any) -> bool:
    """Tell whether a body for an operation can be made: for some schemas no sample is found."""
    return operation.body is None or operation.document.validator(operation.body).is_valid(body)


def refused_writes(client: ScenarioClient, family: Family) -> None:
    """Writes without a key change nothing."""
    kind = RecordKind(client, family)
    record, _, _ = kind.create_sample()
    before = kind.listed()
    for operation in family.operations:
        if not operation.reads and operation.by_bearer:
            ids = [record["id"]] if operation.parameters_in("path") else []
            exchange = client.call(operation, *ids, body=client.sampler.some_body(operation), headers=_headers(""))
            if kind.listed() != before:
                client.broken(rules.NO_EFFECT, operation, exchange, expected="the list as it was", got="another list")
                before = kind.listed()
    kind.gone(record)


def _headers(key: str) -> dict[str, str]:
    return {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}


def unknown_paths(client: ScenarioClient) -> None:
    """Without a key an unknown path is answered like a known one; with a key, it is 404 with the envelope."""
    operation = next(iter(client.contract.operations.values()))
    enveloped = _documents_envelope(client)
    tried = "/v1/suite-nothing", "/v1", "/suite-nothing", "/v1/leads/x/suite-nothing"
    for path in (it for it in tried if client.contract.find("GET", it) is None):  # a parameter may stand anywhere
        exchange = client.send("GET", client.target.origin + path, _headers(client.target.key))
        error = exchange.field("error")
        known = isinstance(error, dict) and error.get("status") == 404
        if exchange.status != 404 or exchange.json is NOT_JSON or (enveloped and not known):
            expected = "404 with the envelope" if enveloped else "404 with JSON"
            client.broken(UNKNOWN_PATH, operation, exchange, expected=expected, got=exchange.answer(), where=path)


def _documents_envelope(client: ScenarioClient) -> bool:
    """Tell whether an error must have a member ``error``: documents of other vendors need not have one for this."""
    for operation in client.contract.operations.values():
        if not operation.document.vendors:
            continue
        errors = [answer.schema for status, answer in operation.answers.items() if status.startswith("4")]
        if any("error" in operation.document.properties(schema) for schema in errors if schema):
            return True
    return False


def other_lists(client: ScenarioClient, listing: Listing, *parents: Any, makes: bool = True) -> None:
    """The lists of two organizations have no item in common, and the totals do not count the other's items.

    A list of which nobody ``makes`` items may be the same for all, such as a list of countries.
    """
    other = other_key(client)
    own, foreign = whole_list(client, listing, *parents), whole_list(client, listing, *parents, key=other)
    if not makes and not all(isinstance(item.get("id"), str) for item in own):
        raise ScenarioSkipped(f"{listing.key}: nothing tells its items from another organization's")
    telling = own_identities(listing, own)
    if own and not telling:
        raise ScenarioSkipped(f"{listing.key}: nothing tells its items from another organization's")
    if both := sorted(telling & {identity_of(item) for item in foreign}):
        client.broken(
            rules.OTHERS_LIST,
            listing.operation,
            client.last(listing.operation),
            expected="nothing of the other's",
            got=f"{len(both)} items: {both[0]}",
        )


def own_identities(listing: Listing, items: Iterable[Mapping[str, Any]]) -> set[str]:
    """The identities of items that only one organization can have.

    A mock of another's document may show to everybody what stands in its examples.
    """
    document = listing.operation.document
    shown = frozenset[str]() if document.vendors else shown_values(document.raw)
    return identities(document, listing.item_schema, items, shown)


def other_filter(client: ScenarioClient, listing: Listing) -> None:
    """A filter by a value of this organization finds none of its items with the other organization's key."""
    other, items = other_key(client), whole_list(client, listing)
    own = own_identities(listing, items)
    for asked in listing.filters:
        texts = [item[asked.member] for item in items if isinstance(item.get(asked.member), str)]
        values = [text for text in texts[:_MAX_VALUES] if listing.takes(asked, text)]
        if asked.schema.get("enum") or not values:
            continue
        theirs = whole_list(client, listing, query={asked.name: values[0]}, key=other)
        if found := [item for item in theirs if identity_of(item) in own]:  # two organizations may have a value alike
            got = f"{len(found)} items for {asked.name}={values[0]}"
            client.broken(
                rules.OTHERS_LIST,
                listing.operation,
                client.last(listing.operation),
                expected="nothing of the other's",
                got=got,
                where=asked.name,
            )


def other_items(client: ScenarioClient, family: Family) -> None:
    """Another organization's key cannot read, change or delete these records, nor see anything below them."""
    other, kind = other_key(client), RecordKind(client, family)
    theirs = [item.get("id") for item in kind.listed(other)]
    made = kind.create_sample()[0] if family.create else {}
    own = [item["id"] for item in kind.listed() if item["id"] not in theirs]
    ids = sorted(own, key=lambda id: id == made.get("id"))[:2]  # what stays comes first: it can be shown afterwards
    ids += [made["id"]] if made and made["id"] not in (*ids, *theirs) else []
    if not ids:
        raise ScenarioSkipped(f"{family.path}: no id that only one of the organizations has")
    before = kind.listed()
    children = [child.operation for child in family.children]
    for operation in filter(None, [family.read, *children, family.update, family.delete]):
        for id in ids:
            body = client.sampler.some_body(operation)
            exchange = client.call(operation, id, body=body, key=other)
            refused = exchange.status == 404 or (400 <= exchange.status < 500 and not _is_sound(operation, body))
            if not refused:
                client.broken(rules.OTHERS_ITEM, operation, exchange, expected="404", got=exchange.answer())
        if not operation.reads and kind.listed() != before:
            client.broken(rules.OTHERS_WRITE, operation, exchange, expected="the record as it was", got="another list")
            before = kind.listed()
    if made:
        kind.gone(made)


def other_key(client: ScenarioClient) -> str:
    """The key of the second organization. Raises ScenarioSkipped if there is none."""
    if not client.target.other_key:
        raise ScenarioSkipped("no key of a second organization (SOPHIIE_OTHER_API_KEY)")
    return client.target.other_key
