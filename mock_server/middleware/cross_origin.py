"""Which web pages may call the emulated API: what a browser asks before it sends, or shows, what a page wants (CORS).

Pages that this machine serves to itself may, as those of a development server; others where ``--allow-origin`` names
them. Pages of other sites read nothing. Below ``/__admin`` none does: its own door refuses pages.
"""

import logging
import re
from collections.abc import Iterable, Mapping, Sequence

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.api.exchange import EXCHANGE, Exchange
from mock_server.api.response import Header, explained, headers_for
from mock_server.api.routing import Router
from mock_server.config.settings import Settings
from mock_server.support.redaction import Redactor
from mock_server.support.text import shorten
from mock_server.support.web_origin import allowed_origin, is_of_this_machine, web_origin
from mock_server.support.wire_texts import named_fields

log = logging.getLogger("mock_server")

SHARED = "mock.shared"
"""The place in a request's scope of the headers that let a page read the answer, for code that writes past HTTP."""

_CONTROL_PLANE = "/__admin"
_LASTS = 600  # seconds that a browser need not ask again
_MAX_KNOWN = 64  # origins that are warned of, once each
_PREFIX = b"access-control-"
_ASKED = "Access-Control-Request-Method, Access-Control-Request-Headers, Access-Control-Request-Private-Network"
# What a page may send, and what it may read, whether an answer has it or not; browsers let some more through anyway.
_TAKEN = ("Authorization", "Content-Type", "Prefer")
_SHOWN = (
    *("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After", "Allow", "Preference-Applied"),
    *("X-Mock-Evolve", "X-Mock-Explain", "X-Mock-Fault", "X-Mock-Mapping", "X-Mock-Request-Id"),
)
_SHOWN_ANYWAY = frozenset(
    {
        *(b"cache-control", b"content-language", b"content-length", b"content-type", b"expires", b"last-modified"),
        *(b"pragma", b"vary", b"set-cookie", *(name.lower().encode() for name in _SHOWN)),
    }
)
_NAMES = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}(?:[ \t]*,[ \t]*[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}){0,49}")


