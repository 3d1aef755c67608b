"""Read records by themselves, of which one in a hundred may differ from its item in the list.

Several scenarios read some records of a kind. Together they read as many different ones as they can.
"""

from collections.abc import Iterable, Sequence

from contracts.rules import consistency as rules
from contracts.rules import inner_agreement as judgements
from contracts.rules.rule import Violation
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.records import Record, Shape, agree, differences, record_of
from contracts.spec import business_rules
from contracts.spec.document import Operation
from contracts.spec.resources import Listing
from contracts.transport.exchange import Exchange


def some(items: Sequence[Record], most: int) -> list[Record]:
    """The first item, the last one, and others evenly between them, each once."""
    step = max(1, len(items) // most)
    places = dict.fromkeys([*range(0, len(items), step)][: most - 1])
    return [items[place] for place in places | dict.fromkeys(range(len(items))[-1:])]


def unread(client: ScenarioClient, read: Operation, items: Sequence[Record], most: int) -> list[Record]:
    """Choose items to read by themselves: those that no scenario has chosen before, then others.

    They are remembered as chosen.
    """
    known = client.read_alone.setdefault(read.key, set())
    fresh = [item for item in items if item["id"] not in known]
    chosen = some(fresh, most)
    if len(chosen) < most:
        taken = {item["id"] for item in chosen}
        chosen += some([item for item in items if item["id"] not in taken], most - len(chosen))
    known.update(item["id"] for item in chosen)
    return chosen


def accuse(
    client: ScenarioClient, violations: Iterable[Violation], evidence: Sequence[Exchange], *blamed: Operation
) -> None:
    """Note what a judgement found, against each operation that may be at fault."""
    for found in violations:
        for operation in blamed:
            if found.rule in (rules.TURNS, rules.SPAN) and not operation.document.vendors:
                continue  # only of our conversations is it known that the oldest turn comes first, and what ends
            where = found.location.name
            client.broken(found.rule, operation, *evidence, expected=found.expected, got=found.got, where=where)


def examine(client: ScenarioClient, listing: Listing, read: Operation, item: Record, exchange: Exchange) -> None:
    """Check that a record is consistent in itself, and reads as its item in the list."""
    record = record_of(exchange)
    accuse(client, judgements.within(record), [exchange], read)
    accuse(client, judgements.together(record, record.get(business_rules.INNER)), [exchange], read)
    _as_listed(client, listing, read, item, exchange, record)


def _as_listed(
    client: ScenarioClient, listing: Listing, read: Operation, item: Record, exchange: Exchange, record: Record
) -> None:
    """Compare a record with its item in the list. Nobody can say which of them is right: both are blamed."""
    shape = Shape(read.document, read.success.schema if read.success else {})
    for name in differences(item, record):
        if name in shape.names and not shape.member(name).admits(item[name]):
            continue  # the two answers have it in two forms
        if not read.document.vendors and agree(item[name], record[name]):
            continue  # a list may show less of what is inside
        due, got = f"{item['id']}: {name} {item[name]!r}, as listed", f"{record[name]!r}"
        evidence = client.last(listing.operation), exchange
        for blamed in (read, listing.operation):
            client.broken(rules.DETAIL, blamed, *evidence, expected=due, got=got, where=name)
