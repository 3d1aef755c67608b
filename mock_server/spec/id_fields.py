"""Find the id field of a record: the field that the path of an item names, whatever it is called."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mock_server.spec.names import plain, singular, words_of
from mock_server.spec.parameter import Parameter
from mock_server.spec.schema import Schema

_USUAL = ("id", "_id", "uuid", "guid", "gid", "sid", "uid", "token", "key", "slug", "code", "ref", "reference")
_PREFIX = re.compile(r"\^?([A-Za-z]{2,12}_)")
_IDS = ("mkcbxk8yqbeg", 1_000_001)  # as they are made where a document asks for nothing else
_NAMING = ("name", "number")  # they tell records apart where nothing better does
_NUMBERS = frozenset({"integer", "number"})
ID_TYPES = frozenset({"string", "integer", "number"})
"""The types that an id may have."""
_OWN_IDS = frozenset({"id", "uuid", "guid"})
_INNER_IDS = ("id", "uuid", "uid", "guid")
_HOLDERS = frozenset({"metadata", "meta", "sys", "system"})  # of a record's id, beside what the record is
_DIGITS = {"type": "string", "pattern": "^[1-9][0-9]{3,7}$"}


def id_field(parameter: str, fields: Iterable[str], word: str) -> str:
    """The field of a record of the kind ``word`` that a path parameter names; nothing if there is none.

    ``task_gid`` is ``gid``, ``cardToken`` is ``token``, ``Sid`` is ``sid``, and ``customer`` the id of a customer.
    """
    spelt: dict[str, str] = {}
    for name in fields:
        spelt.setdefault(plain(name), name)
    return next((spelt[it] for it in _readings(parameter, word, spelt) if it in spelt), "")


def _readings(parameter: str, word: str, spelt: Mapping[str, str]) -> Iterator[str]:
    """Plain names that the parameter may mean, the likeliest first."""
    words = words_of(parameter)
    yield plain(parameter)
    if words and words[-1] not in _NAMING:
        yield words[-1]
    for usual in _USUAL:
        yield from (plain(usual), plain(f"{word}{usual}"))
    yield from _NAMING if parameter else ()


def is_own_id(name: str) -> bool:
    """Tell from its name whether a field holds an id of the record itself: `uuid` beside `id`."""
    return plain(name) in _OWN_IDS


def id_fields(parameters: Sequence[str], fields: Sequence[str], word: str) -> tuple[str, ...]:
    """The fields that the parameters at the end of an item's path name; empty unless each names a different one."""
    found = tuple(id_field(name, fields, word) for name in parameters)
    return found if all(found) and len(set(found)) == len(found) else ()


class Identity(NamedTuple):
    """The way in which records of a kind are told apart.

    ``id`` is the field with the id, ``keys`` are several fields that do it together. ``inner`` is the place of an id
    that stands in an object of the record, as `metadata.uid`; ``id`` is then a field of our own.
    """

    id: str
    schema: Schema | None
    keys: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()


def identity(shapes: Sequence[Schema], named: Sequence[Sequence[Parameter]], word: str) -> Identity:
    """Find out how records of the kind ``word`` are told apart; ``named`` are the parameters that name one record."""
    fields = [name for shape in shapes for name, part in shape.properties.items() if part.types & ID_TYPES]
    for holder, name, inner in _inner_ids(shapes, fields, named, word):
        return Identity(own_id(shapes), inner, (), (holder, name))
    keys = next((keys for some in named if (keys := id_fields([it.name for it in some], fields, word))), ())
    id_name = keys[0] if len(keys) == 1 else id_field("", fields, word) or own_id(shapes)
    schema = next((shape.properties[id_name] for shape in shapes if id_name in shape.properties), None)
    return Identity(id_name, schema, keys if len(keys) > 1 else ())


def _inner_ids(
    shapes: Sequence[Schema], fields: Sequence[str], named: Sequence[Sequence[Parameter]], word: str
) -> Iterator[tuple[str, str, Schema]]:
    """The ids in the metadata of records that have none beside it, and no field that the path names as it is called."""
    own = {plain(name) for name in fields}
    asked = {plain(some[-1].name) for some in named if len(some) == 1}
    if not asked or own & {*asked, *map(plain, _USUAL[:5]), plain(f"{word}Id")}:
        return
    for shape in shapes:
        for holder, part in shape.properties.items():
            inner = part.properties if plain(holder) in _HOLDERS else {}
            by_path = (name for name in inner if plain(name) in asked)
            name = next(by_path, next((name for name in _INNER_IDS if name in inner), ""))
            if name and inner[name].types & ID_TYPES:
                yield holder, name, inner[name]


def link_field(parent: str, named: Iterable[str], shapes: Sequence[Schema], id_name: str) -> str:
    """The field with the id of the record above, of the kind ``parent``; never a field with the record's own id.

    ``named`` are the path parameters that name that record.
    """
    word = singular(parent.rsplit("/", 1)[-1])
    shown = [name for shape in shapes[::-1] for name, part in shape.properties.items() if part.types & ID_TYPES]
    for candidate in (f"{word}Id", f"{word}_id", word):
        if candidate in shown:
            return candidate
    fields = {plain(field): field for field in shown if field != id_name and not is_own_id(field)}
    return next((fields[plain(name)] for name in named if plain(name) in fields), f"{word}Id")


def own_id(shapes: Iterable[Schema]) -> str:
    """The field for our own ids if no field of the records can be the id. No shape has it, so no answer shows it."""
    taken = {name for shape in shapes for name in shape.properties}
    return next(name for name in ("id", "_id", "__id", "x-mock-id") if name not in taken)


def narrower(schema: Schema | None, named: Iterable[Sequence[Parameter]]) -> Schema | None:
    """The schema of the id: the path's schema if the record's one is wider.

    A record may have a text where the path wants a number: then the text is of digits.
    """
    for parameters in named:
        wanted = parameters[-1].schema
        if schema is not None and wanted.types <= _NUMBERS and not _NUMBERS & schema.types and schema.accepts("1"):
            return Schema.inline(schema.document, _DIGITS)
        if schema is None or wanted.declared_types is None or not wanted.types <= schema.types:
            continue
        if any(schema.accepts(id) and not wanted.accepts(id) for id in _IDS):
            return wanted
    return schema


def prefix_of(schema: Schema | None, named: Iterable[Sequence[Parameter]]) -> str:
    """The prefix of a kind's ids, taken from a pattern or an example."""
    hints: list[Any] = [schema.node.get("pattern"), schema.example] if schema is not None else []
    hints += [parameters[-1].schema.example for parameters in named]
    for hint in hints:
        match = _PREFIX.match(hint) if isinstance(hint, str) else None
        if match:
            return match.group(1)
    return ""
