"""Choose the server's HTTP parser: ours, or uvicorn's own if the installed uvicorn has changed inside.

Our parser is built on parts of uvicorn that are not documented, and the user's application decides which version is
installed. So each part is looked for. If one is missing, the server works without our parser and says what is lost.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol, runtime_checkable

log = logging.getLogger("mock_server")

try:
    from uvicorn.protocols.http import httptools_impl as uvicorns

    from mock_server.http_protocol.protocol import HttpProtocol as OurParser
except ImportError:
    uvicorns, OurParser = None, None  # type: ignore[assignment,misc]  # None says that uvicorn has no such parser here

NEEDED: Mapping[str, Sequence[str]] = {
    "HttpToolsProtocol": (
        *("_unset_keepalive_if_required", "app", "config", "connection_lost", "connection_made", "cycle"),
        *("eof_received", "flow", "headers", "loop", "on_body", "on_headers_complete", "on_message_begin"),
        *("on_message_complete", "on_response_complete", "parser", "pipeline", "scheme", "scope", "server_state"),
        *("shutdown", "transport", "url"),
    ),
    "RequestResponseCycle": (
        *("disconnected", "message_event", "more_body", "response_complete", "response_started", "scope"),
    ),
}
"""The members of uvicorn's classes that our parser uses, by class."""

LOST = (
    "what is not HTTP is answered in uvicorn's words and not in the API's; a request's head has no bound of ours; "
    "the host of a target that is a whole URL is not looked at; "
    "faults that break a connection cannot be made; a slow request is not refused when the server stops"
)


@runtime_checkable
class Stoppable(Protocol):
    """A connection whose request can be refused while the application works on it."""

    transport: asyncio.Transport

    def unanswered(self) -> object | None:
        """The request whose turn it is, as long as no byte of its answer was sent."""

    def cut_off(self) -> None:
        """Refuse that request and close the connection."""


def http_parser() -> type[asyncio.Protocol] | Literal["auto"]:
    """Our parser class; or ``auto``, which is uvicorn's choice, after a warning that says what is lost."""
    lacking = missing(uvicorns)
    if not lacking:
        return OurParser
    log.warning("this uvicorn has no %s, so its own parser is used: %s", ", ".join(lacking), LOST)
    return "auto"


def missing(parts: Any) -> list[str]:
    """The names that our parser needs and that ``parts``, a module of uvicorn, does not have."""
    if parts is None:
        return ["HttpToolsProtocol"]
    return [
        f"{owner}.{name}"
        for owner, names in NEEDED.items()
        for name in sorted(set(names) - set(_names(getattr(parts, owner, None))))
    ]


def _names(owner: Any) -> Iterable[str]:
    """The names of a class, and the names that its methods use: attributes of its instances are among them."""
    yield from dir(owner)
    for method in getattr(owner, "__dict__", {}).values():
        yield from getattr(getattr(method, "__code__", None), "co_names", ())
