"""The receiver's own calls into the mock, as the journal of its workspace has them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol
from urllib.parse import unquote

_OWN_PATHS = "/api/webhooks/"
_WRITES = ("POST", "PUT", "PATCH", "DELETE")
_PAGE = 200


class Call(Protocol):
    """A way to call the mock."""

    def __call__(self, method: str, path: str, body: Any = None, /) -> Any:
        """Call a route and return its JSON; raise an exception for a refusal."""


@dataclass(frozen=True, slots=True)
class ReceiverCall:
    """A write of the receiver into the mock that was accepted."""

    method: str
    text: str
    operation: str = ""

    def mentions(self, texts: Sequence[str]) -> bool:
        """Tell whether the URL or the body holds one of these texts."""
        return any(text in self.text for text in texts)


class ReceiverCalls:
    """Reads the journal; every request in it is the receiver's, because the check goes through the control plane."""

    def __init__(self, control: Call) -> None:
        self._control = control

    def newest_request(self) -> int:
        """The number of the newest request in the journal."""
        found = self._control("GET", "/requests?limit=1")["requests"]
        return _number(found[0]) if found else 0

    def calls_since(self, number: int) -> list[ReceiverCall]:
        """The accepted writes of the receiver after a request, oldest first."""
        found = [entry for entry in self._journal(number) if _is_write(entry)]
        return [ReceiverCall(entry["method"], _text(entry), entry.get("operation") or "") for entry in found[::-1]]

    def answered(self, number: int, status: int) -> bool:
        """Tell whether a call of the receiver after a request was answered with a status."""
        return any(entry["status"] == status for entry in self._journal(number))

    def _journal(self, number: int) -> Iterator[Mapping[str, Any]]:
        """The entries after a request, newest first."""
        for offset in count(0, _PAGE):
            page = self._control("GET", f"/requests?limit={_PAGE}&offset={offset}")["requests"]
            for entry in page:
                if _number(entry) <= number:
                    return
                yield entry
            if len(page) < _PAGE:
                return


def _number(entry: Mapping[str, Any]) -> int:
    """The place of a request in the order of arrival: its id is ``req_7``."""
    return int(str(entry["id"]).rpartition("_")[2])


def _is_write(entry: Mapping[str, Any]) -> bool:
    accepted = isinstance(entry["status"], int) and 200 <= entry["status"] < 300
    return accepted and entry["method"] in _WRITES and not entry["path"].startswith(_OWN_PATHS)


def _text(entry: Mapping[str, Any]) -> str:
    request = entry["request"]
    body = request.get("body")
    said = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return f"{entry['method']} {unquote(str(request['url']))} {said}"
