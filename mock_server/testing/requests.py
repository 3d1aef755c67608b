"""The requests that the code under test has sent."""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mock_server.testing.admin_client import AdminClient
from mock_server.testing.errors import Refused
from mock_server.testing.request_pattern import pattern

Query = Mapping[str, Any]

_NOT_SO = 406
_PLACES = MappingProxyType(
    {
        "path": "no operation has this path",
        "method": "this path has no such method",
        "query": "there is no query parameter {}",
        "filter": "query parameter {} names no field by which this list could be narrowed",
        "body": "there is no field {}",
    }
)
_OFF = "the journal is off, so this cannot be known: start the server with --journal-size"


class Requests:
    """The requests that came with the workspace's key, from the server's journal.

    A request is named as ``GET /v1/leads`` or ``GET /v1/leads?limit=5``, or for any id as the operation
    ``GET /v1/leads/{leadId}`` or its operationId; ``query`` and ``body`` narrow it (a body may have more fields).
    Names that no document has are refused, unless ``allow_unknown=True`` says that they are meant.
    """

    def __init__(self, control: AdminClient) -> None:
        self._control = control

    def all(self) -> list[Any]:
        """Every request in the journal, oldest first: at most ``--journal-size`` of them."""
        found = self._control("GET", "/requests?limit=10000")
        if found["requestJournalDisabled"]:
            raise Refused({"detail": _OFF})
        return list(found["requests"][::-1])

    def find(
        self, request: str, *, query: Query | None = None, body: Any = None, allow_unknown: bool = False
    ) -> list[Any]:
        """The matching requests, oldest first. Raises Refused if some may be missing."""
        meant = self._pattern(request, query, body, allow_unknown=allow_unknown)
        return list(_whole(self._control("POST", "/requests/find", meant))["requests"])

    def count(self, request: str, *, query: Query | None = None, body: Any = None, allow_unknown: bool = False) -> int:
        """The number of matching requests. Raises Refused if it cannot be known."""
        meant = self._pattern(request, query, body, allow_unknown=allow_unknown)
        return int(_whole(self._control("POST", "/requests/count", meant))["count"])

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
        """Check that a request was sent, ``times`` or at least once. Raises AssertionError with similar requests."""
        __tracebackhide__ = True
        least = 1 if at_least is None and times is None else at_least
        bounds = {"exactly": times, "atLeast": least, "atMost": at_most}
        meant = self._pattern(request, query, body, allow_unknown=allow_unknown)
        self._verify({"request": meant, **{name: number for name, number in bounds.items() if number is not None}})

    def assert_not_called(
        self, request: str, *, query: Query | None = None, body: Any = None, allow_unknown: bool = False
    ) -> None:
        """Check that no request matches. Raises AssertionError if one does."""
        __tracebackhide__ = True
        meant = self._pattern(request, query, body, allow_unknown=allow_unknown)
        self._verify({"request": meant, "exactly": 0})

    def assert_order(self, *requests: str) -> None:
        """Check that each request came after the one before it; others may be between."""
        __tracebackhide__ = True
        self._verify({"inOrder": [self._pattern(request) for request in requests]})

    def assert_all_matched(self) -> None:
        """Check that every path is in the contract. Raises AssertionError with what was probably meant."""
        __tracebackhide__ = True
        found = self._control("GET", "/requests/unmatched")
        findings = [f"{one['method']} {one['path']}: {'; '.join(one['explain'])}" for one in found["requests"]]
        _all_of("requests that no operation answers", findings, found)

    def assert_nothing_ignored(self) -> None:
        """Check that every path, parameter and field that was sent is documented and used here.

        Raises AssertionError with each that is not, and with what was probably meant.
        """
        __tracebackhide__ = True
        found = self._control("GET", "/requests?ignored=true&limit=10000")
        findings = [_overlooked(one, what) for one in found["requests"][::-1] for what in one["ignored"]]
        _all_of("what was sent and is ignored", findings, found)

    def explain(self, id: str) -> str:
        """Explain an answer step by step: ``id`` is its header ``X-Mock-Request-Id``."""
        explained = self._control("GET", f"/explain/{id}")
        return "\n".join([explained["request"], *(f"  {one['step']}: {one['says']}" for one in explained["steps"])])

    def _pattern(self, request: str, *narrowed: Any, allow_unknown: bool = False) -> dict[str, Any]:
        return pattern(self._control.url, request, *narrowed, allow_unknown=allow_unknown)

    def _verify(self, asked: Mapping[str, Any]) -> None:
        """Ask the server. Raises AssertionError if the answer is no, and Refused if it cannot be known."""
        __tracebackhide__ = True
        try:
            self._control("POST", "/verify", asked)
        except Refused as refused:
            if refused.problem.get("status") != _NOT_SO:
                raise
            raise AssertionError(str(refused)) from None


def _all_of(title: str, findings: list[str], found: Mapping[str, Any]) -> None:
    """Raises AssertionError with the lines, equal ones counted; Refused if the journal lacks requests."""
    __tracebackhide__ = True
    if findings:
        lines = [f"  {line}" + (f" ({count} times)" if count > 1 else "") for line, count in Counter(findings).items()]
        raise AssertionError("\n".join([f"{title}:", *lines]))
    _whole(found)


def _overlooked(request: Mapping[str, Any], what: Mapping[str, Any]) -> str:
    """Describe one ignored part in a line."""
    meant = f"; did you mean {what['didYouMean']} ?" if what["didYouMean"] else ""
    where = request["operation"] or f"{request['method']} {request['path']}"
    return f"{where}: {_PLACES[what['in']].format(what['name'])}{meant}"


def _whole(found: Any) -> Any:
    """The requests that a search found, if the journal lacks none. Raises Refused."""
    if found["requestJournalDisabled"]:
        raise Refused({"detail": _OFF})
    if "unknown" in found:
        raise Refused(found["unknown"])
    if found["dropped"]:
        what = f"the journal dropped {found['dropped']}: nothing can be said of all requests"
        raise Refused({"detail": f"{what}; give the server a larger --journal-size"})
    if "undecided" in found:
        what = "these are not kept whole, have masked secrets, or are too long to compare"
        raise Refused({"detail": f"{what}: {', '.join(found['undecided'])}"})
    return found
