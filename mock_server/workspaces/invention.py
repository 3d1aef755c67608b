"""Make records of kinds without a story, from the document's examples and shapes; the same seed, the same records."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from mock_server.spec.actions import alive
from mock_server.spec.contract import Contract
from mock_server.spec.families import BELOW, Family
from mock_server.spec.generation import generate
from mock_server.spec.regex_samples import RandomSource
from mock_server.store.base import Id, Record
from mock_server.workspaces.fitting import chance_for, completing, embedded, identified, inner_id, timestamps, valid
from mock_server.workspaces.id_spellings import linked
from mock_server.workspaces.identifiers import named_apart, second_ids
from mock_server.world.clock import stamp
from mock_server.world.ids import Ids, rng
from mock_server.world.recipe import Recipe


def invented_records(
    contract: Contract, family: Family, above: Sequence[Record], recipe: Recipe, ids: Ids, start: datetime
) -> list[Record]:
    """Make the records of a kind without a story, valid for the document."""
    made = _made_up(contract, family, above, recipe, ids, start)
    made = [valid(family, record, chance_for(family, record, ids.seed)) for record in made]
    return named_apart(family, made, ids.seed) if contract.foreign else made


def invented_record(family: Family, id: Id, named: Mapping[str, Any], seed: int) -> Record:
    """Make the record that a request asks for; ``named`` has its fields in the path."""
    chance = rng(seed, "at sight", family.kind, id)
    drawn = family.examples[0] if family.examples else completing(family)(_drawn(family, chance), lambda: chance)
    record = dict(drawn)
    for name, value in named.items():
        parts = [shape.properties[name] for shape in family.shapes if name in shape.properties]
        spelt = [it for it in _spellings(value) if parts and all(part.accepts(it) for part in parts)]
        if spelt:
            record[name] = spelt[0]
    record |= inner_id(family, record, named[family.id]) if family.id in named else {}
    return valid(family, record, lambda: chance)


def _spellings(value: Any) -> Sequence[Any]:
    """The forms that a path's value may have in a record."""
    text = str(value)
    return [value, text, *([int(text)] if text.isascii() and text.isdigit() and len(text) < 19 else [])]


def _exemplary(family: Family) -> dict[str, Any]:
    """Examples of single fields, for one record only: many records with the same values would be no world."""
    parts = {name: part for shape in family.shapes[::-1] for name, part in shape.sure.items()}
    return {name: it.example for name, it in parts.items() if it.example is not None and it.accepts(it.example)}


def _drawn(family: Family, chance: RandomSource) -> dict[str, Any]:
    """Make a record from the shapes alone."""
    record: dict[str, Any] = {}
    for shape in family.shapes:
        made = generate(shape, chance, example=False)
        record = {**made, **record} if isinstance(made, dict) else record
    carried = embedded(family)
    return {name: value for name, value in record.items() if name not in carried}


def _made_up(
    contract: Contract, family: Family, above: Sequence[Record], recipe: Recipe, ids: Ids, start: datetime
) -> list[Record]:
    """Make records of a kind without a story, a day apart, the last one just before the start.

    The newest are the records of the document's own examples.
    """
    is_single = family.kind in contract.single_kinds
    if not family.shapes or family.at_sight or (is_single and family.parent):
        return []
    count = 1 if is_single else recipe.generic
    shown = _shown(family)[:count]
    used = {family.id_in(record) for record in shown}
    free = (id for index in range(2 * count + 1) if (id := ids.make(family.kind, index)) not in used)
    made: list[Record] = []
    for index in range(count):
        times = timestamps(family, stamp(start - timedelta(days=count - index)))
        example = shown[count - index - 1] if count - index <= len(shown) else None
        if contract.foreign and not example:
            times |= alive(family.shapes)
        record = _as_shown(family, example, times) if example else _invented_record(family, index, ids.seed, times)
        record |= _exemplary(family) if is_single and not example else {}
        if not (is_single and family.free and family.id not in family.fields):
            known = family.id_in(example) if example else None
            id = next(free) if known is None else known
            record = identified(family, record, id)
            if contract.foreign:
                seconds = second_ids(family, id, ids.seed)
                record |= {name: value for name, value in seconds.items() if not example or name not in example}
        made.append({**record, **_placed(contract, family, above, index)})
    return made


def _shown(family: Family) -> list[Record]:
    """The records in the document's examples that can exist together, in its order."""
    found: dict[Any, Record] = {}
    for number, example in enumerate(family.examples):
        id = family.id_in(example)
        sound = isinstance(id, str | int) and not isinstance(id, bool) and id != ""
        if not sound or (family.id_schema is not None and not family.id_schema.accepts(id)):
            own = {family.id, *family.inner[:1]}
            example, id = {name: it for name, it in example.items() if name not in own}, (number,)
        found.setdefault(id, example)
    return list(found.values())


def _as_shown(family: Family, example: Record, times: Mapping[str, Any]) -> dict[str, Any]:
    """Copy an example record and add its time of creation, which the order of lists needs."""
    return {**{name: value for name, value in times.items() if name not in family.fields}, **example}


def _invented_record(family: Family, index: int, seed: int, times: Mapping[str, Any]) -> dict[str, Any]:
    chance = rng(seed, "made up", family.kind, index)
    return {**completing(family)(_drawn(family, chance), lambda: chance), **times}


def _placed(contract: Contract, family: Family, above: Sequence[Record], index: int) -> dict[str, Any]:
    """The fields that refer to the record's parent: to any parent if the kind is not known."""
    if family.link is None or not above:
        return {BELOW: None} if family.loose and not family.free else {}
    parent, one = contract.families.get(family.parent or ""), above[index % len(above)]
    return {family.link: linked(family, family.link, one[parent.id if parent and parent.id in one else "id"])}
