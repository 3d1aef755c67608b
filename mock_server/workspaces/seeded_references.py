"""Let made-up records of another document name each other: an order's `customer_id` is the id of a customer."""

from collections.abc import Mapping, Sequence

from mock_server.spec.contract import Contract
from mock_server.spec.families import Family
from mock_server.store.base import Id, Record, Row
from mock_server.store.new_rows import new_row
from mock_server.workspaces.id_spellings import linked


def refer(contract: Contract, rows: dict[str, list[Row]]) -> None:
    """Replace the made-up ids of other records in ``rows``. What an example of the document says stays."""
    for kind, fields in contract.references.items():
        family, targets = contract.families[kind], {field: rows.get(other, ()) for field, other in fields.items()}
        for index, row in enumerate(rows.get(kind, ())):
            found = {field: some[index % len(some)].id for field, some in targets.items() if some}
            if changes := _changes(family, row.record, found):
                rows[kind][index] = new_row({**row.record, **changes}, row.id)


def _changes(family: Family, record: Record, ids: Mapping[str, Id]) -> Record:
    """The ids in the spelling that the record's own fields take; without fields that the record has not, or null."""
    spelt = {field: linked(family, field, id) for field, id in ids.items() if isinstance(record.get(field), str | int)}
    shown: Sequence[Mapping[str, object]] = family.examples
    kept = {field for field in spelt if any(record[field] == example.get(field) for example in shown)}
    return {field: id for field, id in spelt.items() if field not in kept and _admitted(family, field, id)}


def _admitted(family: Family, field: str, id: Id) -> bool:
    return all(shape.properties[field].accepts(id) for shape in family.shapes if field in shape.properties)
