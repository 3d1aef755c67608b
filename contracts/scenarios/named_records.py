"""A scenario about records that another one names: when they are deleted, the other one stays as it was."""

from collections.abc import Iterator

from contracts.rules import lifecycle as rules
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.records import RecordKind, differences, is_change_time
from contracts.scenarios.scenario import Scenario, on
from contracts.spec import business_rules
from contracts.spec.resources import Family


def planned(catalogue: Catalogue) -> Iterator[Scenario]:
    """A scenario for each collection whose records are named by those of another one."""
    known = {family.path: family for family in catalogue.makers}
    for path, (other, member) in business_rules.NAMED_BY.items():
        if path in known and other in known and known[path].delete is not None:
            also = [operation.key for family in (known[path], known[other]) for operation in family.operations]
            yield Scenario("named", path, on(deletion, known[path], known[other], member), also)


def deletion(client: ScenarioClient, family: Family, other: Family, member: str) -> None:
    """Delete a record that another one names. The name itself may go with it."""
    kind, naming = RecordKind(client, family), RecordKind(client, other)
    record, _, _ = kind.create_sample()
    body = {**client.sampler.body(naming.create, whole=True), member: record["id"]}
    before, _ = naming.create_record(body)
    delete = family.delete
    if delete is None:
        return
    exchange = client.accepted(client.call(delete, record["id"]), delete)
    views = naming.found(before["id"])
    ignored = [member, *filter(is_change_time, before)]
    changed = sorted({name for view in views for name in differences(before, view, ignored)})
    due = len([one for one in (other.listing, other.read) if one is not None])
    if len(views) < due or changed:
        got = f"another {', '.join(changed)}" if changed else f"{len(views)} of {due} views show it"
        client.broken(
            rules.OTHERS, delete, exchange, expected=f"the record that names it as {member} to stay", got=got,
            where=member,
        )  # fmt: skip
    naming.gone(before)
