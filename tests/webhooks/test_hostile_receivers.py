"""Receivers that do harm: each delivery ends in time, within bounds, and with the right row in the log."""

import asyncio
import gzip
import socket
import time
import tracemalloc
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from messages import assert_message
from receivers import (
    OK,
    Got,
    Handler,
    Receiver,
    Writer,
    closing,
    hanging,
    receiving,
    resetting,
    saying,
    self_signed,
    staged,
    status,
)

from mock_server.webhooks import outbox
from mock_server.webhooks.reply import MAX_REPLY_BYTES
from mock_server.workspaces.workspace import Workspaces

pytestmark = pytest.mark.slow

HEAD = b"HTTP/1.1 200 OK\r\n"
NOT_WHOLE, NO_ANSWER, TOO_LATE = "the answer is not whole", "no HTTP answer", "no complete answer within 1 s"

INTERIM = "no HTTP answer: more than 20 interim answers (1xx)"

PATIENCE = 0.4  # seconds, where one receiver alone is waited for

EVERY_BYTE = bytes(set(range(256)) - set(b"\r\n"))


def headed(name: str, value: bytes, code: int = 200) -> bytes:
    """A whole answer with one header of these bytes."""
    return b"HTTP/1.1 %d OK\r\n%s: %s\r\nContent-Length: 0\r\n\r\n" % (code, name.encode("latin-1"), value)


