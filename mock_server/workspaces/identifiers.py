"""Give each record its own value of every field by which a path may name it: a `uuid` or a `slug` beside the `id`."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from mock_server.errors import SpecError
from mock_server.spec.families import Family
from mock_server.spec.format_samples import FORMATS
from mock_server.spec.generation import generate
from mock_server.spec.regex_samples import RandomSource
from mock_server.spec.schema import Schema
from mock_server.store.base import Id, Record
from mock_server.world.ids import rng

_TRIES = 8  # values made from a schema, until one is new and fits

IsTaken = Callable[[str, Any], bool]


def second_ids(family: Family, id: Id, seed: int) -> dict[str, Any]:
    """Make the ids that the server gives a new record beside its ``id``: that id itself, if the document allows it."""
    found = {name: _made(family, name, id, seed, lambda _, value: False) for name in family.second_ids}
    return {name: value for name, value in found.items() if value is not None}


def named_apart(family: Family, records: Sequence[Record], seed: int) -> list[Record]:
    """Replace values by which a path would name two of ``records``. Later ones keep theirs: the document shows them."""
    taken: set[tuple[str, Any]] = set()
    made: list[Record] = []

    def is_taken(name: str, value: Any) -> bool:
        return (name, value) in taken

    for one in reversed(records):
        record = with_own_names(family, one, (), seed, is_taken)
        taken.update((name, value) for name in family.aliases if _is_name(value := record.get(name)))
        made.append(record)
    return made[::-1]


def with_own_names(family: Family, record: Record, given: Collection[str], seed: int, is_taken: IsTaken) -> Record:
    """Replace the names of ``record`` that another one has, except ``given`` ones, where the document allows others."""
    for name in family.aliases:
        value = record.get(name)
        if name not in given and _is_name(value) and is_taken(name, value):
            own = _made(family, name, record.get(family.id, ""), seed, is_taken)
            record = record if own is None else {**record, name: own}
    return record


def _is_name(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _made(family: Family, name: str, id: Id, seed: int, is_taken: IsTaken) -> Any:
    """Make a value for the field that every shape admits and no other record has; None if there is none."""
    parts = [shape.properties[name] for shape in family.shapes if name in shape.properties]
    chance = rng(seed, "own name", family.kind, id, name)
    candidates = _candidates(parts[0], id if name in family.second_ids else None, chance)
    fits = (it for it in candidates if all(part.accepts(it) for part in parts) and not is_taken(name, it))
    return next((it for it in fits if _is_name(it)), None)


def _candidates(part: Schema, id: Id | None, chance: RandomSource) -> Iterator[Any]:
    if isinstance(id, str):
        yield from (id, chance.randint(1_000_001, 2_000_000_000))
    elif id is not None:
        yield from (id, FORMATS["uuid"](chance))
    for _ in range(_TRIES):
        try:
            yield generate(part, chance, example=False)
        except SpecError:
            return
