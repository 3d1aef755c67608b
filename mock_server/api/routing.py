"""Which operation a method and a path mean: one table, made at start; static paths before templated ones."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from mock_server.errors import MethodNotAllowed, NotFound
from mock_server.spec.operation import Operation

Methods = dict[str, Operation]


class _Branch:
    """One level of the table: by the next segment's text, by any text, and the operations that end here."""

    __slots__ = ("any", "ends", "named")

    def __init__(self) -> None:
        self.named: dict[str, _Branch] = {}
        self.any: _Branch | None = None
        self.ends: Methods = {}

    def down(self, segment: str) -> "_Branch":
        if segment == "{}":
            self.any = self.any or _Branch()
            return self.any
        return self.named.setdefault(segment, _Branch())

    def find(self, segments: Sequence[str], index: int, values: list[str]) -> Methods | None:
        if index == len(segments):
            return self.ends or None
        segment = segments[index]
        named = self.named.get(segment)
        found = named.find(segments, index + 1, values) if named else None
        if found is None and self.any is not None and segment:
            values.append(segment)
            found = self.any.find(segments, index + 1, values)
            if found is None:
                values.pop()
        return found


class Router:
    """Finds operations. Paths are compared as they came, segment by segment, before any percent-decoding."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Branch()
        self._paths: list[str] = []
        for operation in operations:
            branch = self._root
            for segment in operation.segments:
                branch = branch.down(segment)
            branch.ends[operation.method] = operation
            self._paths.append(operation.path)

    def match(self, method: str, path: str) -> tuple[Operation, list[str]]:
        """The operation, and the texts of the path's parameters in order.

        Raises NotFound with the nearest path, and MethodNotAllowed with the methods there are.
        """
        values: list[str] = []
        methods = self._root.find(path.split("/")[1:], 0, values)
        if methods is None:
            raise NotFound(*self._near(path))
        operation = methods.get(method)
        if operation is None:
            raise MethodNotAllowed(methods, f"this path has {', '.join(sorted(methods))}")
        return operation, values

    def methods(self, path: str) -> Sequence[str]:
        """The methods of a path, none where there is no such path."""
        return list(self._root.find(path.split("/")[1:], 0, []) or ())

    def _near(self, path: str) -> list[str]:
        near = get_close_matches(path[:200], self._paths, 1, 0.6)
        return [f"no such path; did you mean {near[0]} ?"] if near else ["no such path; see /openapi"]
