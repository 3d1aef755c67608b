"""The gate: whatever the spelling, the name or the second answer, no socket connects outside.

Every real connect is seen by an audit hook of the interpreter, below any library.
"""

import asyncio
import contextlib
import itertools
import socket
import ssl
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver
from aiohttp.http import HttpProcessingError
from hypothesis import given
from hypothesis import strategies as st
from messages import assert_message
from receivers import OK, closing, hanging, receiving, saying, status
from spellings import FORBIDDEN

from mock_server.errors import Problem, SettingsError
from mock_server.webhooks import egress_client, failure_reasons
from mock_server.webhooks.egress_client import EgressClient
from mock_server.webhooks.egress_policy import EgressRefused, host_of, hosts, refusal
from mock_server.webhooks.reply import MAX_REPLY_BYTES, Reply

if TYPE_CHECKING:
    from aiohttp.abc import ResolveResult  # of aiohttp 3.10

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

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> "list[ResolveResult]":
        self.asked.append(host)
        given = self.answers[min(len(self.asked), len(self.answers)) - 1]
        return [
            {
                "hostname": host,
                "host": address,
                "port": port,
                "family": socket.AF_INET6 if ":" in address else socket.AF_INET,
                "proto": 0,
                "flags": socket.AI_NUMERICHOST,
            }
            for address in given
        ]

    async def close(self) -> None:
        pass


async def post(url: str, *, allowed: Sequence[str] = (), resolver: AbstractResolver | None = None) -> Reply:
    gate = EgressClient(allowed, timeout=2, resolver=resolver)
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
        with contextlib.suppress(EgressRefused):
            host = host_of(url)
            assert host == host.lower().rstrip(".")
            assert "@" not in host


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://hooks.example/?to=http://other.example/", "hooks.example"),
        ("https://hooks.example", "hooks.example"),
        ("HTTP://Hooks.EXAMPLE.:1/#x", "hooks.example"),
        ("http://[::1]:65535/", "::1"),
        ("http://a:1/", "a"),
        ("http://host_a:00080/", "host_a"),
        ("http://hooks.example/" + "x" * (2048 - 21), "hooks.example"),
    ],
)
def test_a_plain_url_names_its_host(url: str, host: str) -> None:
    assert host_of(url) == host


BLANK = "a blank or a letter that is not ASCII: percent-encode it"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://hooks.example/", "only http and https"),
        ("http:/hooks.example", "only http and https"),
        ("hooks.example", "only http and https"),
        ("http://user@hooks.example/", "a URL with user information"),
        ("http://@hooks.example", "a URL with user information"),
        ("http://hooks example/@", f"a URL with {BLANK}"),
        ("http://hooks.example/a b", f"a URL with {BLANK}"),
        ("http://hooks.example/\n", f"a URL with {BLANK}"),
        ("http://bücher.example", f"a URL with {BLANK}"),
        ("http://hooks.example/é", f"a URL with {BLANK}"),
        ("http://hooks.example/\udce9", f"a URL with {BLANK}"),
        ("http://hooks.example/" + "x" * (2049 - 21), "a URL of more than 2,048 characters"),
        ("http://", "a URL without a host"),
        ("http://:80/", "a URL without a host"),
        ("http:///hook", "a URL without a host"),
        ("http://?a@b", "a URL without a host"),
        ("http://-a/", "a URL with an odd spelling"),
        ("http://a:/", "a URL with an odd spelling"),
        ("http://a:b/", "a URL with an odd spelling"),
        ("http://::1/", "a URL without a host"),
        ("http://[1.2]/", "a URL with an odd spelling"),
        ("http://[a]/", "a URL with an odd spelling"),
        ("http://hooks.example:0/", "port 0, where there are 1 to 65535"),
        ("http://hooks.example:65536/", "port 65536, where there are 1 to 65535"),
        ("http://hooks.example:100000/", "port 100000, where there are 1 to 65535"),
    ],
)
def test_what_is_no_plain_url_is_told_why(url: str, why: str) -> None:
    with pytest.raises(EgressRefused) as caught:
        host_of(url)
    assert str(caught.value) == why


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
            gate = EgressClient(timeout=2, resolver=Answers(["127.0.0.1"], ["8.8.8.8"], ["127.0.0.1"]))
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
        gate = EgressClient(["Hooks.Example."], timeout=0.2, resolver=Answers([OUTSIDE]))
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


