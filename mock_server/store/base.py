"""The interface of the store: the rows it keeps, and the methods an engine must have to make them last.

The state of a workspace lives in memory (``state``), because an answer must cost microseconds; an engine is a ``Log``
that makes each transaction last before it is acknowledged, and no behaviour knows which one.

A log keeps *layers*: one without a parent holds a whole state, another what was changed since its parent. A workspace
writes into a layer of its own. What it started from (a world, a snapshot) is a layer that nobody writes to any more,
and that many may start from, so a reset, a restore and a fork cost the same, whatever they hold.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol, TypeVar

from mock_server.errors import StateError, StorageUnavailable

Id = str | int
LayerId = int
Record = Mapping[str, Any]
T = TypeVar("T")

ARRIVAL = "arrival"
"""The counter that orders records of one creation time."""


class Row:
    """A record at one moment: never changed, only replaced."""

    __slots__ = ("id", "key", "record")

    def __init__(self, id: Id, key: tuple[str, int], record: Record) -> None:
        self.id = id
        self.key = key
        self.record = record

    def values(self, names: Sequence[str]) -> list[Any]:
        """The values of some members, None for each that the record does not have."""
        return [self.record.get(name) for name in names]


class Change(NamedTuple):
    """One record written (``row``) or removed (None) by a transaction; ``before`` is what there was, if anything."""

    kind: str
    id: Id
    row: Row | None
    before: Row | None = None


class LoggedTransaction(NamedTuple):
    """One transaction of a workspace as a log stores it: its changes, and the changed counters."""

    workspace: str
    changes: Sequence[Change]
    counters: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer that a log returns. ``facts`` exist only without a parent: they say from what the state was made."""

    id: LayerId
    parent: "Layer | None" = None
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    removed: Mapping[str, Sequence[Id]] = field(default_factory=dict)
    counters: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def root(self) -> "Layer":
        """The layer at the bottom, which has no parent."""
        layer = self
        while layer.parent is not None:
            layer = layer.parent
        return layer


class SavedSnapshot(NamedTuple):
    """A snapshot that a log returns."""

    facts: Mapping[str, Any]
    layer: Layer


@dataclass(frozen=True, slots=True)
class SavedWorkspace:
    """A workspace that a log returns: its ``facts`` (seed, keys, …), its state, and its snapshots by name."""

    id: str
    facts: Mapping[str, Any]
    layer: Layer
    snapshots: Mapping[str, SavedSnapshot] = field(default_factory=dict)


Slices = Generator[None, None, T]
"""Long work in short pieces, as a generator that returns the result."""


def at_once(slices: Slices[T]) -> T:
    """Do all pieces now and return the result."""
    while True:
        try:
            next(slices)
        except StopIteration as end:
            result: T = end.value
            return result


@contextmanager
def refusing() -> Iterator[None]:
    """Turn an error of the store into the answer 503: during a request it must not end the server."""
    try:
        yield
    except StateError as fault:
        raise unavailable(fault) from None


def unavailable(fault: StateError) -> StorageUnavailable:
    """The answer 503 for an error of the store."""
    return StorageUnavailable(*map(str, fault.problems))


class Log(Protocol):
    """Stores transactions. A method that returns has done its work; one that raises StateError has done nothing."""

    name: str
    """The name of the storage in messages."""
    commits_in_thread: bool
    """True if a commit waits for another program (a database server): then it must not block other requests."""
    lost: Callable[[StateError], None]
    """A function that is called once when nothing can be stored any more, because somebody else has the storage."""

    @property
    def is_busy(self) -> bool:
        """True while the log reorganizes its file: a commit that can wait should come a moment later."""

    def load(self) -> Iterator[SavedWorkspace]:
        """Load every stored workspace. Equal layers are the same object."""

    def keep(
        self, rows: Mapping[str, Sequence[Row]], counters: Mapping[str, int], facts: Mapping[str, Any]
    ) -> Slices[LayerId]:
        """Store a whole state as a layer. It stays until ``release``, and while something stands on it."""

    def hold(self, layer: LayerId) -> None:
        """Keep this layer until ``release``, because something may start from it."""

    def release(self, layer: LayerId) -> None:
        """Take back one ``hold``, or the one that ``keep`` began with."""

    def begin(
        self,
        workspace: str,
        facts: Mapping[str, Any],
        layer: LayerId,
        changes: Iterable[Change] = (),
        counters: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """Store a workspace that is this layer with these changes; one with the same id is replaced."""

    def describe(self, workspace: str, facts: Mapping[str, Any]) -> None:
        """Replace the facts of a stored workspace; its records stay."""

    def commit_all(self, transactions: Sequence[LoggedTransaction]) -> None:
        """Store these transactions in this order with one commit: all of them, or none."""

    def save(self, workspace: str, name: str, facts: Mapping[str, Any], layer: LayerId | None = None) -> LayerId:
        """Store a snapshot of this layer, or of the workspace as it is; one with the same name is replaced."""

    def seal(self, workspace: str) -> LayerId:
        """Make a layer of the workspace as it is; it stays until ``release``."""

    def forget(self, workspace: str, name: str) -> None:
        """Forget a snapshot."""

    def remove(self, workspace: str) -> None:
        """Forget a workspace and its snapshots."""

    def tidy(self) -> bool:
        """Remove a few unreachable rows; return whether there may be more."""

    def close(self) -> None:
        """Let go of the file or connection."""


class NoLog:
    """Keeps nothing: the default, state in memory."""

    name = "state"
    commits_in_thread = is_busy = False

    def __init__(self) -> None:
        self.lost: Callable[[StateError], None] = lambda fault: None

    def load(self) -> Iterator[SavedWorkspace]:
        """Nothing was ever saved."""
        return iter(())

    def keep(
        self, rows: Mapping[str, Sequence[Row]], counters: Mapping[str, int], facts: Mapping[str, Any]
    ) -> Slices[LayerId]:
        """Keep nothing; every layer has the number 0."""
        yield from ()
        return 0

    def hold(self, layer: LayerId) -> None:
        """Do nothing: there are no layers."""

    def release(self, layer: LayerId) -> None:
        """Do nothing: there are no layers."""

    def begin(
        self,
        workspace: str,
        facts: Mapping[str, Any],
        layer: LayerId,
        changes: Iterable[Change] = (),
        counters: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """Do nothing: a workspace lives in memory only."""

    def describe(self, workspace: str, facts: Mapping[str, Any]) -> None:
        """Do nothing: facts live in memory only."""

    def commit_all(self, transactions: Sequence[LoggedTransaction]) -> None:
        """Do nothing: transactions live in memory only."""

    def save(self, workspace: str, name: str, facts: Mapping[str, Any], layer: LayerId | None = None) -> LayerId:
        """Do nothing: a snapshot lives in memory only."""
        return 0

    def seal(self, workspace: str) -> LayerId:
        """Do nothing: there are no layers."""
        return 0

    def forget(self, workspace: str, name: str) -> None:
        """Do nothing: no snapshot was saved."""

    def remove(self, workspace: str) -> None:
        """Do nothing: no workspace was saved."""

    def tidy(self) -> bool:
        """Return False: there is never anything left to tidy."""
        return False

    def close(self) -> None:
        """Do nothing: no file is open."""
