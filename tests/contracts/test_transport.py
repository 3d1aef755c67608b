"""The guard below everything: what it lets out to a real host, how fast, and when it stops."""

import gzip
import socket
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests
from messages import assert_message
from recording import HOST, KEY, Answer, FakeClock, recording

from contracts.errors import RequestRefused, RunStopped
from contracts.spec.document import Contract, load
from contracts.transport.guard import Guard, Mode, Policy
from contracts.transport.guarded_session import MAX_ANSWER_BYTES, Transport
from contracts.transport.network_errors import answered, in_words
from contracts.transport.pacing import Pace

CONTRACT: Contract = load()
FINE: Answer = (200, {}, b"{}")
BEARER = {"Authorization": f"Bearer {KEY}"}


def safe(reroutes: Mapping[str, str], pace: Pace | None = None, budget: int | None = None) -> Transport:
    return Transport(Guard(Policy(HOST, Mode.SAFE, KEY, CONTRACT, budget=budget), pace), reroutes)


def read(session: requests.Session, times: int = 1) -> None:
    for _ in range(times):
        session.get(f"{HOST}/v1/leads", headers=BEARER)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "CONNECT"])
def test_no_other_method_reaches_a_real_host(method: str) -> None:
    with recording(lambda *_: FINE) as host:
        session = safe(host.reroutes).session()
        prepared = requests.PreparedRequest()
        prepared.prepare(method=method, url=f"{HOST}/v1/leads", headers=BEARER)
        with pytest.raises(RequestRefused):
            session.send(prepared)
        assert host.seen == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer other"},
        {"Authorization": f"Basic {KEY}"},
        {"Authorization": f"Bearer {KEY} "},
        {"X-Api-Key": KEY},
    ],
)
def test_nothing_goes_to_a_real_host_without_the_given_token(headers: dict[str, str]) -> None:
    with recording(lambda *_: FINE) as host:
        with pytest.raises((RequestRefused, requests.exceptions.InvalidHeader)):
            safe(host.reroutes).session().get(f"{HOST}/v1/leads", headers=headers)
        assert host.seen == []


@pytest.mark.parametrize("path", ["/", "/v2/leads", "/v1/leads/a/b/c", "/v1/sms", "/__admin/reset", "/v1//leads"])
def test_only_documented_reads_reach_a_real_host(path: str) -> None:
    with recording(lambda *_: FINE) as host:
        with pytest.raises(RequestRefused):
            safe(host.reroutes).session().get(f"{HOST}{path}", headers=BEARER)
        assert host.seen == []


@pytest.mark.parametrize(
    "url", ["http://api.sophiie.test/v1/leads", "https://evil.test/v1/leads", f"{HOST}.evil.test/v1/leads"]
)
def test_no_other_host_is_spoken_to(url: str) -> None:
    with recording(lambda *_: FINE) as host:
        with pytest.raises(RequestRefused):
            safe(host.reroutes).session().get(url, headers=BEARER)
        assert host.seen == []


def test_a_redirect_is_not_followed_and_ends_the_run() -> None:
    with recording(lambda *_: (302, {"location": "https://login.test/"}, b"")) as host:
        with pytest.raises(RunStopped, match="redirects"):
            safe(host.reroutes).session().get(f"{HOST}/v1/leads", headers=BEARER)
        assert len(host.seen) == 1


@pytest.mark.parametrize(
    ("answers", "requests_made"),
    [
        ([401, 200, 401, 200], 3),
        ([403, 401, 200], 2),
        ([429, 200, 429, 200], 3),
        ([500, 500, 200, 500, 502, 503, 200], 6),
    ],
)
def test_the_run_stops_when_the_target_has_had_enough(answers: list[int], requests_made: int, tmp_path: Path) -> None:
    clock, left = FakeClock(), iter(answers)
    with recording(lambda *_: (next(left), {}, b"{}")) as host:
        session = safe(host.reroutes, Pace(KEY, folder=tmp_path, clock=clock, sleep=clock.sleep)).session()
        with pytest.raises(RunStopped):
            read(session, len(answers))
        with pytest.raises(RunStopped):
            read(session)
        assert len(host.seen) == requests_made