def test_a_host_that_is_allowed_is_kept_as_it_is_compared() -> None:
    assert hosts(["Xray.Example.", "[::1]", "::2"]) == {"xray.example", "::1", "::2"}


def test_what_cannot_be_allowed_is_told_with_a_remedy() -> None:
    with pytest.raises(SettingsError) as caught:
        hosts(["a b"])
    problem = Problem("--allow-egress", "`a b` is no host", "a name or an address, as hooks.example.com")
    assert caught.value.problems == (problem,)


# --- connections ----------------------------------------------------------------------------------------------------


def test_a_connection_is_kept_for_the_next_delivery() -> None:
    async def scenario() -> list[int]:
        async with receiving() as receiver:
            gate = EgressClient(timeout=2)
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
            gate = EgressClient(timeout=2)
            statuses = [(await gate.post(receiver.url, b"", {})).status for _ in range(2)]
            await gate.close()
            return statuses, len(receiver.got)

    assert asyncio.run(scenario()) == ([200, 200], 3)


# --- what is said of it -------------------------------------------------------------------------------------------


async def within(seconds: float, url: str, timeout: float = 2.0) -> Reply:
    """One delivery, which must come back by itself before that."""
    gate = EgressClient(timeout=timeout)
    try:
        return await asyncio.wait_for(gate.post(url, b"{}", {"x-sent": "yes"}), seconds)
    finally:
        await gate.close()


def test_a_request_and_its_answer_come_whole() -> None:
    async def scenario() -> None:
        async with receiving(saying(b"HTTP/1.1 201 Made\r\nX-Got: it\r\nContent-Length: 5\r\n\r\nhello")) as receiver:
            reply = await within(5, receiver.url)
            [got] = receiver.got
        assert (reply.status, reply.headers["X-Got"], reply.body, reply.error) == (201, "it", b"hello", "")
        assert reply.ms > 0
        assert (got.body, got.headers["x-sent"]) == (b"{}", "yes")
        assert "accept-encoding" not in got.headers

    asyncio.run(scenario())


def test_an_answer_that_does_not_come_ends_at_the_deadline() -> None:
    async def scenario() -> Reply:
        async with receiving(hanging()) as receiver:
            return await within(5, receiver.url, timeout=0.05)

    reply = asyncio.run(scenario())
    assert_message(reply.error, "receiver that is too slow", SECONDS=0.05)
    assert reply.ms > 0
    assert reply.refused is False


def test_a_receiver_that_hangs_up_at_once_is_told_once() -> None:
    async def scenario() -> tuple[Reply, int]:
        async with receiving(closing()) as receiver:
            return await within(5, receiver.url), len(receiver.got)

    reply, received = asyncio.run(scenario())
    assert (reply.refused, received) == (False, 1)
    assert_message(reply.error)
    assert reply.ms > 0


def test_what_the_gate_refused_is_told_with_the_address() -> None:
    reply = asyncio.run(within(5, "http://8.8.8.8/"))
    why = "8.8.8.8 is neither loopback nor private (--allow-egress lets a host through)"
    assert (reply.error, reply.refused) == (f"refused: {why}", True)


def untrusted(code: int = 18, words: str = "self-signed certificate") -> Exception:
    fault = ssl.SSLCertVerificationError(1, "long words")
    fault.verify_code, fault.verify_message = code, words
    return fault


