"""A kind of record: its id, its parent, and the shapes in which answers show it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mock_server.spec.actions import alive
from mock_server.spec.envelope import Envelope
from mock_server.spec.id_fields import is_own_id
from mock_server.spec.names import plain
from mock_server.spec.operation import Response
from mock_server.spec.projection import Projection
from mock_server.spec.schema import Schema

TIMES = ("2026-03-04T05:06:07.089Z", "2026-03-04", 1_772_600_767)  # one moment in every form that a document may want
_ALIASES = frozenset({"id", "login", "username", "name", "slug", "key", "code", "uuid", "guid", "handle", "email"})
BELOW = "$below"
"""The field in which a record keeps the id of an unknown parent; no document has such a field."""
_STAMP = re.compile(r"(created|updated|modified|inserted)_?(at|on|date|time)?", re.IGNORECASE)
_TOUCHED = re.compile(r"(updated|modified)_?(at|on|date|time)?", re.IGNORECASE)


@dataclass(frozen=True)
class Family:
    """A kind of record.

    ``id`` is the record's own field; ``parent`` is the kind of record that it belongs to, ``link`` the field with the
    parent's id; ``shapes`` are all schemas in which answers show a record, each once.

    ``keys`` are the fields that the parameters at the end of an item's path name, if that is not the id alone.
    ``inner`` is the place of an id inside an object of the record, as `metadata.uid`; ``id`` is then a field of ours.
    ``at_sight``: records of the kind are neither listed nor created anywhere, so each requested one exists.
    ``loose``: nothing is known about the parent; then each parent that a path names exists and has the seeded records.
    ``answers`` has the documented answers with records, each with its envelope.
    ``shows``: other kinds, created below records, that are read by their id at the path of this kind as well.
    """

    kind: str
    id: str
    id_schema: Schema | None
    prefix: str
    parent: str | None
    link: str | None
    shapes: tuple[Schema, ...] = field(repr=False)
    keys: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()
    at_sight: bool = False
    loose: bool = False
    answers: Sequence[tuple[Envelope, Response]] = field(default=(), repr=False)
    shows: tuple[str, ...] = ()

    def id_in(self, record: Mapping[str, Any]) -> Any:
        """The id that a record, or an example of one, shows; None if it shows none."""
        if not self.inner:
            return record.get(self.id)
        within = record.get(self.inner[0])
        return within.get(self.inner[1]) if isinstance(within, dict) else None

    @cached_property
    def views(self) -> tuple[Projection, ...]:
        """The projections in which answers show the records."""
        return tuple(map(Projection.of, self.shapes))

    @cached_property
    def strictest(self) -> tuple[Schema, ...]:
        """The shapes that are no part (`allOf`) of another: a value that they all admit is valid in every shape."""
        parts = {part.pointer for shape in self.shapes for part in shape.certain if part.pointer != shape.pointer}
        return tuple(shape for shape in self.shapes if shape.pointer not in parts)

    @cached_property
    def starts(self) -> Mapping[str, Any]:
        """Values for the fields of a new record that the client does not give: the document's default, else null."""
        sure = [(name, part) for shape in self.shapes for name, part in shape.sure.items()]
        starts = [(name, part.default) for name, part in sure if part.default is not None or part.nullable]
        return {**alive(self.shapes), **dict(starts[::-1])}  # the first shape that says something counts

    @cached_property
    def stamps(self) -> Mapping[str, int]:
        """The fields with the time of creation or change, each with the place of its form in ``TIMES``."""
        parts = {name: part for shape in self.shapes for name, part in shape.properties.items()}
        accepted = {
            name: [part.accepts(form) for form in TIMES] for name, part in parts.items() if _STAMP.fullmatch(name)
        }
        return {name: admitted.index(True) for name, admitted in accepted.items() if any(admitted)}

    @cached_property
    def times(self) -> Mapping[str, int]:
        """Its ``stamps``, and the program's own names for these times if the document has no such fields."""
        hidden = () if self.free else ("createdAt", "updatedAt")
        return {**dict.fromkeys((name for name in hidden if name not in self.fields), 0), **self.stamps}

    @cached_property
    def touched(self) -> Mapping[str, int]:
        """The ``times`` that a change updates."""
        return {name: form for name, form in self.times.items() if _TOUCHED.fullmatch(name)}

    @cached_property
    def fields(self) -> frozenset[str]:
        """Every field that a record of the kind shows in any answer."""
        return frozenset(name for shape in self.shapes for name in shape.properties)

    @cached_property
    def aliases(self) -> Sequence[str]:
        """Other fields with unique values, by which a path may name a record."""
        return sorted(name for name in self.fields - {self.id, self.link} if plain(name) in _ALIASES)

    @cached_property
    def second_ids(self) -> Sequence[str]:
        """The ``aliases`` that are ids of the record itself, which the server gives: `uuid` beside `id`."""
        return [name for name in self.aliases if is_own_id(name)]

    @cached_property
    def disagree(self) -> bool:
        """True if two shapes may demand different values of one field: a record may then not fit both."""
        found: dict[str, str] = {}
        for shape in self.shapes:
            for name, part in shape.properties.items():
                if found.setdefault(name, part.pointer) != part.pointer:
                    return True
        return False

    @cached_property
    def free(self) -> bool:
        """True if a record may show fields that no shape names: then it must not hold internal fields of ours."""
        return any(isinstance(shape.node.get("additionalProperties"), dict) or not shape.sure for shape in self.shapes)

    @cached_property
    def examples(self) -> Sequence[Mapping[str, Any]]:
        """The records in the document's own examples, each once, in its order."""
        found: list[Mapping[str, Any]] = []
        for wrapper, response in self.answers:
            for example in response.examples.values():
                found += [it for it in wrapper.unwrapped(example) if isinstance(it, dict) and it not in found]
        for shape in self.shapes:
            example = shape.example
            if isinstance(example, dict) and example not in found and shape.accepts(example):
                found.append(example)
        return found
