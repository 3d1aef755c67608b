"""The evidence of how a client uses an API: its requests by operation, and the fields that it reads of the answers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.changes.comparison import UsedPlaces
from mock_server.support.json_pointer import escape

ANYTHING: Any = ...
"""A value that was sent and is not known."""
_MAX_DEPTH = 60


@dataclass(frozen=True)
class UsedRequest:
    """One request of a client, or several that are alike.

    ``sent`` has the values by place: ``query limit``, ``body /email``; ``*`` stands for every index. ``lacking`` has
    places that some of the requests did not have; a whole request lacks everything that it did not send.
    """

    operation: str
    statuses: tuple[int, ...] = ()
    test: str = ""
    count: int = 1
    sent: Mapping[str, list[Any]] = field(default_factory=dict)
    lacking: frozenset[str] = frozenset()
    whole: bool = True
    """True if everything that was sent is in ``sent``."""
    read: frozenset[str] | None = None
    """The pointers that were read of the answer; None if nobody knows."""
    opaque: tuple[str, ...] = ()
    """Pointers below which anything may have been read."""
    bent: bool = False
    """True if a fault or a stub of the test answered: it shows that the client calls the operation, and no more."""

    def lacks(self, place: str) -> bool | None:
        """Tell whether a request was sent without the part at a place; None if it is not known."""
        if place in self.lacking:
            return True
        if place in self.sent:
            return False
        above = place.rpartition("/")[0]
        if place.startswith("body /") and above != "body " and above not in self.sent:
            return False if self.whole else None  # the object that would hold it was not sent
        return True if self.whole or not place.startswith("body /") or above == "body " else None

    def reads(self, pointer: str) -> bool | None:
        """Tell whether a field of the answer was read; None if it is not known."""
        if self.read is None:
            return None
        if pointer in self.read:
            return True
        below_opaque = any(not top or pointer == top or pointer.startswith(f"{top}/") for top in self.opaque)
        return None if below_opaque else False


class ClientUse:
    """All that is known of a client. ``sources`` says where it comes from."""

    def __init__(self, requests: Iterable[UsedRequest], sources: str, notes: Iterable[str] = ()) -> None:
        self.by_operation: dict[str, list[UsedRequest]] = defaultdict(list)
        self.sources, self.notes = sources, list(notes)
        for request in requests:
            self.by_operation[request.operation].append(request)

    @property
    def requests(self) -> list[UsedRequest]:
        """Every request of a known operation."""
        return [request for some in self.by_operation.values() for request in some]

    def describe(self) -> str:
        """Say in a few words what is known."""
        count = sum(request.count for request in self.requests)
        tests = len({request.test for request in self.requests} - {""})
        reads = sum(request.count for request in self.requests if request.read is not None)
        by = f" by {tests} tests" if tests else ""
        known = "what was read of the answers is known" if reads else "what was read of the answers is not known"
        if 0 < reads < count:
            known = f"what was read of {reads} answers is known"
        return f"{count} requests{by} to {len(self.by_operation)} operations, {known} ({self.sources})"

    def places(self) -> UsedPlaces:
        """The places in bodies that the client uses, by operation and body."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for request in self.requests:
            bodies = (place.removeprefix("body ") for place in request.sent if place.startswith("body "))
            found[request.operation, "body"].update(bodies)
            for status in request.statuses:
                found[request.operation, str(status)].update(request.read or ())
        return found


def sent_in_body(value: Any, pointer: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Every place in a JSON body with its value."""
    yield f"body {pointer}".rstrip(), value
    if depth < _MAX_DEPTH and isinstance(value, Mapping):
        for name, part in value.items():
            yield from sent_in_body(part, f"{pointer}/{escape(name)}", depth + 1)
    elif depth < _MAX_DEPTH and isinstance(value, list):
        for part in value:
            yield from sent_in_body(part, f"{pointer}/*", depth + 1)
