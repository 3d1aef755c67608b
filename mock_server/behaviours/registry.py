"""A behaviour's input and output, and the table of those written by hand."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

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
    """``value`` is the answer's JSON; ``checked`` when all of it was rendered through validated views.

    ``status`` is one that the operation documents, None for its first success; ``explain`` goes to a header of ours.
    ``headers`` take the place of documented ones, an empty one only takes it away. ``lasting``: the same request gets
    the same answer as long as the records stay.
    """

    value: Any
    checked: bool = False
    explain: Sequence[str] = ()
    headers: Sequence[tuple[str, str]] = ()
    lasting: bool = True
    status: int | None = None


@dataclass(slots=True, kw_only=True)
class ActionContext:
    """Something that is done to one workspace, inside a transaction.

    ``now`` is the workspace's time as it goes out (``2026-03-04T05:06:07.089Z``), ``cause`` the id of the request or
    of the simulation.
    """

    contract: Contract
    tx: Transaction
    ids: Ids
    now: str
    cause: str

    def store(self, kind: str, id: Id, record: Record) -> Row:
        """Put a record, made valid for the document where its kind goes out."""
        family = self.contract.families.get(kind)
        whole = valid(family, record, lambda: self.chance(kind, id)) if family else record
        return self.tx.put(kind, id, whole)

    def new_id(self, kind: str) -> Id:
        """The id of the next record of ``kind`` that this workspace creates. Raises Conflict when there is none."""
        id = new_id(self.tx, self.ids, kind)
        if id is None:
            raise Conflict(f"the document's ids for {kind} are used up")
        return id

    def chance(self, *key: Id) -> Rng:
        """A stream of its own for what has to be made up; the same cause and key, the same values."""
        return rng(self.ids.seed, self.cause, *key)


@dataclass(slots=True, kw_only=True)
class OperationContext(ActionContext):
    """One validated request to one operation.

    ``path`` holds the path's values in order, ``query`` those given and the defaults of those that were not;
    ``address`` says where it was sent, without the query, which is ``query_text``. ``notes`` go to a header of ours.
    ``headers`` are those of the request that put a condition on it, where the document has such, and ``media_type`` is
    its Content-Type. ``binding`` is the
    operation's part in its family; only the behaviours of families may ask for it.
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
        """The values that a list is asked by: its query, and the fields of the body of a search."""
        return {**self.query, **self.body} if isinstance(self.body, dict) else self.query

    def fit(self, value: Any) -> Any:
        """``value`` in the shape of this operation's success."""
        return self.operation.success.fit(value, self.chance())

    def chance(self, *key: Id) -> Rng:
        """A stream of its own for what this operation has to make up; the same key, the same values."""
        return rng(self.ids.seed, self.operation.key, *key)

    def documented(self) -> OperationResult:
        """The answer as the document gives it: its first example, else a value made from the schema."""
        success = self.operation.success
        for example in success.examples.values():
            return OperationResult(example)
        return OperationResult(generate(success.schema, self.chance(*self.path)) if success.schema else None)


Behaviour = Callable[[OperationContext], OperationResult]

Reads = Callable[[Binding, Parameter], bool]

_BY_HAND: dict[str, Behaviour] = {}
_READS: dict[str, Reads] = {}


def behaviour(
    key: str, role: Role | None = None, needs: Iterable[str] = (), reads: Reads = lambda binding, parameter: False
) -> Callable[[Behaviour], Behaviour]:
    """Register a behaviour for the operation ``key``, in place of the inferred one.

    A served document may have something else at this path: another ``role`` in its family (one record where ours has
    a list), or a body without the fields that the behaviour ``needs``. Then the answer is the documented one.
    ``reads`` says of a query parameter of a list whether the behaviour looks at it.
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
    """The behaviour that was written for an operation; None when it is inferred."""
    return _BY_HAND.get(key)


def as_a_list_does(binding: Binding, parameter: Parameter) -> bool:
    """Tell whether the inferred list looks at a query parameter: for the page, or to narrow the list by a field."""
    known = (it.parameter for it in binding.filters.known)
    used = (*binding.paging.values(), *binding.sorting.parameters)
    return parameter in used or parameter.name in known


def idle(contract: Contract, operation: Operation) -> Sequence[str]:
    """The optional query parameters of a list that the document declares and nothing here looks at.

    What has to be sent with every request narrows nothing, whatever it is for.
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
    """All of them, as ``GET /v1/leads?status``, for a person who starts or looks at a document."""
    return [f"{key}?{name}" for key, operation in contract.operations.items() for name in idle(contract, operation)]