def test_html_ends_the_run() -> None:
    page: Answer = (200, {"content-type": "text/html; charset=utf-8"}, b"<html>")
    with recording(lambda *_: page) as host, pytest.raises(RunStopped, match="HTML"):
        read(safe(host.reroutes).session())


def test_the_budget_is_never_exceeded() -> None:
    with recording(lambda *_: FINE) as host:
        session = safe(host.reroutes, budget=3).session()
        with pytest.raises(RunStopped) as stop:
            read(session, 10)
        assert stop.value.spent
        assert len(host.seen) == 3


def test_there_are_never_more_than_fifty_requests_in_any_minute(tmp_path: Path) -> None:
    clock = FakeClock()
    with recording(lambda *_: FINE, clock) as host:
        session = safe(host.reroutes, Pace(KEY, folder=tmp_path, clock=clock, sleep=clock.sleep)).session()
        read(session, 160)
        assert host.most_in_a_minute() <= 50
        assert clock.now - 1_700_000_000 < 160 * 1.3  # and no slower than it must be


def test_runs_on_one_token_share_the_pace(tmp_path: Path) -> None:
    clock, lock = FakeClock(), threading.Lock()
    with recording(lambda *_: FINE, clock) as host:

        def run() -> None:
            session = safe(host.reroutes, Pace(KEY, folder=tmp_path, clock=clock, sleep=clock.sleep)).session()
            for _ in range(30):
                with lock:  # one clock for all: who waits moves it for the others
                    session.get(f"{HOST}/v1/leads", headers=BEARER)

        threads = [threading.Thread(target=run) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(host.seen) == 90
        assert host.most_in_a_minute() <= 50


@pytest.mark.parametrize("header", ["retry-after", "x-ratelimit-reset"])
def test_the_target_is_left_alone_for_as_long_as_it_asks(header: str, tmp_path: Path) -> None:
    clock, left = FakeClock(), iter([429, 200])
    with recording(lambda *_: (next(left), {header: "40"}, b"{}"), clock) as host:
        session = safe(host.reroutes, Pace(KEY, folder=tmp_path, clock=clock, sleep=clock.sleep)).session()
        read(session, 2)
        assert host.seen[1].at - host.seen[0].at >= 40


def test_the_file_of_the_pace_does_not_hold_the_token(tmp_path: Path) -> None:
    Pace(KEY, folder=tmp_path).wait()
    (file,) = tmp_path.iterdir()
    assert KEY not in file.name
    assert KEY.encode() not in file.read_bytes()


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    body = gzip.compress(bytes(MAX_ANSWER_BYTES + 1))
    answers = {"/v1/leads": (200, {"content-encoding": "gzip"}, body), "/v1/faqs": (200, {}, bytes(MAX_ANSWER_BYTES))}
    with recording(lambda _, path: answers[path]) as host:
        session = safe(host.reroutes).session()
        assert len(session.get(f"{HOST}/v1/faqs", headers=BEARER).content) == MAX_ANSWER_BYTES
        with pytest.raises(requests.RequestException, match="has over"):
            session.get(f"{HOST}/v1/leads", headers=BEARER)


def test_an_answer_that_comes_byte_by_byte_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contracts.transport.guarded_session.WHOLE", 0.0)
    with serving_slowly(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"x" * 1000) as url:
        session = safe({HOST: url}).session()
        with pytest.raises(requests.RequestException, match="took over"):
            session.get(f"{HOST}/v1/leads", headers=BEARER)


@pytest.mark.parametrize(
    ("head", "sent", "body"),
    [
        (b"Content-Length: 4\r\n", b"abcd", b"abcd"),
        (b"Transfer-Encoding: chunked\r\n", b"2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n", b"abcd"),
        (b"Connection: close\r\n", b"abcd", b"abcd"),
        (b"Content-Length: 0\r\n", b"", b""),
    ],
)
def test_a_body_is_read_whole_however_it_is_framed(head: bytes, sent: bytes, body: bytes) -> None:
    with serving_slowly(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + sent, b"") as url:
        assert safe({HOST: url}).session().get(f"{HOST}/v1/leads", headers=BEARER).content == body


HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"


@pytest.mark.parametrize("before", [HINTS, HINTS * 3, b"HTTP/1.1 102 Processing\r\n\r\n", b"HTTP/1.1 100 Go\r\n\r\n"])
def test_what_announces_an_answer_is_not_taken_for_it(before: bytes) -> None:
    with serving_slowly(before + b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: 1\r\n\r\n{}", b"") as url:
        exchange = safe({HOST: url}).request("GET", f"{HOST}/v1/leads", BEARER, None, {})
    assert (exchange.status, exchange.body, exchange.headers.get("x-a"), "link" in exchange.headers) == (
        200,
        b"{}",
        "1",
        False,
    )


OK = b"HTTP/1.1 200 OK\r\n"
CUT = "its answer ended early, or its length or chunks are wrong"
PACKED = "it says Content-Encoding, and cannot be unpacked"


@pytest.mark.parametrize(
    ("answer", "flaw"),
    [
        (OK + b"Content-Length: 9\r\n\r\nabcd", CUT),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\nab", CUT),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nab", CUT),
        (OK + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd", PACKED),
        (
            OK + b"Content-Encoding: x-zip\r\nContent-Length: 4\r\n\r\nabcd",
            "it has a Content-Encoding that was not asked for",
        ),
        (OK + b"Content-Encoding: identity\r\nContent-Length: 4\r\n\r\nabcd", ""),
    ],
)
def test_a_body_that_is_not_what_its_headers_say_is_an_answer_with_a_flaw(answer: bytes, flaw: str) -> None:
    with serving_slowly(answer, b"") as url:
        assert safe({HOST: url}).request("GET", f"{HOST}/v1/leads", BEARER, None, {}).body_fault == flaw


def test_over_a_network_a_body_that_is_cut_short_is_a_broken_connection() -> None:
    with serving_slowly(OK + b"Content-Length: 9\r\n\r\nabcd", b"") as url:
        far = Guard(Policy(HOST, Mode.SAFE, KEY, CONTRACT, private=True))
        with pytest.raises(requests.RequestException) as fault:
            Transport(far, {HOST: url}).session().get(f"{HOST}/v1/leads", headers=BEARER)
    assert (in_words(fault.value), answered(fault.value)) == (CUT, True)


@pytest.mark.parametrize(
    ("answer", "words", "came"),
    [
        (b"", "it closed the connection without an answer", False),
        (b"\x00garbage\r\n\r\n", "its answer is no HTTP", True),
        (b"<html>", "its answer is no HTTP", True),
        (OK + b"X-A: " + b"a" * 70_000 + b"\r\n\r\n", "its answer has a header that is too long", True),
        (OK + b"X-A: a\r\n" * 200 + b"\r\n", "its answer is no HTTP that can be read", True),
        (
            OK + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\n",
            "its answer has headers that contradict each other",
            True,
        ),
    ],
)
def test_what_is_no_answer_is_told_in_words(answer: bytes, words: str, came: bool) -> None:
    with serving_slowly(answer, b"") as url, pytest.raises(requests.RequestException) as fault:
        safe({HOST: url}).session().get(f"{HOST}/v1/leads", headers=BEARER)
    assert (in_words(fault.value), answered(fault.value)) == (words, came)


def test_nobody_at_the_other_end_is_told_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(requests.RequestException) as fault:
        safe({HOST: url}).session().get(f"{HOST}/v1/leads", headers=BEARER)
    assert answered(fault.value) is False
    assert_message(in_words(fault.value))


@contextmanager
def serving_slowly(first: bytes, then: bytes) -> Generator[str, None, None]:
    """Answers each connection with ``first``; after that ``then`` again and again, or the end when it is empty."""

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    connection.recv(65536)
                    connection.sendall(first)
                    while then:
                        connection.sendall(then)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()