UNTRUSTED = "the certificate is not trusted: "
TRUST, SKIP = "serve --webhook-ca FILE (or SSL_CERT_FILE) trusts it, ", "listen --skip-verify takes any"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (ConnectionRefusedError(111, "at port 4711"), "connection refused"),
        *((untrusted(code), f"{UNTRUSTED}self-signed certificate; {TRUST}{SKIP}") for code in (2, 18, 19, 20, 21)),
        *((untrusted(code, "expired"), f"{UNTRUSTED}expired; {SKIP}") for code in (0, 1, 10, 17, 22, 62)),
        (HttpProcessingError(message="\x1b[31m\udce9"), "no HTTP answer: \\x1b[31m\\xdce9"),
        (UnicodeError("label too long"), "the host is not known"),
        (
            HttpProcessingError(message="Bad: b'whsec_bm90IGEgc2VjcmV0IG9mIGFueWJvZHk='"),
            "no HTTP answer: Bad: b'whsec_***'",
        ),
        (HttpProcessingError(message="Bad\n  status " + "x" * 200), "no HTTP answer: Bad status " + "x" * 88 + "…"),
        (ExceptionGroup("two", [ValueError(), EgressRefused("8.8.8.8")]), "refused: 8.8.8.8"),
        (LookupError(ValueError("inner")), "LookupError"),
    ],
)
def test_a_fault_is_told_in_the_same_words_at_every_run(fault: Exception, words: str) -> None:
    assert failure_reasons.in_words(list(failure_reasons.causes_of(fault))) == words


def test_the_causes_of_a_fault_come_in_order_and_once_each_even_in_a_circle() -> None:
    one, two, three = ValueError("one"), ValueError("two"), ValueError("three")
    one.args = (two, three, two)
    two.args = (one,)
    three.__cause__, three.__context__ = KeyError("cause"), IndexError("context")
    found = list(itertools.islice(failure_reasons.causes_of(one), 9))
    assert found == [one, two, three, three.__cause__, three.__context__]


def test_of_a_long_answer_the_first_bytes_are_read_and_no_more() -> None:
    class Long:
        parts = 9

        async def read(self, most: int) -> bytes:
            self.parts -= 1
            return b"x" * min(most, 40_000) if self.parts else b""

    assert asyncio.run(egress_client._bounded(Long())) == b"x" * MAX_REPLY_BYTES  # type: ignore[arg-type]


def test_a_resolver_asks_for_what_it_was_asked() -> None:
    class Noting(Answers):
        async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> "list[ResolveResult]":
            self.asked.append(f"{host} {port} {int(family)}")
            return []

    noting = Noting()
    asyncio.run(egress_client._Resolver(noting, outside=False).resolve("a.example", 80, socket.AF_INET6))
    asyncio.run(egress_client._Resolver(noting, outside=False).resolve("b.example"))
    assert noting.asked == [f"a.example 80 {int(socket.AF_INET6)}", f"b.example 0 {int(socket.AF_INET)}"]


def test_a_socket_never_blocks_the_loop() -> None:
    made = egress_client._inside_socket((socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", 9)))
    with made:
        assert (made.family, made.type, made.getblocking()) == (socket.AF_INET, socket.SOCK_STREAM, False)


def test_a_session_has_no_limits_and_no_helpfulness_of_the_librarys() -> None:
    async def scenario() -> None:
        gate = EgressClient()
        assert gate._timeout == 10.0
        for outside, verify in itertools.product((True, False), repeat=2):
            session = await gate._session(outside=outside, verify=verify)
            assert session is await gate._session(outside=outside, verify=verify)
            assert session.timeout == aiohttp.ClientTimeout(total=None)
            assert session.auto_decompress is False
            assert session.trust_env is False
            assert session.skip_auto_headers == {"Accept-Encoding"}
            assert isinstance(session.cookie_jar, aiohttp.DummyCookieJar)
            assert isinstance(session.connector, aiohttp.TCPConnector)
            assert session.connector.limit == 0
            assert session.connector._keepalive_timeout == 1.0
        assert len(gate._sessions) == 4
        await gate.close()

    asyncio.run(scenario())


def test_a_gate_outlives_the_event_loop_that_it_was_first_used_in() -> None:
    """As an application in process does, when each test has a loop of its own."""
    gate = EgressClient()

    async def one() -> Reply:
        async with receiving(saying(OK)) as receiver:
            return await gate.post(receiver.url, b"{}", {})

    async def last() -> Reply:
        try:
            return await one()
        finally:
            await gate.close()

    assert [asyncio.run(one()).status, asyncio.run(one()).status, asyncio.run(last()).status] == [200, 200, 200]
