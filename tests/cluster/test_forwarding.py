"""A forwarded request arrives as it was sent, and its answer too; what was not begun can be sent again."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from mock_server.cluster.forwarding import AnswerLost, Forwarder, NotSent
from mock_server.cluster.peer import Peer

PEER = Peer("http://127.0.0.1", "0123456789abcdef")
Server = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_HEAD = b"HTTP/1.1 201 Created\r\nX-One: a\r\nX-One: b\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n"
GOOD = _HEAD + b"\x1f\x8b\x00\xff"


@asynccontextmanager
async def serving(serve: Server) -> AsyncIterator[str]:
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await serve(reader, writer)
        writer.close()

    server = await asyncio.start_server(once, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def scope(method: str, target: bytes, *headers: tuple[bytes, bytes]) -> dict[str, Any]:
    path, _, query = target.partition(b"?")
    return {"method": method, "path": path.decode(), "raw_path": path, "query_string": query, "headers": headers}


async def forward(url: str, asked: dict[str, Any], *parts: bytes) -> list[dict[str, Any]]:
    """Forward a request with this body; the messages that the client gets."""
    left = list(parts)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        body = left.pop(0) if left else b""
        return {"type": "http.request", "body": body, "more_body": bool(left)}

    async def send(message: Any) -> None:
        sent.append(message)

    forwarder = Forwarder(PEER)
    try:
        await forwarder.forward(asked, receive, send, url)
    finally:
        await forwarder.close()
    return sent


def test_a_request_and_its_answer_pass_byte_by_byte() -> None:
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        seen.append(await reader.readexactly(6))
        writer.write(GOOD)

    async def run() -> list[dict[str, Any]]:
        async with serving(serve) as url:
            asked = scope(
                "POST",
                b"/v1/leads/%2f%C3%A9?a=1&a=%20+",
                (b"host", b"localhost:4747"),
                (b"content-length", b"6"),
                (b"x-two", b"1"),
                (b"x-two", b"2"),
                (b"connection", b"keep-alive"),
            )
            return await forward(url, asked, b"abc", b"def")

    start, *rest = asyncio.run(run())
    head, body = seen
    lines = head.decode().lower().split("\r\n")
    assert lines[0] == "post /v1/leads/%2f%c3%a9?a=1&a=%20+ http/1.1"
    assert [line for line in lines if line.startswith("x-two")] == ["x-two: 1", "x-two: 2"]
    assert "host: localhost:4747" in lines
    assert f"x-mock-peer: {PEER.secret}" in lines
    assert not [line for line in lines if line.startswith(("user-agent", "accept", "content-type"))]
    assert body == b"abcdef"
    assert start["status"] == 201
    assert [value for name, value in start["headers"] if name == b"x-one"] == [b"a", b"b"]
    assert b"".join(message["body"] for message in rest) == b"\x1f\x8b\x00\xff"


def test_an_answer_goes_on_as_it_comes() -> None:
    """Or somebody who listens to a stream would hear nothing before its end."""
    more = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
        await more.wait()
        writer.write(b"3\r\ntwo\r\n0\r\n\r\n")

    async def run() -> list[bytes]:
        parts: list[bytes] = []

        async def send(message: Any) -> None:
            parts.append(message.get("body", b""))
            if b"one" in parts:
                more.set()

        async def receive() -> Any:
            raise AssertionError("it has no body")

        forwarder = Forwarder(PEER)
        async with serving(serve) as url:
            await forwarder.forward(scope("GET", b"/__admin/events"), receive, send, url)
        await forwarder.close()
        return parts

    assert asyncio.run(run()) == [b"", b"one", b"two", b""]


def gone(url: str) -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")


async def take_and_hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    await reader.readexactly(3)


async def not_here(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 503 No\r\nX-Mock-Not-Served-Here: 1\r\nContent-Length: 0\r\n\r\n")


@pytest.mark.parametrize(
    ("serve", "method", "error"),
    [
        (hang_up, "GET", NotSent),
        (hang_up, "POST", NotSent),
        (not_here, "GET", NotSent),
        (not_here, "POST", NotSent),
        (take_and_hang_up, "POST", AnswerLost),
        (take_and_hang_up, "DELETE", AnswerLost),
    ],
)
def test_what_the_other_side_has_not_begun_can_be_sent_again(
    serve: Server, method: str, error: type[Exception]
) -> None:
    async def run() -> None:
        async with serving(serve) as url:
            headers = () if method == "GET" else ((b"content-length", b"3"),)
            await forward(url, scope(method, b"/v1/leads", *headers), b"abc")

    with pytest.raises(error):
        asyncio.run(run())


def test_nobody_there_is_nothing_sent() -> None:
    with pytest.raises(NotSent):
        asyncio.run(forward(gone(""), scope("POST", b"/v1/leads", (b"content-length", b"3")), b"abc"))
