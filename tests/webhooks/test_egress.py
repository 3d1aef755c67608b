"""The gate: whatever the spelling, the name or the second answer, no socket connects outside.

Every real connect is seen by an audit hook of the interpreter, below any library.
"""

import asyncio
import contextlib
import socket
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st
from receivers import OK, receiving, saying, status
from spellings import FORBIDDEN

from mock_server.errors import SettingsError
from mock_server.webhooks.address import Refused, host_of, hosts, refusal
from mock_server.webhooks.egress import Gate
from mock_server.webhooks.reply import Reply

_WATCHING: list[list[Any]] = []  # an audit hook stays for the life of the process; it notes only for those who watch


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and _WATCHING and arguments[0].family in (socket.AF_INET, socket.AF_INET6):
        _WATCHING[-1].append(arguments[1])


sys.addaudithook(_audit)


@contextlib.contextmanager
def connects() -> Iterator[list[Any]]:
    """The addresses that sockets connect to meanwhile."""
    seen: list[Any] = []
    _WATCHING.append(seen)
    try:
        yield seen
    finally:
        _WATCHING.pop()


class Answers(AbstractResolver):
    """A resolver that gives these answers, one list for each question, the last one for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
        self.asked.append(host)
        given = self.answers[min(len(self.asked), len(self.answers)) - 1]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in given
        ]

    async def close(self) -> None:
        pass


async def post(url: str, *, allowed: Sequence[str] = (), resolver: AbstractResolver | None = None) -> Reply:
    gate = Gate(allowed, timeout=2, resolver=resolver)
    try:
        return await gate.post(url, b"{}", {"content-type": "application/json"})
    finally:
        await gate.close()


# --- spellings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "url"), FORBIDDEN, ids=[name for name, _ in FORBIDDEN])
def test_no_spelling_gets_a_connection_outside(name: str, url: str) -> None:
    with connects() as seen:
        reply = asyncio.run(post(url))

    assert reply.status == 0
    assert reply.error
    assert [address for address in seen if refusal(address[0])] == []
    assert reply.refused or not seen


def test_the_table_has_at_least_250_spellings() -> None:
    assert len({url for _, url in FORBIDDEN}) == len(FORBIDDEN) >= 250
    assert len({name for name, _ in FORBIDDEN}) == len(FORBIDDEN)


@pytest.mark.parametrize("host", ["127.0.0.1", "LOCALHOST", "[::ffff:127.0.0.1]", "0x7f.1"])
def test_loopback_is_reached_however_it_is_spelt(host: str) -> None:
    async def scenario() -> Reply:
        async with receiving() as receiver:
            return await post(receiver.url.replace("127.0.0.1", host))

    with connects() as seen:
        assert asyncio.run(scenario()).status == 200
    assert [refusal(address[0]) for address in seen] == [""]


@pytest.mark.parametrize(
    "address",
    ["127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1", "::1", "fc00::1", "fd12:3456::1"],
)
def test_loopback_and_private_addresses_are_let_through(address: str) -> None:
    assert refusal(address) == ""


@given(st.ip_addresses())
def test_an_address_is_let_through_only_when_it_is_private_even_inside_another(address: Any) -> None:
    inner = getattr(address, "ipv4_mapped", None) or address
    if not refusal(str(address)):
        assert inner.is_private
        assert not (inner.is_link_local)
        assert not (inner.is_unspecified)
        assert not (inner.is_multicast)
    if inner.is_global:
        assert refusal(str(address))


@given(st.text(max_size=40))
def test_what_is_no_plain_url_is_refused_and_nothing_else_happens(text: str) -> None:
    for url in (text, f"http://{text}/", f"http://127.0.0.1{text}"):
        with contextlib.suppress(Refused):
            host = host_of(url)
            assert host == host.lower().rstrip(".")
            assert "@" not in host


# --- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answers",
    [
        ["8.8.8.8"],
        ["127.0.0.1", "8.8.8.8"],
        ["8.8.8.8", "127.0.0.1"],
        ["::1", "2001:4860:4860::8888"],
        ["169.254.169.254"],
        ["::ffff:8.8.8.8"],
        ["64:ff9b::7f00:1"],
        ["fe80::1%2"],
        ["0.0.0.0"],
        ["not an address"],
    ],
)
def test_one_forbidden_answer_makes_the_whole_name_forbidden(answers: list[str]) -> None:
    with connects() as seen:
        reply = asyncio.run(post("http://hook.example/", resolver=Answers(answers)))

    assert (reply.refused, seen) == (True, [])
    assert reply.error.startswith("refused: hook.example: ")


def test_a_name_that_answers_otherwise_the_second_time_gains_nothing() -> None:
    """The receiver hangs up after each answer, so that the second delivery needs a connection of its own."""

    async def scenario() -> tuple[list[Reply], int]:
        async with receiving(saying(status(200, "Connection: close"))) as receiver:
            port = receiver.url.split(":")[2].split("/")[0]
            gate = Gate(timeout=2, resolver=Answers(["127.0.0.1"], ["8.8.8.8"], ["127.0.0.1"]))
            replies = [await gate.post(f"http://hook.example:{port}/", b"", {}) for _ in range(3)]
            await gate.close()
            return replies, len(receiver.got)

    with connects() as seen:
        replies, received = asyncio.run(scenario())

    assert [reply.status for reply in replies] == [200, 0, 200]
    assert replies[1].refused
    assert received == 2
    assert {address[0] for address in seen} == {"127.0.0.1"}


def test_what_is_connected_to_is_what_was_decided_on() -> None:
    """The name is asked for once for a connection: there is no second lookup that could answer otherwise."""

    async def scenario() -> list[str]:
        async with receiving() as receiver:
            answers = Answers(["127.0.0.1"], ["8.8.8.8"])
            assert (await post(receiver.url.replace("127.0.0.1", "hook.example"), resolver=answers)).status == 200
            return answers.asked

    assert asyncio.run(scenario()) == ["hook.example"]


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/", "http://8.8.8.8/", "https://hooks.zapier.com/x", "//8.8.8.8"]
)
def test_a_redirect_leads_nowhere(target: str) -> None:
    async def scenario() -> Reply:
        async with receiving(saying(status(307, f"Location: {target}"))) as receiver:
            return await post(receiver.url)

    with connects() as seen:
        assert asyncio.run(scenario()).status == 307
    assert {address[0] for address in seen} == {"127.0.0.1"}


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> Reply:
        async with receiving() as receiver:
            return await post(receiver.url)

    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://8.8.8.8:3128")
    assert asyncio.run(scenario()).status == 200


# --- --allow-egress -------------------------------------------------------------------------------------------------

OUTSIDE = "203.0.113.9"  # documentation, RFC 5737: nobody is there


def test_an_allowed_host_may_be_outside_and_no_other() -> None:
    async def scenario() -> list[Reply]:
        gate = Gate(["Hooks.Example."], timeout=0.2, resolver=Answers([OUTSIDE]))
        urls = [
            "http://hooks.example:9/",
            "http://HOOKS.example.:9/",
            "http://hooks.example.org:9/",
            "http://x.hooks.example/",
        ]
        replies = [await gate.post(url, b"", {}) for url in [*urls, f"http://{OUTSIDE}:9/"]]
        await gate.close()
        return replies

    with connects() as seen:
        replies = asyncio.run(scenario())

    assert [reply.refused for reply in replies] == [False, False, True, True, True]
    assert seen == [(OUTSIDE, 9)] * 2


@pytest.mark.parametrize(
    "address",
    [
        *("169.254.169.254", "169.254.1.1", "fe80::1", "fd00:ec2::254", "100.100.100.200", "::ffff:169.254.169.254"),
        *("64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255"),
    ],
)
def test_even_an_allowed_host_is_never_at_an_address_that_is_no_receivers(address: str) -> None:
    literal = f"[{address}]" if ":" in address else address
    with connects() as seen:
        by_name = asyncio.run(post("http://hooks.example/", allowed=["hooks.example"], resolver=Answers([address])))
        by_address = asyncio.run(post(f"http://{literal}/", allowed=[literal]))

    assert (by_name.refused, by_address.refused, seen) == (True, True, [])


@pytest.mark.parametrize(
    "name", ["https://hooks.example", "hooks.example:443", "*.example", "a b", "", "user@hooks.example"]
)
def test_what_is_no_host_cannot_be_allowed(name: str) -> None:
    with pytest.raises(SettingsError, match="allow-egress"):
        hosts([name])


# --- connections ----------------------------------------------------------------------------------------------------


def test_a_connection_is_kept_for_the_next_delivery() -> None:
    async def scenario() -> list[int]:
        async with receiving() as receiver:
            gate = Gate(timeout=2)
            statuses = [(await gate.post(receiver.url, b"", {})).status for _ in range(3)]
            await gate.close()
            return statuses

    with connects() as seen:
        assert asyncio.run(scenario()) == [200] * 3
    assert len(seen) == 1


def test_a_kept_connection_that_the_receiver_drops_costs_no_delivery() -> None:
    """It hangs up without a word when the second request comes, as one whose patience ended just then."""

    async def scenario() -> tuple[list[int], int]:
        async def once(receiver: Any, writer: Any, got: Any) -> None:
            if len(receiver.got) == 2:
                raise ConnectionError
            writer.write(OK)

        async with receiving(once) as receiver:
            gate = Gate(timeout=2)
            statuses = [(await gate.post(receiver.url, b"", {})).status for _ in range(2)]
            await gate.close()
            return statuses, len(receiver.got)

    assert asyncio.run(scenario()) == ([200, 200], 3)