class CrossOrigin:
    """Answers what a browser asks beforehand, and lets the page read the answer to what it sends, errors included.

    A request without an ``Origin`` is of no page and goes on as it came.
    """

    def __init__(self, app: ASGIApp, router: Router, settings: Settings, redactor: Redactor) -> None:
        self._app = app
        self._router = router
        self._redactor = redactor
        self._ours = settings.mock_headers
        self._open = settings.cors
        self._allowed = frozenset(map(allowed_origin, settings.allow_origin))
        self._warned: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight, or let the page read the answer of a request."""
        if scope["type"] == "http" and b"origin" in named_fields(scope):
            await self._of_page(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _of_page(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(_CONTROL_PLANE):
            await self._app(scope, receive, send)
            return
        headers: Mapping[bytes, bytes] = dict(scope["headers"])
        origin, refusal = self._judged([value for name, value in scope["headers"] if name == b"origin"])
        if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            await (self._refuse(refusal, send) if refusal else self._invite(scope, headers, origin, send))
            return
        if not refusal:
            scope[SHARED] = [(b"access-control-allow-origin", origin), (b"vary", b"Origin")]
        why = self._said(refusal) if refusal else ""
        await self._app(scope, receive, _sharing(scope, send, why if self._ours else ""))

    def _said(self, refusal: str) -> str:
        """The refusal as it may be shown, which the terminal shows once."""
        why = self._redactor.redact(shorten(refusal, 300))
        if why not in self._warned and len(self._warned) < _MAX_KNOWN:
            self._warned.add(why)
            log.warning("%s", why)
        return why

    def _judged(self, origins: Sequence[bytes]) -> tuple[bytes, str]:
        """The origin as it was sent, and why its pages are not let in, if they are not."""
        text = origins[0].decode("latin-1")
        if not self._open:
            return origins[0], "web pages are not let in: the server runs with --no-cors"
        if text == "null":
            return origins[
                0
            ], "a page without an origin (a file, a sandboxed frame) is not let in: serve it from http://localhost"
        try:
            origin = web_origin(text) if len(origins) == 1 else ""
        except ValueError:
            origin = ""
        if not origin:
            return origins[0], "the header Origin is not one origin, as http://localhost:5173"
        if origin in self._allowed or is_of_this_machine(origin):
            return origins[0], ""
        return origins[0], f"a page of {origin} is not let in: start the server with --allow-origin {origin}"

    async def _refuse(self, refusal: str, send: Send) -> None:
        """Say why, where the developer looks: in the answer that the browser's tools show, and on the terminal."""
        why = self._said(refusal)
        body = orjson.dumps({"success": False, "message": why, "error": {"status": 403, "message": why}})
        headers = [*headers_for(body), (b"vary", b"Origin"), *([explained([why])] if self._ours else [])]
        await send({"type": "http.response.start", "status": 403, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _invite(self, scope: Scope, headers: Mapping[bytes, bytes], origin: bytes, send: Send) -> None:
        """Allow every method of the path, and the one asked for, so that a page sees its 404 or 405."""
        asked = headers[b"access-control-request-method"].decode("latin-1")
        methods = {*self._router.methods(scope["raw_path"].decode("latin-1")), *_names(asked)}
        wanted = _names(headers.get(b"access-control-request-headers", b"").decode("latin-1"))
        known = {name.lower() for name in _TAKEN}
        names = [*_TAKEN, *(name for name in wanted if name.lower() not in known)]
        answer = {
            "access-control-allow-methods": ", ".join(sorted(methods)),
            "access-control-allow-headers": ", ".join(names),
            "access-control-max-age": str(_LASTS),
            "vary": f"Origin, {_ASKED}",
        }
        if headers.get(b"access-control-request-private-network") == b"true":
            answer["access-control-allow-private-network"] = "true"
        sent = [(b"access-control-allow-origin", origin)]
        sent += [(name.encode(), value.encode()) for name, value in answer.items()]
        await send({"type": "http.response.start", "status": 204, "headers": sent})
        await send({"type": "http.response.body", "body": b""})


def _names(text: str) -> Sequence[str]:
    """The names of a list in a header; none where it is no such list, or a very long one."""
    return re.split(r"[ \t]*,[ \t]*", text) if _NAMES.fullmatch(text) else ()


def _sharing(scope: Scope, send: Send, refusal: str) -> Send:
    """The answer with the headers that let the page read it; or with none where the page may not, and with why."""

    async def shared(message: Message) -> None:
        if message["type"] == "http.response.start":
            exchange: Exchange | None = scope.get(EXCHANGE)
            headers = _shared(message["headers"], scope.get(SHARED, ()), by_rule=_is_by_rule(exchange))
            if refusal and all(name != b"access-control-allow-origin" for name, _ in headers):  # a stub may say so
                headers = _explaining(headers, refusal)
            message = {**message, "headers": headers}
            if exchange is not None:
                exchange.answered = headers
        await send(message)

    return shared


def _explaining(headers: Sequence[Header], refusal: str) -> list[Header]:
    """The page cannot read this, but the developer's tools show it: beside what the answer says of itself."""
    name, why = explained([refusal])
    said = [value for field, value in headers if field == name]
    return [*(field for field in headers if field[0] != name), (name, b"; ".join([*said, why]))]


def _is_by_rule(exchange: Exchange | None) -> bool:
    """Tell whether a stub or a fault made the answer.

    Whoever adds one has the control plane, and may say what a page reads.
    """
    return exchange is not None and bool(exchange.mapping or exchange.fault)


def _shared(headers: Iterable[Header], given: Sequence[Header], *, by_rule: bool) -> list[Header]:
    """The headers that any page may read.

    What the document says of other origins is left out: it would let in whom nobody here has let in.
    """
    answer = [field for field in headers if by_rule or not field[0].startswith(_PREFIX)]
    names = {name for name, _ in answer}
    varying = b", ".join([*(value for name, value in answer if name == b"vary"), b"Origin"])
    answer = [field for field in answer if field[0] != b"vary"]
    if b"access-control-allow-origin" not in names:
        answer += [field for field in given if field[0] != b"vary"]
        if given:
            more = [name.decode("latin-1") for name in sorted(names - _SHOWN_ANYWAY)]
            answer.append((b"access-control-expose-headers", ", ".join([*_SHOWN, *more]).encode("latin-1")))
    return [*answer, (b"vary", varying)]