# name → what the receiver does, the state of the delivery afterwards, how its reason begins
CASES: dict[str, tuple[Handler, str, str | None]] = {
    "hangs before it answers": (hanging(), "failed", TOO_LATE),
    "hangs within the status line": (hanging(b"HTTP/1.1 20"), "failed", TOO_LATE),
    "hangs within the headers": (hanging(HEAD + b"a: b\r\n"), "failed", TOO_LATE),
    "hangs after the headers": (hanging(HEAD + b"Content-Length: 5\r\n\r\n"), "failed", TOO_LATE),
    "hangs within the body": (hanging(HEAD + b"Content-Length: 5\r\n\r\nab"), "failed", TOO_LATE),
    "drips a body": (closing(HEAD + b"Content-Length: 9999\r\n\r\n", b"x", 0.02), "failed", TOO_LATE),
    "drips headers": (closing(HEAD, b"a: b\r\n", 0.02), "failed", TOO_LATE),
    "sends a body without end": (closing(HEAD + b"\r\n", b"x" * 65536), "delivered", None),
    "sends chunks without end": (
        closing(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"4000\r\n" + b"x" * 0x4000 + b"\r\n"),
        "delivered",
        None,
    ),
    "sends headers without end": (closing(HEAD, b"a: " + b"x" * 4000 + b"\r\n"), "failed", NO_ANSWER),
    "sends a header line without end": (closing(HEAD + b"a: ", b"x" * 4000), "failed", NO_ANSWER),
    "sends a status line without end": (closing(b"", b"x" * 4000), "failed", NO_ANSWER),
    "sends trailers without end": (
        closing(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"a: " + b"x" * 4000 + b"\r\n"),
        "failed",
        "",
    ),
    "sends a chunk's extension without end": (
        closing(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;", b"x" * 4000),
        "failed",
        "",
    ),
    "sends a gzip bomb": (
        closing(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(50_000_000))),
        "delivered",
        None,
    ),
    "resets within the body": (resetting(HEAD + b"Content-Length: 99\r\n\r\nabc"), "failed", NOT_WHOLE),
    "resets before it answers": (resetting(b""), "failed", ""),
    "hangs up before it answers": (closing(), "failed", "the receiver hung up before it answered"),
    "hangs up within the headers": (closing(HEAD + b"a: "), "failed", "the receiver hung up before it answered"),
    "sends garbage": (closing(b"\x16\x03\x01 what is this\r\n\r\n"), "failed", NO_ANSWER),
    "speaks HTTP/0.9": (closing(b"fine\r\n"), "failed", NO_ANSWER),
    "speaks HTTP/2": (closing(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "failed", NO_ANSWER),
    "names no status": (closing(b"HTTP/1.1 OK\r\n\r\n"), "failed", NO_ANSWER),
    "answers status 000": (saying(status(0)), "failed", "status 0"),
    "redirects to itself": (saying(status(302, "Location: /hook")), "failed", "status 302"),
    "redirects to the metadata": (saying(status(301, "Location: http://169.254.169.254/")), "failed", "status 301"),
    "answers 204 without a body": (saying(b"HTTP/1.1 204 No Content\r\n\r\n"), "delivered", None),
    "answers 204 with a body": (closing(b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"), "", ""),
    "continues without end": (closing(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 50, 0.01), "failed", INTERIM),
    "hints without end": (closing(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 50, 0.01), "failed", INTERIM),
    "drips hints": (closing(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.1), "failed", TOO_LATE),
    "continues as often as may be": (saying(b"HTTP/1.1 100 Continue\r\n\r\n" * 20 + OK), "delivered", None),
    "continues once": (saying(b"HTTP/1.1 100 Continue\r\n\r\n" + OK), "delivered", None),
    "switches protocols": (
        closing(b"HTTP/1.1 101 Go\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nab"),
        "failed",
        "status 101",
    ),
    "promises more than it sends": (closing(HEAD + b"Content-Length: 100\r\n\r\nabc"), "failed", NOT_WHOLE),
    "promises less than nothing": (closing(HEAD + b"Content-Length: -1\r\n\r\nabc"), "failed", NO_ANSWER),
    "promises two lengths": (closing(HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"), "failed", NO_ANSWER),
    "sends chunks that are none": (closing(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nab"), "failed", ""),
    "asks for patience for ever": (saying(status(429, "Retry-After: 99999999999999999999")), "failed", "status 429"),
    "sets cookies": (saying(status(200, "Set-Cookie: a=b; Domain=127.0.0.1")), "delivered", None),
    "sends a header in Latin-1": (saying(headed("X-Server", b"caf\xe9")), "delivered", None),
    "names a header in Latin-1": (saying(headed("X-Caf\xe9", b"1")), "", ""),
    "sends a header of every byte": (saying(headed("X-Server", EVERY_BYTE)), "", ""),
    "sends a lone surrogate in a header": (saying(headed("X-Server", b"\xed\xa0\x80")), "delivered", None),
    "gives a reason in Latin-1": (saying(b"HTTP/1.1 200 Tr\xe8s bien\r\nContent-Length: 0\r\n\r\n"), "delivered", None),
    "moves the cursor in its status line": (closing(b"HTTP/1.1 \x1b[31m\xff\r\n\r\n"), "failed", NO_ANSWER),
    "says gzip and is not": (
        saying(HEAD + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab"),
        "delivered",
        None,
    ),
    "sends trailers in Latin-1": (
        saying(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Caf\xe9: \xe9\r\n\r\n"),
        "",
        "",
    ),
    "hints in Latin-1": (saying(b"HTTP/1.1 103 Early Hints\r\nLink: \xe9\r\n\r\n" + OK), "delivered", None),
    "asks for patience in Latin-1": (saying(headed("Retry-After", b"\xe9\xb2", 429)), "failed", "status 429"),
    "answers in no text": (saying(HEAD + b"Content-Length: 2\r\n\r\n\xff\xfe"), "delivered", None),
}

if tuple(map(int, aiohttp.__version__.split(".")[:3])) < (3, 13, 4):
    # aiohttp reads them until the deadline ends it; see SECURITY.md.
    del CASES["sends headers without end"], CASES["sends trailers without end"]


@pytest.fixture(scope="module")
def outcomes(workspaces: Workspaces) -> dict[str, Any]:
    """What became of one delivery to each of them, all at once."""

    async def scenario() -> dict[str, Any]:
        async with AsyncExitStack() as opened, staged(workspaces, "hostile", delivery_timeout=1) as it:
            names = {}
            for name, (handler, _, _) in CASES.items():
                receiver = await opened.enter_async_context(receiving(handler))
                names[it.subscribe(receiver.url)] = name
            it.emit()
            assert await it.drain(timeout=20)  # each ends in time of its own: that is judged below
            return {names[delivery["subscriptionId"]]: delivery for delivery in it.deliveries}

    return asyncio.run(scenario())


@pytest.mark.parametrize("name", CASES)
def test_a_delivery_ends_in_time_and_says_what_happened(outcomes: dict[str, Any], name: str) -> None:
    _, state, reason = CASES[name]
    delivery = outcomes[name]
    [attempt] = delivery["attempts"]

    assert delivery["state"] in ([state] if state else ["delivered", "failed"])
    assert (delivery["reason"] or "").startswith(reason or "")
    assert (delivery["reason"] is None) == (delivery["state"] == "delivered")
    assert attempt["ms"] <= 2_500
    assert attempt["responseBytes"] <= MAX_REPLY_BYTES
    assert len(attempt["responseBody"]) <= 4_096
    assert sum(len(name) + len(text) for name, text in attempt["responseHeaders"].items()) <= 16_384
    assert " at 0x" not in (attempt["error"] or ""), "an object's address is in the log"
    assert orjson.loads(orjson.dumps(delivery)) == delivery, "it can be kept, and listed"
    assert (attempt["error"] or "").isprintable()
    assert "".join(outbox.to_dict(delivery)).encode()


@pytest.mark.parametrize("name", [*(name for name in CASES if name.endswith("s without end")), "sends a gzip bomb"])
def test_no_receiver_makes_the_server_grow(stage: Any, name: str) -> None:
    """What the whole program holds afterwards, receiver included, is below 8 MiB more than before."""

    async def scenario() -> int:
        async with receiving(CASES[name][0]) as receiver, stage(patience=PATIENCE) as it:
            it.subscribe(receiver.url)
            tracemalloc.start()
            try:
                it.emit()
                assert await it.drain(timeout=4)
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()

    assert asyncio.run(scenario()) < 8 * 1024 * 1024


def test_an_answer_is_read_as_it_comes(outcomes: dict[str, Any]) -> None:
    """Nothing is decompressed: what is counted is what was on the wire, a thousandth of the zeros in it."""
    [attempt] = outcomes["sends a gzip bomb"]["attempts"]

    assert attempt["responseBytes"] == len(gzip.compress(bytes(50_000_000))) < MAX_REPLY_BYTES
    assert attempt["responseBody"].startswith("base64:H4sI")


def test_the_deadline_is_one_for_connecting_sending_and_reading(stage: Any) -> None:
    """It drips just often enough to look alive, through each phase."""

    async def slowly(receiver: Any, writer: Any, got: Any) -> None:
        for part in (b"HTTP/1.1 ", b"200 OK\r\n", b"Content-Length: 2\r\n", b"\r\n", b"o", b"k"):
            await asyncio.sleep(PATIENCE * 0.3)
            writer.write(part)
            await writer.drain()

    async def scenario() -> Any:
        async with receiving(slowly) as receiver, stage(patience=PATIENCE) as it:
            it.subscribe(receiver.url)
            it.emit()
            assert await it.drain(timeout=3)
            return it.deliveries[0]

    delivery = asyncio.run(scenario())
    assert delivery["attempts"][0]["status"] is None
    assert_message(delivery["reason"], "receiver that is too slow", SECONDS=PATIENCE)
    assert PATIENCE * 900 <= delivery["attempts"][0]["ms"] <= PATIENCE * 1_500


def test_a_receiver_that_takes_no_connection_ends_in_time_too(stage: Any) -> None:
    """Its backlog is full, so the handshake never ends."""

    async def scenario() -> Any:
        with socket.socket() as full, ExitStack() as fillers:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            for _ in range(5):
                filler = fillers.enter_context(socket.socket())
                filler.setblocking(False)
                filler.connect_ex(full.getsockname())
            async with stage(patience=PATIENCE) as it:
                it.subscribe(f"http://127.0.0.1:{full.getsockname()[1]}/")
                it.emit()
                assert await it.drain(timeout=3)
                return it.deliveries[0]

    assert_message(asyncio.run(scenario())["reason"], "receiver that is too slow", SECONDS=PATIENCE)


def test_nobody_there_is_said_in_plain_words(stage: Any) -> None:
    async def scenario() -> Any:
        async with stage() as it:
            with socket.socket() as nobody:
                nobody.bind(("127.0.0.1", 0))
                it.subscribe(f"http://127.0.0.1:{nobody.getsockname()[1]}/")
                it.emit()
                assert await it.drain()
            return it.deliveries[0]

    assert asyncio.run(scenario())["reason"] == "connection refused"


def test_a_certificate_that_nobody_signed_is_not_trusted(stage: Any, tmp_path: Path) -> None:
    async def scenario() -> Any:
        async with receiving(tls=self_signed(tmp_path)) as receiver, stage(delivery_timeout=2) as it:
            it.subscribe(receiver.url)
            it.emit()
            assert await it.drain()
            assert receiver.got == []
            return it.deliveries[0]

    assert_message(asyncio.run(scenario())["reason"], "receiver with a certificate of its own")


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x15\x03\x01\x00\x02\x02\x28", b""])
def test_what_speaks_no_tls_is_a_failure(stage: Any, answer: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer)
        writer.close()

    async def scenario() -> Any:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        async with stage(delivery_timeout=1) as it:
            it.subscribe(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
            it.emit()
            assert await it.drain(timeout=3)
            server.close()
            return it.deliveries[0]

    delivery = asyncio.run(scenario())
    assert delivery["state"] == "failed"
    assert delivery["reason"].startswith(("no TLS", "connection reset", "the receiver hung up"))


def test_a_410_with_a_queue_behind_it_ends_the_queue_whatever_the_body(stage: Any) -> None:
    gone = closing(b"HTTP/1.1 410 Gone\r\n\r\n", b"x" * 65536)

    async def scenario() -> Any:
        async with receiving(gone) as receiver, stage(delivery_timeout=1) as it:
            it.subscribe(receiver.url)
            it.emit(20)
            assert await it.drain(timeout=3)
            return len(receiver.got), it.states, it.subscriptions

    assert asyncio.run(scenario()) == (1, ["failed"] + ["cancelled"] * 19, [])


@pytest.mark.parametrize("ends", [resetting(b""), closing()], ids=["resets", "hangs up"])
def test_a_kept_connection_that_ends_when_it_is_used_again_is_no_answer(stage: Any, ends: Handler) -> None:
    """The receiver may have closed it while it was idle: the same attempt goes out on a new one."""

    async def handler(receiver: Receiver, writer: Writer, got: Got) -> None:
        await (ends if len(receiver.got) == 2 else saying(OK))(receiver, writer, got)

    async def scenario() -> None:
        async with receiving(handler) as receiver, stage() as it:
            it.subscribe(receiver.url)
            first, second = it.emit(2)
            assert await it.drain()
            assert it.states == ["delivered"] * 2
            assert receiver.ids == [first, second, second]
            assert [len(delivery["attempts"]) for delivery in it.deliveries] == [1, 1]

    asyncio.run(scenario())


def test_answers_before_the_answer_do_not_hold_the_loop(stage: Any) -> None:
    """Of those that wait in a socket thousands are read at once."""

    async def scenario() -> float:
        async with receiving(closing(b"HTTP/1.1 102 Processing\r\nX: y\r\n\r\n" * 20_000)) as receiver, stage() as it:
            it.subscribe(receiver.url)
            it.emit()
            began = time.thread_time()
            assert await it.drain(timeout=20)
            assert it.deliveries[0]["reason"].startswith(INTERIM)
            return time.thread_time() - began

    assert asyncio.run(scenario()) < 0.3
