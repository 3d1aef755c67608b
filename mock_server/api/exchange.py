"""One request and its answer, as they are told in the journal, in our headers and in the log."""

from collections.abc import Mapping
from typing import Any

from mock_server.spec.operation import Operation
from mock_server.workspace import Workspace
from mock_server.world.clock import Stopwatch

Scope = Mapping[str, Any]


class Exchange:
    """Opened by the journal, filled by whoever handles the request; ``key`` is a digest, never the key itself."""

    __slots__ = ("explain", "id", "key", "method", "operation", "path", "query", "status", "stopwatch", "workspace")

    def __init__(self, id: str, scope: Scope) -> None:
        self.id = id
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        self.stopwatch = Stopwatch()
        self.workspace: Workspace | None = None
        self.key = ""
        self.operation: Operation | None = None
        self.status = 0
        self.explain: list[str] = []
