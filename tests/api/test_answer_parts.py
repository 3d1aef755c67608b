"""The small parts of the edge, alone."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import assert_message
from wire import scope_of

from mock_server.api.exchange import Exchange
from mock_server.api.host_header import host_header, named_hosts
from mock_server.api.request_body import ClientGone, read_body
from mock_server.api.response import explained
from mock_server.errors import BadRequest, PayloadTooLarge
from mock_server.support.redaction import Redactor

Message = dict[str, Any]


def read(messages: Iterable[Message], declared: bytes | None = None, limit: int = 10, deadline: float = 5) -> bytes:
    """The body of these messages; when they are used up, nothing comes any more."""
    left = iter(messages)

    async def receive() -> Message:
        for message in left:
            return message
        await asyncio.Event().wait()
        raise AssertionError

    return asyncio.run(read_body(receive, declared, limit, deadline))


def part(body: bytes, *, more: bool = True) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


@given(st.lists(st.binary(max_size=4), max_size=6), st.integers(0, 12))
def test_a_body_comes_whole_or_not_at_all(parts: list[bytes], limit: int) -> None:
    messages = [*(part(text) for text in parts), part(b"", more=False)]
    whole = b"".join(parts)
    if len(whole) <= limit:
        assert read(messages, limit=limit) == whole
    else:
        with pytest.raises(PayloadTooLarge, match="--max-body"):
            read(messages, limit=limit)


def test_a_body_without_parts_is_empty() -> None:
    assert read([{"type": "http.request"}]) == b""


def test_a_body_is_refused_before_it_is_read_where_it_says_how_long_it_is() -> None:
    def never() -> Iterable[Message]:
        raise AssertionError("it was read")
        yield

    for declared, told in ((b"11", "11"), (b"9" * 5000, "9" * 17 + "…"), (b"%019d" % 10, "0" * 17 + "…")):
        with pytest.raises(PayloadTooLarge) as refused:
            read(never(), declared)
        assert_message(refused.value, "body of a declared length above the limit", NUMBER=told)


def test_a_stream_is_refused_at_the_bound_and_not_at_its_end() -> None:
    taken = []

    def long() -> Iterable[Message]:
        for _ in range(99):
            taken.append(1)
            yield part(b"abc")

    with pytest.raises(PayloadTooLarge):
        read(long(), deadline=1)
    assert len(taken) == 4


@pytest.mark.parametrize("declared", [b"10", b"%018d" % 10, b"x", b"-1", b"\xb2", b"", None])
def test_a_length_that_is_right_or_none_lets_the_body_be_read(declared: bytes | None) -> None:
    assert read([part(b"0123456789", more=False)], declared) == b"0123456789"


def test_a_body_that_dawdles_is_refused_and_the_connection_ends() -> None:
    with pytest.raises(BadRequest) as caught:
        read([part(b"a")], deadline=0.02)
    assert_message(caught.value)
    assert caught.value.headers == ((b"connection", b"close"),)


def test_a_client_that_hangs_up_is_not_answered() -> None:
    with pytest.raises(ClientGone):
        read([part(b"a"), {"type": "http.disconnect"}])


@given(st.lists(st.text(), max_size=4))
def test_an_explanation_is_one_line_of_printable_ascii_with_an_end(texts: list[str]) -> None:
    name, value = explained(texts)
    assert name == b"x-mock-explain"
    assert len(value) <= 1_000
    assert all(0x20 <= byte <= 0x7E for byte in value)


def test_a_long_explanation_shows_that_it_goes_on() -> None:
    assert explained(["a" * 2_000])[1].endswith(b"a ...")
    assert explained(["a" * 1_000])[1] == b"a" * 1_000


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost", "localhost"),
        ("LocalHost:4747", "localhost"),
        ("[::1]", "[::1]"),
        ("[::1]:4747", "[::1]"),
        ("localhost:", "localhost:"),
        ("localhost:\xb2", "localhost:\xb2"),
        (":80", ":80"),
        ("", ""),
    ],
)
def test_a_host_is_named_without_its_port(header: str, name: str) -> None:
    assert named_hosts(scope_of("GET", "/", host=header)) == [name]


def test_two_hosts_are_none() -> None:
    assert host_header(scope_of("GET", "/", headers=[("Host", "localhost")])) == ""
    assert host_header(scope_of("GET", "/", host=None)) == ""


def test_an_exchange_tells_what_happened_and_hides_secrets() -> None:
    target = "/v1/hunter22/sk%5Flive_abc?a=hunter22&b=%73k_live_abc&c=%20"
    exchange = Exchange("req_1", scope_of("GET", target), Redactor("hunter22"))
    exchange.note("near hunter22", "far")
    exchange.close()
    told = exchange.to_dict()
    assert told["ms"] > 0
    assert (told["id"], told["method"], told["status"]) == ("req_1", "GET", 0)
    assert told["path"] == "/v1/***/sk_live_***"
    assert told["query"] == "a=***&b=sk_live_***&c= "
    assert told["explain"] == ["near ***", "far"]
    assert (told["operation"], told["workspace"]) == (None, None)
