"""Targets that hold a request up in any phase, ask for long pauses, or show a certificate that nobody signed."""

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager, suppress
from email.utils import formatdate
from pathlib import Path

import pytest
import requests
from messages import assert_message
from production import CONTRACT
from recording import HOST, KEY, FakeClock, recording

from contracts.errors import CannotRun, RunStopped
from contracts.transport import guarded_session
from contracts.transport.guard import Guard, Mode, Policy
from contracts.transport.guarded_session import Transport
from contracts.transport.network_errors import in_words, remedy
from contracts.transport.pacing import Pace
from contracts.transport.pause import requested_pause
from contracts.transport.trusted_certificates import trusted_certificates

BEARER = {"Authorization": f"Bearer {KEY}"}
OK = b"HTTP/1.1 200 OK\r\n"
Serve = Callable[[socket.socket], None]


@contextmanager
def serving(serve: Serve) -> Generator[str, None, None]:
    """Calls ``serve`` with each connection, one after the other."""
    over = threading.Event()

    def accept() -> None:
        with suppress(OSError):
            while not over.is_set():
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    serve(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def dripping(start: bytes, drop: bytes, *, asked: bool = True) -> Serve:
    """Sends ``start`` and then ``drop`` again and again, never silent for long."""

    def serve(connection: socket.socket) -> None:
        if asked:
            connection.recv(65536)
        connection.sendall(start)
        while True:
            connection.sendall(drop)
            time.sleep(0.02)

    return serve


def guarded(origin: str, *, seconds: float | None = None, pace: Pace | None = None) -> Guard:
    deadline = None if seconds is None else time.monotonic() + seconds
    return Guard(Policy(origin, Mode.SAFE, KEY, CONTRACT, deadline=deadline), pace)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("TIMEOUT", "HEAD", "WHOLE"):
        monkeypatch.setattr(guarded_session, limit, 0.1)


DRIPS = {
    "status line": dripping(b"HTTP/1.1 ", b"2"),
    "endless 1xx": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "header name": dripping(OK, b"x"),
    "header value": dripping(OK + b"X-A: ", b"a"),
    "headers": dripping(OK, b"a:\r\n"),
    "body": dripping(OK + b"Content-Length: 100000\r\n\r\n", b"x"),
    "body until the end": dripping(OK + b"\r\n", b"x"),
    "chunks": dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "size of a chunk": dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "trailers": dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"a: b\r\n"),
    "silence": lambda connection: time.sleep(0.2),
}


@pytest.mark.parametrize("phase", DRIPS)
@pytest.mark.usefixtures("short")
def test_no_phase_of_an_answer_lasts_for_ever(phase: str) -> None:
    with serving(DRIPS[phase]) as address:
        session = Transport(guarded(HOST), {HOST: f"http://{address}"}).session()
        started = time.monotonic()
        with pytest.raises(requests.RequestException) as fault:
            session.get(f"{HOST}/v1/leads", headers=BEARER)
    assert time.monotonic() - started < 2
    # A library may not know a status line, or more than 100 headers, before the time is over.
    assert in_words(fault.value).startswith(("its answer ", "the headers of its answer took", "no answer in time"))


@pytest.mark.parametrize("phase", ["header value", "body", "size of a chunk"])
def test_the_time_of_a_run_ends_a_request_too(phase: str) -> None:
    with serving(DRIPS[phase]) as address:
        session = Transport(guarded(HOST, seconds=0.1), {HOST: f"http://{address}"}).session()
        started = time.monotonic()
        with pytest.raises(RunStopped) as stop:
            session.get(f"{HOST}/v1/leads", headers=BEARER)
        assert_message(stop.value, "time that is used up")
    assert (stop.value.spent, time.monotonic() - started < 2) == (True, True)


def test_a_connection_is_used_again_with_a_deadline_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("HEAD", "WHOLE"):
        monkeypatch.setattr(guarded_session, limit, 0.25)
    seen = []

    def serve(connection: socket.socket) -> None:
        seen.append(connection)
        while connection.recv(65536):
            time.sleep(0.1)
            connection.sendall(OK + b"Content-Length: 2\r\n\r\n{}")

    with serving(serve) as address, Transport(guarded(HOST), {HOST: f"http://{address}"}).session() as session:
        assert [session.get(f"{HOST}/v1/leads", headers=BEARER).status_code for _ in range(3)] == [200] * 3
    assert len(seen) == 1


# --- pauses -----------------------------------------------------------------------------------------------------

