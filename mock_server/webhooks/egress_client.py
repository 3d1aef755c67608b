"""The one gate for outgoing connections.

What is decided on is the address of the socket that is about to connect, so a name that resolves to something else
the second time, a literal in an odd spelling or a redirect cannot get around it. Before 3.12, aiohttp shows nobody its
sockets: there the addresses that a name has are judged, which are those it connects to, and an address in the URL.
"""

import asyncio
import inspect
import logging
import re
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.abc import AbstractResolver

from mock_server.support.own_socket import OwnSocket
from mock_server.webhooks.certificates import believing_all
from mock_server.webhooks.egress_policy import EgressRefused, host_of, hosts, refusal
from mock_server.webhooks.failure_reasons import causes_of, in_words
from mock_server.webhooks.name_lookups import NameLookups
from mock_server.webhooks.reply import MAX_REPLY_BYTES, Reply, answered
from mock_server.webhooks.reply_protocol import read_in_pieces
from mock_server.world.clock import Stopwatch

log = logging.getLogger("mock_server")

_KEEP_ALIVE = 1.0
"""Seconds that a connection waits for the next delivery: less than any receiver we know of waits."""

if TYPE_CHECKING:
    from aiohttp.abc import ResolveResult  # aiohttp 3.9 has no name for it

_SHOWS_SOCKETS = "socket_factory" in inspect.signature(aiohttp.TCPConnector).parameters
_LOOK_UP = 2.0
"""Seconds that a name is looked up before anything is sent there."""

Sessions = dict[tuple[bool, bool], aiohttp.ClientSession]
"""By whether their receivers may be outside, and whether certificates are verified."""

Request = Callable[..., AbstractAsyncContextManager[aiohttp.ClientResponse]]
Info = tuple[int, int, int, str, tuple[object, ...]]


class EgressClient:
    """Posts, through connections that it has checked. ``allowed`` names hosts that may be outside.

    ``trusted`` says whose certificates are believed, the system's authorities without it. It may outlive an event
    loop; ``close`` it in the last one.
    """

    def __init__(
        self,
        allowed: Iterable[str] = (),
        timeout: float = 10.0,
        resolver: AbstractResolver | NameLookups | None = None,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed = hosts(allowed)
        self._timeout = timeout
        self._resolver = resolver or NameLookups()
        self._trusted = trusted
        self._sessions: Sessions = {}
        self._keeper: asyncio.Task[None] | None = None

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, verify: bool = True, method: str = "POST"
    ) -> Reply:
        """One request within one deadline over connecting, TLS, sending and reading. Never raises for a receiver.

        It is a POST where the document says no other ``method``. Without ``verify`` any certificate is taken.
        """
        watch = Stopwatch()
        try:
            host = host_of(url)
            session = await self._session(outside=host in self._allowed, verify=verify)
            if not _SHOWS_SOCKETS:
                _judge_literal(host, allowed=host in self._allowed)
            async with asyncio.timeout(self._timeout):
                return await self._posted(partial(session.request, method, url, data=body, headers=headers), watch)
        except TimeoutError:
            return Reply(error=f"no complete answer within {self._timeout:g} s", ms=watch.ms())
        except (EgressRefused, aiohttp.ClientError, OSError, ValueError, asyncio.IncompleteReadError) as fault:
            causes = list(causes_of(fault))
            refused = any(isinstance(cause, EgressRefused | aiohttp.InvalidURL) for cause in causes)
            return Reply(error=in_words(causes), ms=watch.ms(), refused=refused)
        except Exception as fault:  # the library stumbled over the answer: an outcome of this attempt like any other
            log.exception("an answer of a webhook's receiver could not be read")
            return Reply(error=f"no HTTP answer: {type(fault).__name__}", ms=watch.ms())

    async def refusal_reason(self, url: str) -> str:
        """Why a post there will be refused, if that can be said now; a name that is not known yet may be, later."""
        try:
            host = host_of(url)
            async with asyncio.timeout(_LOOK_UP):
                await _Resolver(self._resolver, outside=host in self._allowed).resolve(host, family=socket.AF_UNSPEC)
        except (EgressRefused, OSError, ValueError) as fault:  # TimeoutError is an OSError
            return next((str(cause) for cause in causes_of(fault) if isinstance(cause, EgressRefused)), "")
        return ""

    async def _posted(self, request: Request, watch: Stopwatch) -> Reply:
        while True:
            used = SimpleNamespace(again=False)
            try:
                async with request(allow_redirects=False, trace_request_ctx=used) as answer:
                    read = await _bounded(answer.content)
                    return answered(answer.status, answer.raw_headers, read, watch.ms())
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, ConnectionError):
                # The receiver closed an idle connection just when it was used again: no answer to this delivery.
                if not used.again:
                    raise

    async def _session(self, *, outside: bool, verify: bool) -> aiohttp.ClientSession:
        """A session lives in the event loop that it was made in; an application in process may outlive that loop."""
        loop = asyncio.get_running_loop()
        if self._keeper is None or self._keeper.get_loop() is not loop:
            self._sessions = {}
            self._keeper = loop.create_task(_closed_at_the_end(self._sessions))
            await asyncio.sleep(0)  # a task that is cancelled before it began does nothing at its end
        if (outside, verify) not in self._sessions:
            more: dict[str, Any] = {}
            if _SHOWS_SOCKETS:
                more["socket_factory"] = _outside_socket if outside else _inside_socket
            if self._trusted or not verify:  # else aiohttp's default: 3.9 takes `ssl=True` for False
                more["ssl"] = self._trusted if verify else believing_all()
            connector = aiohttp.TCPConnector(
                resolver=_Resolver(self._resolver, outside=outside),
                use_dns_cache=False,
                keepalive_timeout=_KEEP_ALIVE,
                limit=0,
                **more,
            )
            read_in_pieces(connector)
            trace = aiohttp.TraceConfig()
            trace.on_connection_reuseconn.append(_reused)
            self._sessions[outside, verify] = aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=None),
                auto_decompress=False,
                skip_auto_headers=("Accept-Encoding",),
                trust_env=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                trace_configs=[trace],
            )
        return self._sessions[outside, verify]

    async def close(self) -> None:
        """Close every connection."""
        if self._keeper is not None and not self._keeper.get_loop().is_closed():
            self._keeper.cancel()
        await _hang_up(self._sessions)


