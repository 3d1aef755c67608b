"""Find collections whose items have a path of their own: `/accounts/{}/apps` lists the records of `/apps/{}`.

Frameworks call this shallow nesting. Both paths are then of one kind, so that what is listed or created below an
account is found by the shorter path, and nothing else is.
"""

from collections.abc import Iterator, Mapping, Sequence

from mock_server.spec.envelopes import list_wrapper, record_wrapper
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
    return found


def _is_nested_collection(uses: Uses) -> bool:
    """True for a list, or a place to create, that stands below one record and has no items of its own."""
    return all(len(levels) > 1 and not levels[-1].ids and it.method in ("GET", "POST") for it, levels in uses)


def _word(kind: str) -> str:
    return plain(singular(kind.rpartition("/")[2]))


def _shapes(uses: Uses) -> set[str]:
    """The places of the schemas in which operations show a record."""
    return {schema.pointer for operation, _ in uses for schema in _shown(operation)}


def _shown(operation: Operation) -> Iterator[Schema]:
    answer = operation.success.schema
    wrapper = list_wrapper(answer) or record_wrapper(answer)
    if wrapper is not None:
        yield wrapper.schema
