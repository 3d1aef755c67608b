"""A behaviour's input and output, and the table of those written by hand."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from mock_server.behaviours.echo import with_given
from mock_server.behaviours.render_cache import RenderCache
from mock_server.errors import Conflict
from mock_server.spec.contract import Contract
from mock_server.spec.generation import generate
from mock_server.spec.operation import Operation
from mock_server.spec.parameter import Parameter
from mock_server.spec.resources import Binding, Role
from mock_server.store.base import Id, Record, Row
from mock_server.store.state import Transaction
from mock_server.workspaces.fitting import valid
from mock_server.workspaces.new_ids import new_id
from mock_server.world.ids import Ids, Rng, rng


@dataclass(slots=True)
class OperationResult:
    """The result of a behaviour. ``value`` is the answer's JSON; ``checked`` if validated views rendered all of it.

    ``status`` is one that the operation documents, None for its first success; ``explain`` goes to a header of ours.
    ``headers`` replace documented ones; an empty one removes it. ``lasting``: the same request gets the same answer as
    long as the records do not change.
    """

    value: Any
    checked: bool = False
    explain: Sequence[str] = ()
    headers: Sequence[tuple[str, str]] = ()
    lasting: bool = True
    status: int | None = None


@dataclass(slots=True, kw_only=True)
class ActionContext:
    """An action on one workspace, inside a transaction.

    ``now`` is the workspace's time as answers show it (``2026-03-04T05:06:07.089Z``), ``cause`` the id of the request
    or of the simulation.
    """

    contract: Contract
    tx: Transaction
    ids: Ids
    now: str
    cause: str

    def store(self, kind: str, id: Id, record: Record) -> Row:
        """Store a record. It is made valid for the document if an operation shows its kind."""
        family = self.contract.families.get(kind)
        whole = valid(family, record, lambda: self.chance(kind, id)) if family else record
        return self.tx.put(kind, id, whole)

    def new_id(self, kind: str) -> Id:
        """Make the id of the next new record of ``kind``. Raises Conflict if there is none."""
        id = new_id(self.tx, self.ids, kind)
        if id is None:
            raise Conflict(f"the document's ids for {kind} are used up")
        return id

    def chance(self, *key: Id) -> Rng:
        """A random source for made-up values; the same cause and key give the same values."""
        return rng(self.ids.seed, self.cause, *key)


@dataclass(slots=True, kw_only=True)
class OperationContext(ActionContext):
    """One validated request to one operation.

    ``path`` holds the path's values in order, ``query`` the given values and the defaults of the others; ``address`` is
    the URL without the query, which is ``query_text``. ``notes`` go to a header of ours. ``headers`` are the request's
    conditions and the addresses of its callbacks, if the document has such, and ``media_type`` is its Content-Type.
    ``binding`` is the operation's role in its family; only the behaviours of families may use it.
    """

    operation: Operation
    binding: Binding
    renderings: RenderCache
    path: Sequence[Id] = ()
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    address: Callable[[], str] = str
    query_text: str = ""
    notes: list[str] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = ""

    @property
    def list_query(self) -> Mapping[str, Any]:
        """The values that select in a list: the query, and the fields of a search's body."""
        return {**self.query, **self.body} if isinstance(self.body, dict) else self.query

    def fit(self, value: Any) -> Any:
        """``value`` in the shape of this operation's success."""
        return self.operation.success.fit(value, self.chance())

    def chance(self, *key: Id) -> Rng:
        """A random source for values that this operation makes up; the same key gives the same values."""
        return rng(self.ids.seed, self.operation.key, *key)

    def documented(self) -> OperationResult:
        """The document's answer: its first example, else a value made from the schema and from the request."""
        success = self.operation.success
        for example in success.examples.values():
            return OperationResult(example)
        value = generate(success.schema, self.chance(*self.path)) if success.schema else None
        if self.contract.foreign and isinstance(value, dict | list):
            named = zip((it.name for it in self.operation.path_parameters), self.path, strict=True)
            value = with_given(success, value, {**dict(named), **self.query}, self.body, self.chance(*self.path))
        return OperationResult(value)


Behaviour = Callable[[OperationContext], OperationResult]

Reads = Callable[[Binding, Parameter], bool]

_BY_HAND: dict[str, Behaviour] = {}
_READS: dict[str, Reads] = {}


def behaviour(
    key: str, role: Role | None = None, needs: Iterable[str] = (), reads: Reads = lambda binding, parameter: False
) -> Callable[[Behaviour], Behaviour]:
    """Register a behaviour for the operation ``key``, in place of the inferred one.

    A served document may have another operation at this path: one with another ``role`` in its family (one record where
    ours has a list), or a body without the fields that the behaviour ``needs``. Then the answer is the documented one.
    ``reads`` tells for a list's query parameter whether the behaviour uses it.
    """
    fields = frozenset(needs)

    def register(function: Behaviour) -> Behaviour:
        if key in _BY_HAND:
            raise ValueError(f"two behaviours for {key}")

        @wraps(function)
        def guarded(call: OperationContext) -> OperationResult:
            binding = call.contract.bindings.get(key)
            known = role is None or (binding is not None and binding.role is role)
            given = call.body.keys() if isinstance(call.body, dict) else set()
            return function(call) if known and fields <= given else call.documented()

        _BY_HAND[key], _READS[key] = guarded, reads
        return function

    return register


def by_hand(key: str) -> Behaviour | None:
    """The behaviour that was written for an operation; None if it is inferred."""
    return _BY_HAND.get(key)


def as_a_list_does(binding: Binding, parameter: Parameter) -> bool:
    """Tell whether the inferred list uses a query parameter: for the page, or as a filter."""
    known = (it.parameter for it in binding.filters.known)
    used = (*binding.paging.values(), *binding.sorting.parameters)
    return parameter in used or parameter.name in known or parameter.name in binding.filters.expressions


def idle(contract: Contract, operation: Operation) -> Sequence[str]:
    """The optional, documented query parameters of a list that nothing here uses.

    A parameter that every request must send narrows nothing, whatever it is for.
    """
    binding = contract.bindings.get(operation.key)
    if binding is None or binding.role is not Role.LIST:
        return ()
    reads = as_a_list_does if contract.foreign else _READS.get(operation.key, as_a_list_does)
    found: list[str] = []
    for parameter in operation.parameters:
        if parameter.location == "query" and not parameter.required:
            nameless = binding.filters.unknown.get(parameter.name, ())
            if not reads(binding, parameter):
                found += nameless or [parameter.name]
            elif as_a_list_does(binding, parameter):  # some keys of an object may name a field, and others none
                found += nameless
    return found


def idle_in(contract: Contract) -> Sequence[str]:
    """All unused parameters, as ``GET /v1/leads?status``, for a person who starts the server or reads a document."""
    return [f"{key}?{name}" for key, operation in contract.operations.items() for name in idle(contract, operation)]
