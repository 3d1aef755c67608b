"""Answers that hold as long as the state that they were made of: the very same GET costs a look-up then.

They are kept with the state itself (``WorkspaceState.derived``), so nothing can outlive a change, and no workspace sees
another's. Keys, limits, faults, overrides, the journal and coverage come before: they see every request.
"""

from typing import NamedTuple

from starlette.types import Scope

from mock_server.api.response import PreparedResponse
from mock_server.spec.operation import Operation
from mock_server.store.state import WorkspaceState

MOST = 256
"""Answers that are kept for a state."""
LARGEST = 64 * 1024
"""Bytes of an answer that is kept."""
_LONGEST = 1024  # bytes of path and query


class ResponseCache(NamedTuple):
    """The operation and the answer of a request that was made before."""

    operation: Operation
    answer: PreparedResponse


def accept(scope: Scope) -> str | None:
    """The Accept header of a request, all of them in one text; None where there is none."""
    found: bytes | None = None
    for name, value in scope["headers"]:
        if name == b"accept":
            found = value if found is None else found + b"," + value
    return None if found is None else found.decode("latin-1")


def recall(image: WorkspaceState, scope: Scope) -> ResponseCache | None:
    """The answer that was given to this request before; None where it has to be answered anew."""
    if scope["method"] != "GET":
        return None
    found: ResponseCache | None = image.derived.get((scope["raw_path"], scope["query_string"], accept(scope)))
    return None if found is None or b"prefer" in dict(scope["headers"]) else found


def remember(image: WorkspaceState, scope: Scope, operation: Operation, answer: PreparedResponse) -> None:
    """Path, query, Accept and records make the answer to a GET: no such behaviour looks at the clock."""
    size = len(scope["raw_path"]) + len(scope["query_string"]) + len(accept(scope) or "")
    if operation.method != "GET" or operation.bodies or not operation.locations <= {"path", "query"}:
        return
    if len(answer.body) <= LARGEST and size <= _LONGEST:
        if len(image.derived) >= MOST:
            image.derived.clear()
        image.derived[scope["raw_path"], scope["query_string"], accept(scope)] = ResponseCache(operation, answer)
