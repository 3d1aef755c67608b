"""Infer resource families: which operations list, get, create, update and delete the same kind of record.

The kind is the collection's path without its version and its parameters: ``/v1/leads/{leadId}/notes`` is the path of
``leads/notes``. Nothing else names a family, so a document with other parameter names, inline schemas and no
operationIds gives the same families.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple

from mock_server.spec.bulk import bulk_role
from mock_server.spec.envelope import Envelope
from mock_server.spec.envelopes import list_wrapper, record_wrapper, within_body, wrapper_around
from mock_server.spec.families import Family
from mock_server.spec.filters import Filters, infer_filters
from mock_server.spec.id_fields import identity, link_field, narrower, prefix_of
from mock_server.spec.names import singular
from mock_server.spec.operation import Operation
from mock_server.spec.operations_at_path import OperationsAtPath
from mock_server.spec.paging import leads_on, paging_of, query_parameters
from mock_server.spec.parameter import Parameter
from mock_server.spec.resource_paths import Level, Place, ResourcePaths, items_of
from mock_server.spec.schema import Schema
from mock_server.spec.shallow_routes import joined_kinds, lists_by_reference, made_elsewhere
from mock_server.spec.sorting import Sorting, infer_sorting, sortable_fields

_SEARCHES = frozenset({"search", "query", "find", "filter", "lookup", "_search"})
_CHANGES = frozenset({"PUT", "PATCH", "POST"})


class Role(StrEnum):
    """The role of an operation in its family."""

    LIST = "list"
    GET = "get"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    SINGLE = "single"  # the one record that stands at a path of its own, as an organization
    ACTION = "action"  # something that is done to one record, as `/orders/{id}/cancel`


class Binding(NamedTuple):
    """The role of one operation in its family, with its details.

    ``paging`` maps page, limit, offset to parameters; ``filters`` says which fields a list's other parameters name.
    ``levels`` are the kinds in the path; ``within`` is the property of the body that contains the record, if there is
    one; ``sorting`` says how a list can be ordered, ``leads_on`` whether its answer says where other pages are;
    ``reference`` is the field that names the record above in the path, where the kind is listed without it as well.
    """

    role: Role
    family: Family
    wrapper: Envelope | None
    paging: Mapping[str, Parameter]
    filters: Filters
    levels: tuple[Level, ...] = ()
    within: str = ""
    sorting: Sorting = Sorting()
    leads_on: bool = False
    reference: str = ""


class Inferred(NamedTuple):
    """The bindings by operation key. An operation that fits no family has none, but may lie below known records.

    ``above`` has the kinds of these records for each such operation.
    """

    bindings: Mapping[str, Binding]
    above: Mapping[str, tuple[Level, ...]]


def infer(operations: Sequence[Operation]) -> Inferred:
    """Infer the families of a document."""
    inference = _Inference(operations)
    bindings = inference.bindings()
    return Inferred(bindings, inference.above(bindings))


class _Inference:
    """One pass over the operations of a contract."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._operations = operations
        self._paths = ResourcePaths(operations)
        self._at = OperationsAtPath(operations, self._paths)
        self._roles = {it.key: role for it in operations if (role := self._role(it))}
        self._joined: Mapping[str, str] = {}
        joined, self._elsewhere = joined_kinds(uses := self._uses()), made_elsewhere(uses)
        by_reference, self._references = lists_by_reference(uses, joined)
        self._joined = {**joined, **by_reference}

    def bindings(self) -> dict[str, Binding]:
        """The bindings by operation key."""
        members = {kind: [it for it, _ in some] for kind, some in self._uses().items() if kind}
        families = {kind: self._family(kind, some) for kind, some in members.items()}
        known = {kind: family for kind, family in families.items() if self._has_state(members[kind], family)}
        placed = {kind: _placed(family, known, self._elsewhere.get(kind, ())) for kind, family in known.items()}
        return {it.key: self._binding(it, family) for kind, family in placed.items() for it in members[kind]}

    def above(self, bindings: Mapping[str, Binding]) -> Mapping[str, tuple[Level, ...]]:
        """The records of known kinds in the paths of operations without a binding."""
        known = {it.family.kind for it in bindings.values()}
        places = ((key, place) for key, place in self._paths.places.items() if key not in bindings)
        return {key: found for key, place in places if (found := items_of(known, self._kinds(place)))}

    def _uses(self) -> Mapping[str, list[tuple[Operation, Sequence[Level]]]]:
        uses: dict[str, list[tuple[Operation, Sequence[Level]]]] = {}
        for operation in self._operations:
            if operation.key in self._roles:
                uses.setdefault((levels := self._levels(operation))[-1].kind, []).append((operation, levels))
        return uses

    def _role(self, operation: Operation) -> Role | None:
        place = self._paths.places[operation.key]
        if not place.tokens:
            return None
        if place.is_item:
            return self._item_role(operation.method, place)
        if operation.method == "GET":
            return self._reading_role(operation, place)
        if operation.method == "POST" and self._at.is_collection(place):
            return Role.CREATE
        if several := bulk_role(operation, self._at.bulk_of(place)):
            return Role(several)
        single = (there := self._at.at(place).get("GET")) and self._reading_role(there, place) is Role.SINGLE
        if single and operation.method in (*_CHANGES, "DELETE"):
            return Role.SINGLE
        return self._other_role(operation, place) if operation.method in _CHANGES else None

    def _item_role(self, method: str, place: Place) -> Role | None:
        if method == "POST":  # it changes the record, where there is one
            return Role.UPDATE if len(self._at.at(place)) > 1 else None
        return {"GET": Role.GET, "PUT": Role.UPDATE, "PATCH": Role.UPDATE, "DELETE": Role.DELETE}.get(method)

    def _reading_role(self, operation: Operation, place: Place) -> Role | None:
        listed = list_wrapper(operation.success.schema, place.tokens[-1])
        if listed and (listed.aside or paging_of(operation) or self._at.is_collection(place)):
            return Role.LIST
        return Role.SINGLE if record_wrapper(operation.success.schema) else None

    def _other_role(self, operation: Operation, place: Place) -> Role | None:
        """The role of a change that addresses neither one record of a collection nor a single one."""
        word = place.tokens[-1]
        if operation.method == "POST" and word.lower() in _SEARCHES and list_wrapper(operation.success.schema, word):
            return Role.LIST
        if self._at.is_collection(place):  # the body names the record
            return Role.UPDATE if operation.body is not None else None
        return Role.ACTION if self._at.acted_on(place) else None

    def _levels(self, operation: Operation) -> tuple[Level, ...]:
        """The kinds in the path, without a last word that names no kind."""
        place, role = self._paths.places[operation.key], self._roles[operation.key]
        if role in (Role.CREATE, Role.DELETE) and not place.is_item:
            return self._kinds(self._at.bulk_of(place) or place)
        above = (self._at.acted_on(place) if role is Role.ACTION else None) or place.above()
        if role is Role.ACTION or (role is Role.LIST and above.tokens and not above.is_item):
            alike = role is Role.ACTION or operation.method == "POST" or self._lists_more_of(operation, place, above)
            return self._kinds(above if alike else place)
        return self._kinds(place)

    def _kinds(self, place: Place) -> tuple[Level, ...]:
        joined = self._joined
        return tuple(Level(joined.get(kind, kind), ids) for kind, ids in self._paths.levels(place))

    def _lists_more_of(self, operation: Operation, place: Place, above: Place) -> bool:
        """True for a list without items that shows records of the collection above it: ``/pets/findByTags``."""
        wrapper = list_wrapper(operation.success.schema, place.tokens[-1])
        if wrapper is None or self._at.is_collection(place):
            return False
        others = [*self._at.items(above), *self._at.at(above).values()]
        shown = [record_wrapper(it.success.schema) or list_wrapper(it.success.schema) for it in others]
        return any(it is not None and it.schema.pointer == wrapper.schema.pointer for it in shown)

    def _wrapper(self, operation: Operation, items: Sequence[Schema]) -> Envelope | None:
        if self._roles[operation.key] is Role.LIST:
            return list_wrapper(operation.success.schema, self._paths.places[operation.key].tokens[-1])
        return wrapper_around(operation.success.schema, items)

    def _listed(self, members: Iterable[Operation]) -> list[Schema]:
        lists = [it for it in members if self._roles[it.key] is Role.LIST]
        return [wrapper.schema for it in lists if (wrapper := self._wrapper(it, ()))]

    def _family(self, kind: str, members: Sequence[Operation]) -> Family:
        items = self._listed(members)
        shown = [it for it in members if self._roles[it.key] not in (Role.DELETE, Role.ACTION)]
        answers = [(wrapper, it.success) for it in shown if (wrapper := self._wrapper(it, items))]
        shapes = tuple(dict.fromkeys(wrapper.schema for wrapper, _ in answers))
        named = self._named(members)
        word = singular(kind.rpartition("/")[2])
        own = identity(shapes, named, word)
        parent = next((parent for it in members if (parent := self._parent(it))), None)
        roles = {self._roles[it.key] for it in members}
        return Family(
            *(kind, own.id, narrower(own.schema, named), prefix_of(own.schema, named), parent),
            *(link_field(parent, self._named_above(members), shapes, own.id) if parent else None, shapes),
            keys=own.keys,
            inner=own.inner,
            at_sight=bool(named) and not roles & {Role.LIST, Role.CREATE},
            answers=tuple(answers),
        )

    def _named(self, members: Iterable[Operation]) -> list[tuple[Parameter, ...]]:
        """The parameters that name one record, of each operation with a record in its path."""
        counted = [(it, self._levels(it)[-1].ids) for it in members if self._roles[it.key] is not Role.ACTION]
        return [it.path_parameters[-count:] for it, count in counted if count]

    def _parent(self, operation: Operation) -> str | None:
        """The kind of the item below which the path lies."""
        levels = self._levels(operation)
        return (levels[-2].kind or None) if len(levels) > 1 and operation.key not in self._references else None

    def _named_above(self, members: Iterable[Operation]) -> Iterator[str]:
        """The parameter that names the record above, of each operation with such a record in its path."""
        for it in members:
            named = it.path_parameters[: len(it.path_parameters) - self._levels(it)[-1].ids][-1:]
            yield from (parameter.name for parameter in named)

    def _has_state(self, members: Sequence[Operation], family: Family) -> bool:
        """True if there is state to keep: an object without fields that is only read stays as documented."""
        if any(it.method != "GET" or self._levels(it)[-1].ids for it in members):
            return True
        return not family.free

    def _binding(self, operation: Operation, family: Family) -> Binding:
        role = self._roles[operation.key]
        wrapper = self._wrapper(operation, self._listed([operation]) or family.shapes)
        levels, within = self._levels(operation), within_body(operation.body, family.fields)
        refers = self._references.get(operation.key, "")
        if role is not Role.LIST:
            return Binding(role, family, wrapper, {}, Filters(), levels, within, reference=refers)
        paging = paging_of(operation, family.fields)
        unpaged = [it for it in query_parameters(operation) if it not in paging.values()]
        sorting = infer_sorting(unpaged, sortable_fields(family.shapes))
        others = [it for it in unpaged if it not in sorting.parameters]
        filters = infer_filters(others, singular(family.kind.rpartition("/")[2]), family.id, family.shapes)
        leads = leads_on(operation, wrapper, paging)
        return Binding(role, family, wrapper, paging, filters, levels, within, sorting, leads, refers)


def _placed(family: Family, known: Mapping[str, Family], others: Sequence[str]) -> Family:
    """The family, with the notes whether the parents of its records are known, and which others it shows."""
    above, shown = known.get(family.parent or ""), tuple(kind for kind in others if kind in known)
    return replace(family, loose=family.parent is not None and (above is None or above.at_sight), shows=shown)
