"""Scenarios with two requests at the same moment: no change is lost, and no more of them succeed than may."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from contracts.rules import input
from contracts.rules import lifecycle as rules
from contracts.scenarios.accepted import is_accepted
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.records import RecordKind, keeps, may_replace, record_of
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec.business_rules import UNIQUE
from contracts.spec.document import Operation
from contracts.spec.resources import Family
from contracts.transport.exchange import Exchange

_ROUNDS = 2
"""How often a race is repeated, because its outcome depends on luck."""
_REFUSALS = (409, 412, 423, 428)
"""Statuses by which an API may refuse one of two changes: its client knows that it did not happen."""
Sent = tuple[Sequence[Any], Any]
"""The ids and the body of one request."""


def together(client: ScenarioClient, operation: Operation, *sent: Sent) -> list[Exchange]:
    """Send requests for one operation at the same moment. Their answers are in the order of ``sent``."""
    with ThreadPoolExecutor(len(sent)) as threads:
        calls = [threads.submit(client.call, operation, *ids, body=body) for ids, body in sent]
        return [call.result() for call in calls]


def changes(client: ScenarioClient, family: Family) -> None:
    """Two requests change two members of one record at the same moment: both changes are kept."""
    kind, update = RecordKind(client, family), family.update
    if update is None or update.body is None:
        raise ScenarioSkipped(f"{family.path}: nothing can be updated")
    if may_replace(update):
        raise ScenarioSkipped(f"{update.key}: the later of two requests may replace the whole record")
    record, _, _ = kind.create_sample(all_members=True)
    document, validator = update.document, update.document.validator(update.body)
    members = {name: schema for name, schema in document.properties(update.body).items() if name != "id"}
    names, shape = list(members), kind.shape
    for one, two in zip(names, [*names[1:], *names[:1]], strict=True):
        shown = next(iter(kind.shown(record["id"])), record)
        bodies = [
            {name: client.sampler.other(document, members[name], shown.get(name))} for name in dict.fromkeys((one, two))
        ]
        if len(bodies) < 2 or not all(map(validator.is_valid, bodies)):
            continue
        answers = together(client, update, *(([record["id"]], body) for body in bodies))
        _refused(client, update, answers)
        after = next(iter(kind.shown(record["id"])), record)
        done = [body for body, exchange in zip(bodies, answers, strict=True) if exchange.succeeded]
        for name, value in ((name, value) for body in done for name, value in body.items()):
            if not keeps(after, name, value, shape):
                got = f"{name}: {after[name]!r}, after both were answered with success"
                due = f"{name}: {value!r}, beside a change of {two if name == one else one}"
                client.broken(rules.AT_ONCE, update, *answers, expected=due, got=got, where=name)
    kind.gone(record)


def _refused(client: ScenarioClient, operation: Operation, answers: Sequence[Exchange]) -> None:
    """Accuse an operation that fails because another request came at the same moment."""
    for exchange in answers:
        if not is_accepted(operation, exchange) and exchange.status not in _REFUSALS:
            client.broken(
                input.ACCEPTED, operation, *answers, exchange, expected="success, or a conflict", got=exchange.answer(),
                where="at-the-same-moment",
            )  # fmt: skip


def creations(client: ScenarioClient, family: Family) -> None:
    """Records that are created at the same moment are distinct; if two may not both exist, one is refused."""
    kind = RecordKind(client, family)
    bodies = [client.sampler.body(kind.create, whole=True) for _ in range(4)]
    answers = together(client, kind.create, *(((), body) for body in bodies))
    _refused(client, kind.create, answers)
    made = [record_of(exchange) for exchange in answers if exchange.succeeded]
    known = [item.get("id") for item in kind.listed()]
    for record in made if family.listing else ():
        times = known.count(record["id"])
        if times != 1 or [one["id"] for one in made].count(record["id"]) != 1:
            client.broken(
                rules.AT_ONCE, kind.create, *answers, expected="each of the new records once in the list",
                got=f"{record['id']} {times} times", where="new-records",
            )  # fmt: skip
    for record in made:
        kind.gone(record)


def conflicts(client: ScenarioClient, family: Family) -> None:
    """If two creations, or two changes, want the same unique value at the same moment, one is refused."""
    kind, create, update = RecordKind(client, family), RecordKind(client, family).create, family.update
    for name in UNIQUE.get(family.path, ()) * _ROUNDS:
        one, two = (client.sampler.body(create, whole=True) for _ in range(2))
        _one_of_two(client, create, name, ((), one), ((), {**two, name: one.get(name)}), ends=kind)
        if update is not None and update.body is not None:
            ids = [kind.create_sample(all_members=True)[0]["id"] for _ in range(2)]
            schema = update.document.properties(update.body)[name]
            body = {name: client.sampler.value(update.document, schema)}
            _one_of_two(client, update, name, *(((id,), body) for id in ids))
            for id in ids:
                kind.gone({"id": id})


def _one_of_two(
    client: ScenarioClient, operation: Operation, name: str, *rivals: Sent, ends: RecordKind | None = None
) -> None:
    """Send two requests of which only one may succeed. ``ends`` deletes the records that they made."""
    answers = together(client, operation, *rivals)
    _refused(client, operation, answers)
    made = [exchange for exchange in answers if exchange.succeeded]
    if len(made) > 1:
        client.broken(
            rules.CONFLICT, operation, *answers, expected="409 for one of two at the same moment",
            got=f"{len(made)} of 2 succeeded", where=f"{name}, at-the-same-moment",
        )  # fmt: skip
    if ends is not None:
        for exchange in made:
            ends.gone(record_of(exchange))


def deletions(client: ScenarioClient, family: Family) -> None:
    """If a record is deleted twice at the same moment, one deletion succeeds and the other is refused."""
    kind, delete = RecordKind(client, family), family.delete
    if delete is None:
        raise ScenarioSkipped(f"{family.path}: nothing can be deleted")
    record, _, _ = kind.create_sample()
    answers = together(client, delete, *(((record["id"],), None) for _ in range(2)))
    if sorted(exchange.status == 404 for exchange in answers) != [False, True]:
        got = " and ".join(str(exchange.status) for exchange in answers)
        client.broken(
            rules.SECOND_DELETE, delete, *answers, expected="one success and one 404", got=got,
            where="at-the-same-moment",
        )  # fmt: skip
