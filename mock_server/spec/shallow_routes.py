"""Find collections whose items have a path of their own: `/accounts/{}/apps` lists the records of `/apps/{}`.

Frameworks call this shallow nesting. Both paths are then of one kind, so that what is listed or created below an
account is found by the shorter path, and nothing else is. So is what `/snapshots` lists, and only
`/volumes/{}/snapshots` creates. What `/customers/{}/orders` lists of `/orders` is the ones that name this customer.
"""

from collections.abc import Iterator, Mapping, Sequence

from mock_server.spec.envelopes import list_wrapper, record_wrapper
from mock_server.spec.id_fields import link_field
from mock_server.spec.names import plain, singular
from mock_server.spec.operation import Operation
from mock_server.spec.resource_paths import Level
from mock_server.spec.schema import Schema

Uses = Sequence[tuple[Operation, Sequence[Level]]]


def joined_kinds(uses: Mapping[str, Uses]) -> Mapping[str, str]:
    """Map each kind that has items, and no list of its own, to the kind whose collection lists or creates them.

    ``uses`` has the operations of each kind with the kinds in their paths. If several collections could be meant, none
    is.
    """
    collections = {kind: some for kind, some in uses.items() if _is_nested_collection(some)}
    found: dict[str, str] = {}
    for kind, some in uses.items():
        if all(len(levels) == 1 and (levels[0].ids == 1 or it.method == "POST") for it, levels in some):
            named = [other for other in collections if _word(other) == _word(kind) and other != kind]
            alike = [other for other in named if _shapes(some) & _shapes(collections[other])]
            created = [other for other in alike if any(it.method == "POST" for it, _ in collections[other])]
            best = created or alike
            found.update({kind: best[0]} if len(best) == 1 else {})
    return {**found, **_created_below(uses, found)}


def lists_by_reference(uses: Mapping[str, Uses], joined: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Map each kind that is only listed or created below a record to the kind that is listed at the top as well.

    A field of these records names the record above, so that both lists show the same ones; the second result has that
    field for each operation. ``joined`` are kinds that mean others already.
    """
    tops = {kind: some for kind, some in uses.items() if kind not in joined and _is_at_the_top(some)}
    found: dict[str, str] = {}
    for kind, some in uses.items():
        if kind not in {*joined, *joined.values()} and _is_nested_collection(some):
            named = [top for top in tops if _word(top) == _word(kind) and _have_a_part_in_common(uses[top], some)]
            if len(named) == 1 and all(_reference(it, levels) for it, levels in some):
                found[kind] = named[0]
    return found, {it.key: _reference(it, levels) for kind in found for it, levels in uses[kind]}


def _reference(operation: Operation, levels: Sequence[Level]) -> str:
    """The field in which the records of a collection name the record above it; empty if they have none."""
    named = operation.path_parameters[-1:]
    fields = {name for schema in _shown(operation) for name in schema.properties}
    field = link_field(levels[-2].kind, [it.name for it in named], [*_shown(operation)], "id")
    return field if field in fields else ""


def _created_below(uses: Mapping[str, Uses], joined: Mapping[str, str]) -> Mapping[str, str]:
    """Map each kind that is created below one record to the kind that lists these records at the top.

    That kind has items, and creates none by itself: its records come from nowhere else.
    """
    found: dict[str, str] = {}
    for kind, others in made_elsewhere(uses).items():
        one, free = others[0], not {kind, others[0]} & {*joined, *joined.values()}
        if len(others) == 1 and free and _is_listed_at_the_top(uses[kind]) and _is_made_below(uses[one]):
            alike = _shapes(uses[one]) <= _shapes(uses[kind])
            found.update({one: kind} if alike and not _is_below(one, kind, uses) else {})
    return found


def made_elsewhere(uses: Mapping[str, Uses]) -> Mapping[str, tuple[str, ...]]:
    """Map each kind that is read at the top, and created nowhere there, to the kinds that are created below records.

    A record of any of them is found at the top as well: `/actions/{}` reads what `POST /volumes/{}/actions` made.
    """
    makers = {kind for kind, some in uses.items() if any(it.method == "POST" and _ends(levels) for it, levels in some)}
    found: dict[str, tuple[str, ...]] = {}
    for kind, some in uses.items():
        if _is_read_at_the_top(some):
            named = (other for other in makers if _word(other) == _word(kind) and other != kind)
            found[kind] = tuple(sorted(other for other in named if _parts(uses[other]) & _shapes(some)))
    return {kind: others for kind, others in found.items() if others}


def _ends(levels: Sequence[Level]) -> bool:
    """True for a path that ends with a collection below a record."""
    return len(levels) > 1 and not levels[-1].ids


def _is_made_below(uses: Uses) -> bool:
    """True for records that are created below another record, where nothing but their collection stands."""
    nested = [(it, levels) for it, levels in uses if len(levels) > 1]
    return _is_nested_collection(nested) and any(it.method == "POST" for it, _ in nested)


def _is_listed_at_the_top(uses: Uses) -> bool:
    """True for records that are listed and read at the top, and created nowhere there."""
    return _is_read_at_the_top(uses) and any(it.method == "GET" and not levels[0].ids for it, levels in uses)


def _is_read_at_the_top(uses: Uses) -> bool:
    """True for records that are read at the top, and created nowhere there."""
    reads = any(it.method == "GET" and levels[0].ids == 1 for it, levels in uses)
    creates = any(it.method == "POST" and not levels[0].ids for it, levels in uses)
    return all(len(levels) == 1 for _, levels in uses) and reads and not creates


def _is_at_the_top(uses: Uses) -> bool:
    """True for records that all paths name without others, and one lists."""
    lists = any(it.method == "GET" and not levels[0].ids and list_wrapper(it.success.schema) for it, levels in uses)
    return lists and all(len(levels) == 1 for _, levels in uses)


def _have_a_part_in_common(one: Uses, other: Uses) -> bool:
    """True if two kinds show one schema, or schemas that name the same fields."""
    fields = [{frozenset(it.properties) for operation, _ in uses for it in _shown(operation)} for uses in (one, other)]
    return bool(_parts(one) & _parts(other) or fields[0] & fields[1])


def _is_below(kind: str, other: str, uses: Mapping[str, Uses]) -> bool:
    """True if records of ``other`` stand above those of ``kind``."""
    return any(level.kind == other for _, levels in uses[kind] for level in levels[:-1])


def _is_nested_collection(uses: Uses) -> bool:
    """True for a list, or a place to create, that stands below one record and has no items of its own."""
    return all(len(levels) > 1 and not levels[-1].ids and it.method in ("GET", "POST") for it, levels in uses)


def _word(kind: str) -> str:
    return plain(singular(kind.rpartition("/")[2]))


def _shapes(uses: Uses) -> set[str]:
    """The places of the schemas in which operations show a record."""
    return {schema.pointer for operation, _ in uses for schema in _shown(operation)}


def _parts(uses: Uses) -> set[str]:
    """The places of these schemas and of their parts (`allOf`)."""
    return {part.pointer for operation, _ in uses for schema in _shown(operation) for part in schema.certain}


def _shown(operation: Operation) -> Iterator[Schema]:
    answer = operation.success.schema
    wrapper = list_wrapper(answer) or record_wrapper(answer)
    if wrapper is not None:
        yield wrapper.schema
