"""Which operation a method and a path mean: one table, made at start; static paths before templated ones.

Segments are compared decoded, and told apart before: an encoded slash stays in its segment. A request is looked up
once, when its exchange is opened, and carries its ``Route`` from there.
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from string import printable
from typing import NamedTuple
from urllib.parse import quote

from mock_server.errors import MethodNotAllowed, NotFound
from mock_server.spec.operation import Operation
from mock_server.spec.path_template import BLANK, SegmentTemplate, decoded

Methods = dict[str, Operation]

_MAX_KNOWN = 1_000  # routes that are found without a walk: clients ask for the same few over and over
_MAX_KNOWN_PATH_BYTES = 500  # bytes of a path


class Route(NamedTuple):
    """The result of routing one request.

    ``operation`` is None where no operation has its path and method. ``texts`` are the path's parameters in order,
    still percent-encoded. ``methods`` are the methods that the path has, with HEAD where it is answered as GET.
    """

    operation: Operation | None
    texts: Sequence[str]
    methods: Sequence[str]


NOWHERE = Route(None, (), ())
"""The route of a path that the contract does not have."""


class _Branch:
    """One level of the table: by the next segment's text, by a part of it, by any text, and what ends here."""

    __slots__ = ("any", "ends", "named", "partial")

    def __init__(self) -> None:
        self.named: dict[str, _Branch] = {}
        self.partial: list[tuple[SegmentTemplate, _Branch]] = []
        self.any: _Branch | None = None
        self.ends: Methods = {}

    def down(self, segment: str) -> "_Branch":
        if segment == BLANK:
            self.any = self.any or _Branch()
            return self.any
        if BLANK not in segment:
            return self.named.setdefault(decoded(segment), _Branch())
        for template, branch in self.partial:
            if template.text == segment:
                return branch
        made = _Branch()
        self.partial.append((SegmentTemplate(segment), made))
        self.partial.sort(key=lambda pair: pair[0].order)
        return made

    def find(self, segments: Sequence[str], index: int, values: list[str]) -> Methods | None:
        if index == len(segments):
            return self.ends or None
        segment = segments[index]
        named = self.named.get(decoded(segment) if "%" in segment else segment)
        found = named.find(segments, index + 1, values) if named else None
        for template, branch in self.partial if found is None else ():
            texts = template.values(segment)
            found = branch._within(texts, segments, index, values) if texts else None
            if found is not None:
                break
        if found is None and self.any is not None and segment:
            found = self.any._within((segment,), segments, index, values)
        return found

    def _within(self, texts: Sequence[str], segments: Sequence[str], index: int, values: list[str]) -> Methods | None:
        """Go on below a segment that gave ``texts``, which are forgotten where the path ends nowhere."""
        before = len(values)
        values += texts
        found = self.find(segments, index + 1, values)
        if found is None:
            del values[before:]
        return found


class Router:
    """Finds operations by method and path as they came, still percent-encoded."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Branch()
        self._paths: list[str] = []
        self._known: dict[tuple[str, bytes], Route] = {}
        for operation in operations:
            branch = self._root
            for segment in operation.segments:
                branch = branch.down(segment)
            branch.ends.setdefault(operation.method, operation)
            self._paths.append(operation.path)

    def route(self, method: str, raw_path: bytes) -> Route:
        """The route of a request, by its method and its path as it came."""
        found = self._known.get((method, raw_path))
        if found is None:
            found = self._walked(method, raw_path.decode("latin-1"))
            if found.operation is not None and len(raw_path) <= _MAX_KNOWN_PATH_BYTES:
                if len(self._known) >= _MAX_KNOWN:
                    self._known.clear()
                self._known[method, raw_path] = found
        return found

    def match(self, method: str, path: str) -> tuple[Operation, Sequence[str]]:
        """The operation, and the texts of the path's parameters. Raises as ``refusal`` says."""
        route = self._walked(method, path)
        if route.operation is None:
            raise self.refusal(route, path)
        return route.operation, route.texts

    def refusal(self, route: Route, path: str) -> NotFound | MethodNotAllowed:
        """The error of a route without an operation: it names the nearest path, or the methods that there are."""
        if not route.methods:
            return NotFound(*self._near(path))
        return MethodNotAllowed(route.methods, f"this path has {', '.join(sorted(route.methods))}")

    def methods(self, path: str) -> Sequence[str]:
        """The methods of a path, none where there is no such path."""
        return list(self._root.find(_segments(path), 0, []) or ())

    def _walked(self, method: str, path: str) -> Route:
        values: list[str] = []
        methods = self._root.find(_segments(path), 0, values)
        if methods is None:
            return NOWHERE
        head = methods.get("HEAD") or _read_by_head(methods.get("GET"))
        operation = head if method == "HEAD" else methods.get(method)
        return Route(operation, values, tuple(methods.keys() | ({"HEAD"} if head else ())))

    def _near(self, path: str) -> list[str]:
        near = get_close_matches(path[:200], self._paths, 1, 0.6)
        return [f"no such path; did you mean {near[0]} ?"] if near else ["no such path; see /openapi"]


def _read_by_head(operation: Operation | None) -> Operation | None:
    """The GET that a HEAD without a word in the document stands for (RFC 9110, 9.3.2; gap ``head-method``)."""
    return operation if operation and operation.document.root.get("x-head-method") != "405" else None


def _segments(path: str) -> Sequence[str]:
    """The segments of a path; bytes that a client should have percent-encoded are, as some tools send them bare."""
    if not path.isascii():
        path = quote(path.encode("latin-1", "replace"), safe=printable)
    return path.split("/")[1:]
