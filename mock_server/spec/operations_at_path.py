"""Find the operations that a document has at a path."""

from collections.abc import Iterator, Mapping, Sequence

from mock_server.spec.bulk import is_bulk
from mock_server.spec.envelopes import list_wrapper
from mock_server.spec.operation import Operation
from mock_server.spec.resource_paths import ITEM, Place, ResourcePaths

_ACTIONS = frozenset({"action", "actions", "command", "commands", "operations"})
_MAX_IDS = 3  # parameters that name one record


class OperationsAtPath:
    """An index of operations by path, so that a large document is not searched for each of them."""

    def __init__(self, operations: Sequence[Operation], paths: ResourcePaths) -> None:
        self._by_place: dict[Place, dict[str, Operation]] = {}
        for operation in operations:
            self._by_place.setdefault(paths.places[operation.key], {}).setdefault(operation.method, operation)

    def at(self, place: Place) -> Mapping[str, Operation]:
        """The operations of a place, by method."""
        return self._by_place.get(place, {})

    def items(self, place: Place) -> Iterator[Operation]:
        """The operations on one record of the collection at a place."""
        for count in range(1, _MAX_IDS + 1):
            yield from self.at(Place(place.version, (*place.tokens, *[ITEM] * count))).values()

    def is_collection(self, place: Place) -> bool:
        """True if the path is a collection: it has items, or it has both a list and a POST."""
        if any(self.items(place)):
            return True
        here = self.at(place)
        return "POST" in here and "GET" in here and list_wrapper(here["GET"].success.schema) is not None

    def acted_on(self, place: Place) -> Place | None:
        """The record that an action at this place is done to: `/orders/{id}/cancel`, `/orders/{id}/actions/cancel`."""
        above = place.above()
        item = above.above() if above.tokens and above.tokens[-1].lower() in _ACTIONS else above
        return item if item.is_item and self.at(item) else None

    def bulk_of(self, place: Place) -> Place | None:
        """The collection of which an operation at this place changes several records at once."""
        above = place.above()
        if above.tokens and not above.is_item and is_bulk(place.tokens[-1]) and self.is_collection(above):
            return above
        return place if self.is_collection(place) else None
