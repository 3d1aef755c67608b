"""The kinds of records that a person can write: their fields, the kinds below them, and their references."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from mock_server.spec.contract import Contract
from mock_server.spec.families import Family
from mock_server.spec.names import plain, singular
from mock_server.spec.schema import Schema
from mock_server.store.state import Transaction
from mock_server.workspaces.fitting import embedded
from mock_server.workspaces.own_data.vocabulary import ALIASES, HIDDEN, SHORT, TARGETS, WORDS
from mock_server.workspaces.seeding_views import VIEWS

_LOOKED_AT = 20  # records from which the fields of a kind are read that no operation of the document shows
_IDS = ("ids", "id")


@dataclass(frozen=True)
class Kind:
    """One kind. ``fields`` are the document's, None if no schema is known.

    ``refers`` maps a field, or a word for one, to the field and the kind that it refers to. ``below`` are the kinds
    that can stand in a record of this one, each with the field that holds the id of the record above it.
    """

    name: str
    id: str
    family: Family | None
    fields: Mapping[str, Schema | None]
    single: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    short: str = ""
    refers: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    below: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def known(self) -> list[str]:
        """Every key that a record may have."""
        return sorted({*self.fields, *self.aliases, *self.words, *self.refers, *self.below})


class Kinds:
    """All kinds of a workspace."""

    def __init__(self, contract: Contract, tx: Transaction, stored: Iterable[str]) -> None:
        self._contract = contract
        self._tx = tx
        self._stored = [kind for kind in stored if not kind.startswith("$")]
        self._made: dict[str, Kind] = {}
        self._fields: dict[str, Mapping[str, Schema | None]] = {}

    @cached_property
    def names(self) -> list[str]:
        """The kinds that can be written, in alphabetical order."""
        return sorted({*self._contract.families, *self._stored} - (set() if self._contract.foreign else VIEWS))

    @cached_property
    def _called(self) -> Mapping[str, list[str]]:
        """The kinds by the word for one record of them: ``lead`` for ``leads``."""
        found: dict[str, list[str]] = {}
        for kind in self.names:
            found.setdefault(plain(singular(kind.rpartition("/")[2])), []).append(kind)
        for word, kind in () if self._contract.foreign else TARGETS.items():
            found.setdefault(word, []).extend([kind] if kind in self.names else [])
        return found

    def get(self, name: str) -> Kind | None:
        """The kind with a name; None if it cannot be written."""
        if name not in self._made and name in self.names:
            self._made[name] = self._kind(name)
        return self._made.get(name)

    def references(self, name: str) -> Mapping[str, str]:
        """The fields of a kind that hold ids of other records, each with the kind of those."""
        found = self._references(name, self._shown(name))
        return {field: kind for word, (field, kind) in found if word == field}

    def _kind(self, name: str) -> Kind:
        family = self._contract.families.get(name)
        ours = not self._contract.foreign
        fields = dict(self._shown(name))
        fields |= dict.fromkeys(HIDDEN.get(name, ()) if ours else ())
        aliases = {word: it for word, it in ALIASES.get(name, {}).items() if word not in fields and it in fields}
        words = [word for word in WORDS.get(name, ()) if word not in fields]
        refers = dict(self._references(name, fields))
        below = {word: it for word, it in self._below(name) if word not in fields}
        return Kind(
            name,
            family.id if family else "id",
            family,
            fields,
            single=name in self._contract.single_kinds,
            aliases=aliases if ours else {},
            words=tuple(words if ours else ()),
            short=SHORT.get(name, "") if ours else "",
            refers={word: it for word, it in refers.items() if word not in aliases},
            below={word: it for word, it in below.items() if word not in aliases},
        )

    def _shown(self, name: str) -> Mapping[str, Schema | None]:
        """The fields of a kind, collected once."""
        if name not in self._fields:
            family = self._contract.families.get(name)
            self._fields[name] = _fields(family) if family else self._seen(name)
        return self._fields[name]

    def _seen(self, name: str) -> dict[str, Schema | None]:
        """The fields of existing records, for a kind that the document shows only in another shape."""
        rows = self._tx.page(name, 0, _LOOKED_AT)[0]
        return dict.fromkeys(it for row in rows for it in row.record)

    def _references(self, name: str, fields: Mapping[str, object]) -> Iterator[tuple[str, tuple[str, str]]]:
        """The fields that hold ids of other records, and the shorter words for them."""
        family = self._contract.families.get(name)
        linked = {family.link: family.parent} if family and family.link and family.parent in self.names else {}
        own = family.id if family else "id"
        for each in {**dict.fromkeys(fields), **dict.fromkeys(linked)}:
            target = linked.get(each) or (self.target(each, name) if each != own else "")
            if target:
                yield each, (each, target)
                word = _without_id(each)
                if word and word not in fields:
                    yield word, (each, target)
        if name == "appointments" and not self._contract.foreign and "services" in self.names:
            yield "tradeService", ("tradeService", "services")

    def target(self, each: str, owner: str) -> str:
        """The kind that a field's name refers to: ``leadId`` refers to leads; empty if it refers to none."""
        bare = plain(each)
        end = next((it for it in _IDS if bare.endswith(it) and len(bare) > len(it)), "")
        joined = end and (each.lower() != each or "_" in each or "-" in each)  # `paid` is about no `pa`
        base = bare.removesuffix(end) if joined else bare if self._contract.foreign else ""
        found = list(self._called.get(base, ()))
        near = [kind for kind in found if kind.rpartition("/")[0] == owner.rpartition("/")[0]]
        return next(iter(sorted(near or found, key=len)), "")

    def _below(self, name: str) -> Iterator[tuple[str, tuple[str, str]]]:
        """The kinds that can stand in a record: those below it in the document's paths, then those that refer to it."""
        later: list[tuple[str, tuple[str, str]]] = []
        for other in self.names:
            family, word = self._contract.families.get(other), other.rpartition("/")[2]
            if family is not None and family.parent == name and family.link:
                yield word, (other, family.link)
            elif "/" not in other and other != name:
                fields = self._shown(other)
                own = family.id if family else "id"
                link = next((it for it in fields if it != own and self.target(it, other) == name), "")
                later += [(word, (other, link))] if link else []
        yield from later


def _fields(family: Family) -> dict[str, Schema | None]:
    """The fields of a record in the document; of several shapes the first one counts."""
    found: dict[str, Schema | None] = {}
    carried = embedded(family)  # other records that a record may show: they are written on their own
    for shape in family.shapes:
        for name, part in shape.properties.items():
            if not part.never and name not in carried:
                found.setdefault(name, part)
    return found


def _without_id(name: str) -> str:
    """``lead`` for ``leadId`` and ``lead_id``; empty for a field with another kind of name."""
    for end in ("Ids", "Id", "_ids", "_id", "-id", "ID"):
        if name.endswith(end) and len(name) > len(end):
            return name.removesuffix(end) + ("s" if end.endswith("ds") else "")
    return ""
