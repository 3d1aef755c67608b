"""``serve`` as a process: what it prints and writes, how it ends, and what is left when it is killed."""

import contextlib
import json
import logging
import os
import re
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from messages import assert_message
from wire import TINY, Answer, exchange, parsed, request

from mock_server.cli.early_stop import stoppable
from mock_server.cli.main import main
from mock_server.config.settings import Settings
from mock_server.http_protocol.listening import bind
from mock_server.server import _signals

SMALL = ("--world", "empty", "--spec", TINY["spec"], "--vendor", "sophiie")
Start = Callable[..., tuple[subprocess.Popen[str], str]]


def ask(url: str, method: str, target: str, **more: object) -> Answer:
    return parsed(exchange(url, request(method, target, **more)))  # type: ignore[arg-type]


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SOPHIIE_MOCK_")}
    return {
        **kept,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PYTHONWARNINGS": "error::ResourceWarning",
        "PYTHONIOENCODING": "ascii",
    }


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start ``serve`` in a process, with a terminal that knows only ASCII; it and the URL that it prints."""
    with contextlib.ExitStack() as running:

        def begin(*arguments: str) -> tuple[subprocess.Popen[str], str]:
            command = [sys.executable, "-m", "mock_server", "serve", "-p", "0", *SMALL, *arguments]
            pipe = subprocess.PIPE
            process = subprocess.Popen(
                command, stdout=pipe, stderr=pipe, encoding="utf-8", cwd=tmp_path, env=environment()
            )
            running.enter_context(process)
            running.callback(process.kill)
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith("  url "):
                    return process, line.split()[1]
            return process, ""

        yield begin


def removed(path: Path) -> None:
    path.unlink()


def replaced(path: Path) -> None:
    path.with_name("new.db").write_bytes(path.read_bytes())
    path.with_name("new.db").rename(path)


@pytest.mark.parametrize(
    ("mischief", "what"),
    [
        (removed, "it was moved or deleted while the server ran"),
        (replaced, "another file was put in its place while the server ran"),
    ],
)
def test_a_server_that_loses_its_state_file_answers_503_and_ends_with_exit_code_2(
    start: Start, tmp_path: Path, mischief: Callable[[Path], None], what: str
) -> None:
    process, url = start("--state", "state.db")
    lead = json.dumps({"firstName": "Ada"}).encode()
    assert ask(url, "POST", "/v1/leads", body=lead).status == 201
    mischief(tmp_path / "state.db")
    refused = ask(url, "POST", "/v1/leads", body=lead)
    assert (refused.status, refused.json["success"]) == (503, False)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 2
    assert re.search(rf"state\.db: {what}.* (→|.u2192) ", said)
    assert "Traceback" not in said


@pytest.mark.slow
def test_what_was_answered_201_is_there_after_kill_9_and_the_file_has_one_owner(start: Start, tmp_path: Path) -> None:
    first, url = start("--state", "state.db")
    made = [
        ask(url, "POST", "/v1/leads", body=json.dumps({"firstName": f"Ada {number}"}).encode()).json["lead"]["id"]
        for number in range(5)
    ]

    second, _ = start("--state", "state.db")
    said, wrong = second.communicate(timeout=20)
    assert (second.returncode, said) == (2, "")
    assert_message(wrong.removeprefix("sophiie-mock: ")[:-1], "state file in use", FILE="state.db", PROCESS=first.pid)

    first.kill()
    first.wait()
    third, url = start("--state", "state.db")
    found = ask(url, "GET", "/v1/leads").json
    assert [lead["id"] for lead in found["leads"]] == made[::-1]
    third.terminate()
    assert third.wait(10) == 0
    assert third.stderr is not None
    assert third.stderr.read() == ""


def test_an_interrupted_server_ends_with_130_and_has_told_every_request(start: Start) -> None:
    process, url = start("--log-format", "text")
    ask(url, "GET", "/v1/leads?token=hunter2hunter2")
    ask(url, "GET", "/v1/caf%C3%A9")
    ask(url, "GET", "/v1/leads", key="sk_live_4eC39HqLyjWDarjtT1zdp7dc")
    process.send_signal(signal.SIGINT)
    said, wrong = process.communicate(timeout=20)
    assert process.returncode == 130
    assert wrong == ""
    assert "GET    /v1/leads?token=*** 200 " in said
    assert "GET    /v1/leads 401 " in said
    assert "GET    /v1/caf\\xe9 404 " in said
    assert "sk_live_" not in said


Served = tuple[int, list[Answer], str]


def served(tmp_path: Path, *arguments: str, key: str = "sk_test_local", ends_with: int = signal.SIGTERM) -> Served:
    """``serve`` in this process until a signal, with two requests; its exit code, their answers and the port."""
    port_file = tmp_path / "port"
    port_file.write_text("1\n")  # of an earlier run
    answers: list[Answer] = []
    ports: list[str] = []

    def client() -> None:
        while (port := content(port_file)) in ("", "1\n") and not over.wait(0.01):
            pass
        if not over.is_set():
            ports.append(port)
            url = f"http://127.0.0.1:{port}"
            answers.extend(ask(url, "GET", target, key=key) for target in ("/v1/faqs?limit=1", "/__admin/health"))
            os.kill(os.getpid(), ends_with)

    over = threading.Event()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    beside = threading.Thread(target=client)
    beside.start()
    try:
        code = main(["serve", "-p", "0", "--world", "empty", "--port-file", str(port_file), *arguments])
    finally:
        over.set()
        beside.join()
        root.handlers[:], root.level = handlers, level
    return code, answers, ports[0]


def content(file: Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return file.read_text()
    return ""


def test_a_server_says_all_that_a_person_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, answers, port = served(tmp_path)
    said = capsys.readouterr()
    assert code == 0
    assert [answer.status for answer in answers] == [200, 200]
    assert said.err == ""
    for part in (
        f"  url       http://127.0.0.1:{port}\n",
        "  key       sk_test_local\n",
        "  world     empty, seed 1: 0 leads, 0 inquiries, 0 appointments\n",
        "  contract  42 operations, 31 documented; the rest: sophiie-mock spec gaps\n",
        "  state     in memory\n",
        f"  page      http://127.0.0.1:{port}/__admin/ui\n",
        f"  admin     http://127.0.0.1:{port}/__admin/health\n",
        f'  curl -H "Authorization: Bearer sk_test_local" http://127.0.0.1:{port}/v1/leads\n',
        "GET    /v1/faqs?limit=1 200 ",
    ):
        assert part in said.out
    assert not [line for line in said.out.splitlines() if len(line) > 80]
    assert "\x1b" not in said.out


@pytest.mark.parametrize(("number", "code"), [("SIGTERM", 0), ("SIGINT", 130), ("SIGHUP", 0)])
def test_a_quiet_server_says_one_line_and_leaves_no_file(
    number: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = signal.Signals[number]
    before = signal.signal(sent, signal.default_int_handler)  # it may be ignored, as where `nohup` runs the tests
    try:
        ended, _, port = served(tmp_path, "--quiet", "--spec", TINY["spec"], ends_with=sent)
    finally:
        signal.signal(sent, before)
    said = capsys.readouterr()
    assert (ended, said.err) == (code, "")
    assert said.out == f"sophiie-mock: http://127.0.0.1:{port}, key sk_test_local\n"
    assert not list(tmp_path.iterdir())


def test_a_terminal_that_closes_does_not_end_a_server_under_nohup() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stoppable():
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.SIGHUP not in set(_signals())
    finally:
        signal.signal(signal.SIGHUP, before)


def test_the_example_fits_the_document_that_is_served(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "own.json"
    answers = {"200": {"description": "ok"}}
    one = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    paths = {
        "/pots/{id}": {"get": {"parameters": [one], "responses": answers}},
        "/pots": {"get": {"responses": answers}},
    }
    spec.write_text(json.dumps({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths}))
    code, _, _ = served(tmp_path, "--spec", str(spec), "--log-format", "json", "--state", str(tmp_path / "state.db"))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == 0
    assert lines[0]["event"] == "started"
    assert lines[0]["contract"] == f"2 operations, of {spec}"
    assert lines[0]["state"] == str(tmp_path / "state.db")
    assert [(line["path"], line["status"]) for line in lines[1:]] == [("/v1/faqs", 404)]


def test_on_a_bind_that_others_reach_the_token_is_in_a_file_for_its_owner_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    token = tmp_path / ".sophiie-mock-admin-token"
    elsewhere = tmp_path / "readable by all"
    elsewhere.write_text("")
    token.symlink_to(elsewhere)
    code, answers, _ = served(tmp_path, "--host", "0.0.0.0", "--spec", TINY["spec"])
    said = capsys.readouterr().out
    assert code == 0
    assert [answer.status for answer in answers] == [401, 403]
    assert "/__admin/health (token in .sophiie-mock-admin-token)" in said
    assert stat.S_IMODE(token.lstat().st_mode) == 0o600
    assert len(token.read_text()) >= 32
    assert token.read_text() not in said
    assert elsewhere.read_text() == ""


def test_a_server_that_cannot_start_leaves_no_port_of_an_earlier_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port_file = tmp_path / "port"
    port_file.write_text("9999")
    with bind(Settings(port=0)) as held:
        port = str(held.getsockname()[1])
        assert main(["serve", "--port", port, "--port-file", str(port_file)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert_message(said.err.removeprefix("sophiie-mock: ")[:-1], "address in use", PORT=port)
    assert not list(tmp_path.iterdir())


def test_a_stop_while_it_starts_ends_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*given: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(
        "mock_server.cli.commands.serve._introduce", stop
    )  # the port is written, and nothing serves yet
    handler = signal.getsignal(signal.SIGTERM)
    assert main(["serve", "-p", "0", "--spec", TINY["spec"], "--port-file", str(tmp_path / "port")]) == 0
    assert signal.getsignal(signal.SIGTERM) is handler
    assert not list(tmp_path.iterdir())