async def _hang_up(sessions: Sessions) -> None:
    for session in sessions.values():
        await session.close()


async def _closed_at_the_end(sessions: Sessions) -> None:
    """Hang up when the loop ends, which cancels what still waits."""
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        await _hang_up(sessions)


async def _reused(session: aiohttp.ClientSession, context: Any, params: Any) -> None:
    context.trace_request_ctx.again = True


async def _bounded(content: aiohttp.StreamReader) -> bytes:
    """The first MAX_REPLY_BYTES bytes; the rest is left where it is and the connection with it."""
    parts: list[bytes] = []
    size = 0
    while size < MAX_REPLY_BYTES:
        part = await content.read(MAX_REPLY_BYTES - size)
        if not part:
            break
        parts.append(part)
        size += len(part)
    return b"".join(parts)


class _Resolver(AbstractResolver):
    """Asks the system, and refuses a name of which any answer is forbidden."""

    def __init__(self, inner: AbstractResolver | NameLookups, *, outside: bool) -> None:
        self._inner = inner
        self._outside = outside

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> "list[ResolveResult]":
        answers: Any = await self._inner.resolve(host, port, family)
        for answer in answers:
            why = refusal(answer["host"], allowed=self._outside)
            if why:
                raise OSError(None, EgressRefused(why if host in why else f"{host}: {why}"))
        return list(answers)

    async def close(self) -> None:
        await self._inner.close()


def _judge_literal(host: str, *, allowed: bool) -> None:
    """Judge a host that aiohttp takes for an address, so that it asks no resolver. Raises EgressRefused."""
    if ":" in host or re.fullmatch(r"[0-9]+(\.[0-9]+){3}", host):
        why = refusal(host, allowed=allowed)
        if why:
            raise EgressRefused(why)


def _inside_socket(info: Info) -> socket.socket:
    return _socket(info, refusal(str(info[4][0])))


def _outside_socket(info: Info) -> socket.socket:
    return _socket(info, refusal(str(info[4][0]), allowed=True))


def _socket(info: Info, why: str) -> socket.socket:
    """The socket that is about to connect to the address in ``info``: the last word is here."""
    if why:
        raise OSError(None, EgressRefused(why))
    made = OwnSocket(info[0], info[1], info[2])
    made.setblocking(False)
    return made