NOW = 1_764_000_000.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 60),
        ({"retry-after": "7"}, 7),
        ({"retry-after": " 7.5 "}, 7.5),
        ({"retry-after": formatdate(NOW + 30, usegmt=True)}, 30),
        ({"retry-after": formatdate(NOW - 30, usegmt=True)}, 0),
        ({"x-ratelimit-reset": "41"}, 41),
        ({"x-ratelimit-reset": f"{NOW + 41:.0f}"}, 41),
        ({"x-ratelimit-reset": f"{(NOW + 41) * 1000:.0f}"}, 41),
        ({"x-ratelimit-reset": f"{NOW - 41:.0f}"}, 0),
        ({"retry-after": "soon", "x-ratelimit-reset": "5"}, 5),
        ({"retry-after": "-5"}, 60),
        ({"retry-after": "١٢"}, 60),
        ({"retry-after": "9" * 5000}, float("inf")),
    ],
)
def test_a_pause_is_read_in_every_spelling(headers: dict[str, str], seconds: float) -> None:
    assert requested_pause(headers, NOW) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "value", ["86400", "9" * 400, "Fri, 31 Dec 2099 23:59:59 GMT", "4102444800"], ids=["day", "digits", "date", "epoch"]
)
@pytest.mark.parametrize("header", ["retry-after", "x-ratelimit-reset"])
def test_a_pause_that_is_too_long_ends_the_run_at_once(header: str, value: str, tmp_path: Path) -> None:
    clock = FakeClock()
    pace = Pace(KEY, folder=tmp_path, clock=clock, sleep=clock.sleep)
    with recording(lambda *_: (429, {header: value}, b"{}"), clock) as host:
        session = Transport(guarded(HOST, pace=pace), host.reroutes).session()
        started = clock.now
        with pytest.raises(RunStopped) as stop:
            session.get(f"{HOST}/v1/leads", headers=BEARER)
        assert_message(stop.value, "pause that is too long")
        later = Transport(guarded(HOST, pace=pace), host.reroutes).session()
        with pytest.raises(RunStopped) as refused:
            later.get(f"{HOST}/v1/leads", headers=BEARER)
        assert_message(refused.value, "key that is to rest")
        assert (stop.value.spent, clock.now - started, len(host.seen)) == (False, 0, 1)
    clock.sleep(600)  # and no longer, whatever was said
    assert pace.slot() <= clock.now + 2


def test_a_pause_that_is_waited_for_is_announced(tmp_path: Path) -> None:
    clock, left, said = FakeClock(), iter([429, 200]), list[str]()
    pace = Pace(KEY, folder=tmp_path, clock=clock, sleep=clock.sleep)
    with recording(lambda *_: (next(left), {"retry-after": "40"}, b"{}"), clock) as host:
        guard = guarded(HOST, pace=pace)
        guard.announce_with(said.append)
        session = Transport(guard, host.reroutes).session()
        session.get(f"{HOST}/v1/leads", headers=BEARER)
        session.get(f"{HOST}/v1/leads", headers=BEARER)
    (told,) = said
    assert_message(told)


def test_a_run_does_not_wait_beyond_its_time(tmp_path: Path) -> None:
    clock, left = FakeClock(), iter([429])
    pace = Pace(KEY, folder=tmp_path, clock=clock, sleep=clock.sleep)
    with recording(lambda *_: (next(left), {"retry-after": "40"}, b"{}"), clock) as host:
        session = Transport(guarded(HOST, pace=pace, seconds=20), host.reroutes).session()
        session.get(f"{HOST}/v1/leads", headers=BEARER)
        started = clock.now
        with pytest.raises(RunStopped) as refused:
            session.get(f"{HOST}/v1/leads", headers=BEARER)
        assert_message(refused.value, "time that is used up")
        assert clock.now == started


# --- certificates -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate with its key, signed by itself."""
    file = tmp_path_factory.mktemp("tls") / "own.pem"
    key = file.with_name("key.pem")
    words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(["openssl", *words, *names, "-keyout", key, "-out", file], check=True, capture_output=True)
    return file


@contextmanager
def over_tls(certificate: Path, name: str = "localhost") -> Generator[str, None, None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))

    def serve(connection: socket.socket) -> None:
        with ExitStack() as stack:
            secure = stack.enter_context(context.wrap_socket(connection, server_side=True))
            secure.recv(65536)
            secure.sendall(OK + b"Content-Length: 2\r\n\r\n{}")

    with serving(serve) as address:
        yield f"https://{name}:{address.rpartition(':')[2]}"


def ask(origin: str) -> int:
    return Transport(guarded(origin)).session().get(f"{origin}/v1/leads", headers=BEARER).status_code


VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    return monkeypatch


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_certificate_that_the_environment_names_is_trusted(
    variable: str, bare: pytest.MonkeyPatch, certificate: Path
) -> None:
    bare.setenv(variable, str(certificate))
    with over_tls(certificate) as origin:
        assert ask(origin) == 200


@pytest.mark.usefixtures("bare")
def test_a_certificate_that_is_not_trusted_is_said_in_words(certificate: Path) -> None:
    with over_tls(certificate) as origin, pytest.raises(requests.RequestException) as fault:
        ask(origin)
    assert_message(in_words(fault.value))
    assert "SSL_CERT_FILE" in remedy(fault.value)


def test_a_certificate_for_another_host_is_said_in_words(bare: pytest.MonkeyPatch, certificate: Path) -> None:
    bare.setenv("SSL_CERT_FILE", str(certificate))
    with over_tls(certificate, "127.0.0.1") as origin, pytest.raises(requests.RequestException) as fault:
        ask(origin)
    assert_message(in_words(fault.value))


@pytest.mark.usefixtures("bare", "short")
def test_a_handshake_does_not_last_for_ever() -> None:
    with serving(dripping(b"", b"\x16", asked=False)) as address:
        origin, started = f"https://{address}", time.monotonic()
        with pytest.raises(requests.RequestException):
            ask(origin)
    assert time.monotonic() - started < 2


def test_a_file_of_certificates_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    for name in ("empty.pem", "missing.pem"):
        with pytest.raises(CannotRun, match="SSL_CERT_FILE="):
            trusted_certificates({"SSL_CERT_FILE": str(tmp_path / name)})
