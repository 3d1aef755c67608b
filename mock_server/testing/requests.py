"""What the code under test has asked for."""

from collections.abc import Mapping
from typing import Any

from mock_server.testing.control import Control
from mock_server.testing.pattern import pattern
from mock_server.testing.refused import Refused

Query = Mapping[str, Any]

_NOT_SO = 406


class Requests:
    """The requests that came with the workspace's key, one server's journal of them.

    A request is meant as ``GET /v1/leads`` or ``GET /v1/leads?limit=5``, or for any id as the operation
    ``GET /v1/leads/{leadId}`` or its operationId; ``query`` and ``body`` narrow it (a body may have more fields).
    What no document knows is refused, as nothing could be said of it; ``allow_unknown=True`` if that is what you mean.
    """

    def __init__(self, control: Control) -> None:
        self._control = control

    def all(self) -> list[Any]:
        """Every request that the journal holds, oldest first."""
        return list(self._control("GET", "/requests?limit=10000")["requests"][::-1])

    def find(
        self, request: str, *, query: Query | None = None, body: Any = None, allow_unknown: bool = False
    ) -> list[Any]:
        """Those that match, oldest first."""
        meant = self._pattern(request, query, body, allow_unknown=allow_unknown)
        return list(self._control("POST", "/requests/find", meant)["requests"])

    def count(self, request: str, *, query: Query | None = None, body: Any = None, allow_unknown: bool = False) -> int:
        """How many match."""
        meant = self._pattern(request, query, body, allow_unknown=allow_unknown)
        return int(self._control("POST", "/requests/count", meant)["count"])

    def assert_called(
        self,
        request: str,
        *,
        times: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
        query: Query | None = None,
        body: Any = None,
        allow_unknown: bool = False,
    ) -> None:
        """Raises AssertionError with the requests that came nearest. Without a number once is enough."""
        __tracebackhide__ = True
        least = 1 if at_least is None and times is None else at_least
        bounds = {"exactly": times, "atLeast": least, "atMost": at_most}
        meant = self._pattern(request, query, body, allow_unknown=allow_unknown)
        self._verify({"request": meant, **{name: number for name, number in bounds.items() if number is not None}})

    def assert_not_called(
        self, request: str, *, query: Query | None = None, body: Any = None, allow_unknown: bool = False
    ) -> None:
        """Raises AssertionError when one came that matches."""
        __tracebackhide__ = True
        meant = self._pattern(request, query, body, allow_unknown=allow_unknown)
        self._verify({"request": meant, "exactly": 0})

    def assert_order(self, *requests: str) -> None:
        """Each came after the one before it; others may stand between."""
        __tracebackhide__ = True
        self._verify({"inOrder": [self._pattern(request) for request in requests]})

    def assert_all_matched(self) -> None:
        """Every path was one of the contract's. Raises AssertionError with what was probably meant."""
        __tracebackhide__ = True
        lost = self._control("GET", "/requests/unmatched")["requests"]
        if lost:
            told = [f"{one['method']} {one['path']}: {'; '.join(one['explain'])}" for one in lost]
            raise AssertionError("\n".join(["requests that no operation answers:", *told]))

    def explain(self, id: str) -> str:
        """Why an answer is what it is: ``id`` is its header ``X-Mock-Request-Id``."""
        told = self._control("GET", f"/explain/{id}")
        return "\n".join([told["request"], *(f"  {one['step']}: {one['says']}" for one in told["steps"])])

    def _pattern(self, request: str, *narrowed: Any, allow_unknown: bool = False) -> dict[str, Any]:
        return pattern(self._control.url, request, *narrowed, allow_unknown=allow_unknown)

    def _verify(self, asked: Mapping[str, Any]) -> None:
        """Raises AssertionError for what is not so; Refused for a question that has no answer."""
        __tracebackhide__ = True
        try:
            self._control("POST", "/verify", asked)
        except Refused as refused:
            if refused.problem.get("status") != _NOT_SO:
                raise
            raise AssertionError(str(refused)) from None
