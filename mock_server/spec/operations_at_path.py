"""Which operations a document has at a path."""

from collections.abc import Mapping, Sequence

from mock_server.spec.envelopes import list_wrapper
from mock_server.spec.operation import Operation


class OperationsAtPath:
    """The operations by path, so that a large document is not walked once for each of them."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._by_path: dict[tuple[str, ...], dict[str, Operation]] = {}
        for operation in operations:
            self._by_path.setdefault(tuple(operation.segments), {}).setdefault(operation.method, operation)

    def at(self, path: Sequence[str]) -> Mapping[str, Operation]:
        """The operations of a path, by method."""
        return self._by_path.get(tuple(path), {})

    def is_collection(self, path: Sequence[str]) -> bool:
        """True when records live below the path: it has items, or it is both listed and posted to."""
        if self.at((*path, "{}")):
            return True
        here = self.at(path)
        return "POST" in here and "GET" in here and list_wrapper(here["GET"].success.schema) is not None
