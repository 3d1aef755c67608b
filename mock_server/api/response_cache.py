"""Answers that hold as long as the state that they were made of: the very same GET costs a look-up then.

A state has another version after each change, and the version is part of the key: nothing outlives a change, and no
workspace sees another's. Keys, limits, faults, overrides, the journal and coverage come before: they see every request.
"""

from collections.abc import Hashable

from mock_server.api.exchange import Exchange
from mock_server.api.response import PreparedResponse
from mock_server.spec.operation import Operation
from mock_server.store.state import WorkspaceState

MAX_ANSWERS = 1_000
"""Answers that are kept, of all workspaces; the oldest makes room."""
MAX_TOTAL_BYTES = 16 * 1024 * 1024
"""Bytes of all answers that are kept."""
MAX_ANSWER_BYTES = 64 * 1024
"""Bytes of an answer that is kept."""
_MAX_KEY_BYTES = 1024  # bytes of path, query and Accept


class ResponseCache:
    """The answers to the GETs of one server. Path, query, Accept and records make them: no such behaviour looks at the
    clock."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, PreparedResponse] = {}
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def recall(self, state: WorkspaceState, exchange: Exchange) -> PreparedResponse | None:
        """The answer that this request got before; None when it must be answered again."""
        if exchange.plain_method != "GET":
            return None
        found = self._kept.get((state.version, exchange.target, exchange.named.get(b"accept")))
        return None if found is None or b"prefer" in exchange.named else found

    def remember(self, state: WorkspaceState, exchange: Exchange, answer: PreparedResponse) -> None:
        """Keep the answer to a request to a ``repeatable`` operation, unless it or its target is very long."""
        accept, target = exchange.named.get(b"accept"), exchange.target
        length = sum(map(len, target)) + len(accept or b"")
        if exchange.plain_method != "GET" or len(answer.body) > MAX_ANSWER_BYTES or length > _MAX_KEY_BYTES:
            return
        key = (state.version, target, accept)
        self._forget(key)
        self._kept[key] = answer
        self.bytes += len(answer.body)
        while len(self._kept) > MAX_ANSWERS or self.bytes > MAX_TOTAL_BYTES:
            self._forget(next(iter(self._kept)))

    def clear(self) -> None:
        """Forget all of them."""
        self._kept.clear()
        self.bytes = 0

    def _forget(self, key: Hashable) -> None:
        known = self._kept.pop(key, None)
        if known is not None:
            self.bytes -= len(known.body)


def repeatable(operation: Operation) -> bool:
    """Tell whether path and query are all that an operation reads of a request."""
    return operation.method == "GET" and not operation.bodies and operation.locations <= {"path", "query"}
