"""The command as a person meets it: in a terminal of eighty columns, in a pipe, and when something is wrong."""

import io
import json
import os
import pty
import re
import runpy
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from messages import assert_message
from wire import TINY

from mock_server import __file__ as package
from mock_server import __version__
from mock_server.app import ledger
from mock_server.cli.main import cli, main
from mock_server.config.settings import flag, table

Run = Callable[..., tuple[int, str]]
HEAVY = ("starlette", "uvicorn", "jsonschema_rs", "yaml", "rich", "aiohttp", "orjson", "sqlite3", "asyncio")


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No configuration of the person who runs the tests."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("SOPHIIE_MOCK_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture
def piped(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str]:
        code = main(list(arguments))
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a verb with a terminal of eighty columns for its output."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm-256color")

    def run(*arguments: str) -> tuple[int, str]:
        inside, outside = pty.openpty()
        said: list[bytes] = []
        reader = threading.Thread(target=_drain, args=(inside, said))
        reader.start()
        with open(outside, "w") as screen, redirect_stdout(screen):
            code = main(list(arguments))
        reader.join()
        os.close(inside)
        return code, b"".join(said).decode().replace("\r\n", "\n")

    return run


def _drain(terminal: int, said: list[bytes]) -> None:
    try:
        while part := os.read(terminal, 65536):
            said.append(part)
    except OSError:  # Linux says so when the other end was closed
        pass


def plain(text: str) -> list[str]:
    return re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()


VERBS = (
    *(["--help"], ["serve", "--help"], ["routes", "--help"], ["worlds", "--help"], ["spec", "--help"]),
    *(["routes"], ["worlds"], ["spec", "gaps"], ["spec", "gaps", "transfer-bad-request", "id-shape"]),
)


@pytest.mark.parametrize("arguments", VERBS, ids=" ".join)
def test_on_a_terminal_every_line_fits_and_no_word_is_cut(terminal: Run, arguments: list[str]) -> None:
    code, said = terminal(*arguments)
    assert code == 0
    lines = plain(said)
    assert len(lines) > 5
    assert not [line for line in lines if len(line.rstrip()) > 80 and "http" not in line]
    assert "…" not in said


@pytest.mark.parametrize("arguments", [["worlds"], ["spec", "gaps"], ["spec", "gaps", "id-shape"]], ids=" ".join)
def test_without_colour_on_a_terminal_or_in_a_pipe_there_is_no_escape(
    terminal: Run, piped: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    assert "\x1b[1m" in terminal(*arguments)[1]
    assert "\x1b" not in piped(*arguments)[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in terminal(*arguments)[1]


def test_routes_in_a_pipe_are_columns(piped: Run) -> None:
    code, said = piped("routes")
    rows = [line.split("\t") for line in said.splitlines()]
    assert code == 0
    assert len(rows) == 42
    assert ["GET", "/v1/leads", "documented", "List Leads"] in rows


def test_worlds_in_a_pipe_are_columns(piped: Run) -> None:
    rows = [line.split("\t") for line in piped("worlds")[1].splitlines()]
    assert {row[0] for row in rows} == {"default", "small", "empty", "busy", "edge"}
    assert {len(row) for row in rows} == {5}


def test_gaps_in_a_pipe_are_columns(piped: Run) -> None:
    rows = {line.split("\t")[0]: line.split("\t") for line in piped("spec", "gaps")[1].splitlines()}
    assert list(rows) == [gap.id for gap in ledger()]
    assert rows["lead-create-status"][1:3] == ["201", "200"]
    assert rows["cors"][2] == "-"


@pytest.mark.parametrize(
    "arguments", [["routes"], ["worlds"], ["spec", "gaps"], ["spec", "gaps", "cors"]], ids=" ".join
)
def test_json_is_for_programs(piped: Run, arguments: list[str]) -> None:
    code, said = piped(*arguments, "--json")
    assert code == 0
    assert json.loads(said)[0]


def test_a_gap_in_full_has_its_evidence_and_how_to_switch_it(piped: Run) -> None:
    _, said = piped("spec", "gaps", "lead-create-status", "cors")
    assert "lead-create-status\n  unknown: " in said
    assert "  evidence: https://docs.sophiie.ai/" in said
    assert "  switch: --assume lead-create-status=200\n" in said
    assert said.count("  switch: ") == 1


def test_a_document_is_shown_as_it_is_served(piped: Run) -> None:
    own = json.loads(piped("spec", "show", "--assume", "lead-create-status=200")[1])
    assert "201" not in own["paths"]["/v1/leads"]["post"]["responses"]
    assert all("zapier" in path for path in json.loads(piped("spec", "show", "zapier")[1])["paths"])


def test_a_good_document_is_said_to_be_good(piped: Run, tmp_path: Path) -> None:
    (tmp_path / "own.json").write_text(piped("spec", "show")[1])
    code, said = piped("spec", "lint", "own.json")
    assert code == 0
    assert "  operations: 37\n" in said
    assert_message(said)


def test_a_document_without_records_is_said_to_have_none(piped: Run, tmp_path: Path) -> None:
    paths = {"/ping": {"get": {"responses": {"200": {"description": "pong"}}}}}
    (tmp_path / "own.json").write_text(
        json.dumps({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths})
    )
    assert_message(piped("spec", "lint", "own.json")[1])


def test_every_setting_has_a_flag_with_help(piped: Run) -> None:
    _, said = piped("serve", "--help")
    words = " ".join(said.split())
    for item in table():
        assert flag(item.name) in words
    assert "SOPHIIE_MOCK_RATE_LIMIT" in words
    assert "  -p, --port N" in said
    assert "[127.0.0.1]" in said


def test_a_flag_of_a_setting_wins_over_its_variable(piped: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPHIIE_MOCK_ASSUME", "no-such-gap=1")
    assert piped("routes", "--spec", TINY["spec"])[0] == 2
    assert piped("routes", "--spec", TINY["spec"], "--assume", "lead-create-status=201")[0] == 0


def test_the_version_and_the_help_end_well(piped: Run) -> None:
    assert piped("--version") == (0, f"sophiie-mock, version {__version__}\n")
    assert piped("-V")[0] == piped("-h")[0] == piped("serve", "-h")[0] == 0


def test_every_verb_has_a_line_in_the_help_and_help_of_its_own(piped: Run) -> None:
    _, said = piped("--help")
    for verb in cli.list_commands(None):  # type: ignore[arg-type]
        assert f"\n  {verb} " in said
        assert piped(verb, "--help")[0] == 0
    assert_message(said.splitlines()[-1])


def test_the_package_can_be_run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["mock_server", "--version"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(Path(package).with_name("__main__.py")), run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"sophiie-mock, version {__version__}\n"


def test_mock_is_another_word_for_serve(piped: Run) -> None:
    assert piped("mock", "--help")[1].partition("\n")[2] == piped("serve", "--help")[1].partition("\n")[2]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "Usage: sophiie-mock"),
        (["bogus"], "No such command 'bogus'"),
        (["srve"], "No such command 'srve'. Did you mean 'serve'?"),
        (["serve", "--prot", "3"], "No such option"),
        (["serve", "extra"], "unexpected extra argument"),
        (["spec"], "Usage: sophiie-mock spec"),
        (["spec", "lint"], "Missing argument 'FILE'"),
        (["spec", "lint", "nowhere.yaml"], "sophiie-mock: nowhere.yaml: "),
        (["spec", "show", "v2"], "is not one of 'v1', 'zapier'"),
        (["spec", "gaps", "lead-create-stats"], "lead-create-stats: no such gap → did you mean `lead-create-status`?"),
        (["spec", "gaps", "zzz"], "zzz: no such gap → `sophiie-mock spec gaps` lists them"),
        (["routes", "--spec", "nowhere.yaml"], "sophiie-mock: nowhere.yaml: "),
        (["routes", "--assume", "x=1"], "sophiie-mock: --assume: no gap `x`"),
        (["serve", "--port", "x"], "sophiie-mock: --port: 'x' is no whole number"),
        (["serve", "--port", "65536"], "sophiie-mock: --port: 65536 is not between 0 and 65535"),
        (["serve", "--journal-size", "-1"], "sophiie-mock: --journal-size: -1 is not between"),
        (["serve", "--rate-limit", "²"], "sophiie-mock: --rate-limit: '²' is neither"),
        (["serve", "--now", "foo"], "sophiie-mock: --now: 'foo' is not a time; write it like"),
        (["serve", "--host", "192.0.2.1"], "sophiie-mock: 192.0.2.1:4747: "),
        (["serve", "--host", "no-such-name.invalid"], "→ give an address of this machine with --host"),
        (["serve", "--world", "nowhere"], "sophiie-mock: nowhere: "),
        (["serve", "--state", "no/such/folder/state.db"], "→ give a file in a writable folder"),
        (
            ["serve", "--port-file", "no/such/folder/port"],
            "no/such/folder/port: No such file or directory → give a file in a writable folder",
        ),
    ],
    ids=" ".join,
)
def test_what_cannot_run_says_why_in_a_line_and_ends_with_2(piped: Run, arguments: list[str], told: str) -> None:
    if arguments[:1] == ["serve"] and "--host" not in arguments and "--port" not in arguments:
        arguments = [*arguments, "--port", "0", "--spec", TINY["spec"]]
    code, said = piped(*arguments)
    assert code == 2
    assert told in said
    assert "Traceback" not in said
    if "sophiie-mock: " in said:
        assert len(said.splitlines()) == 1


def test_faults_of_a_file_are_told_a_line_each(piped: Run, tmp_path: Path) -> None:
    (tmp_path / "sophiie-mock.toml").write_text("prot = 1\nquiet = 5")
    code, said = piped("serve")
    assert code == 2
    assert_message(said, FOLDER=tmp_path)


def test_an_interrupted_verb_ends_with_130(capsys: pytest.CaptureFixture[str]) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"#")

    def interrupt() -> None:
        while unread(reading) and not over.is_set():
            time.sleep(0.001)
        os.kill(os.getpid(), signal.SIGINT)  # the verb has read all there is, and waits for more

    over = threading.Event()
    beside = threading.Thread(target=interrupt)
    beside.start()
    try:
        assert main(["spec", "lint", f"/dev/fd/{reading}"]) == 130
    finally:
        over.set()
        os.close(writing)
        beside.join()
        os.close(reading)
    assert "Traceback" not in capsys.readouterr().err


def unread(pipe: int) -> bool:
    """Tell whether bytes wait in a pipe."""
    return bool(select.select([pipe], [], [], 0)[0])


def test_a_reader_that_has_enough_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    """``sophiie-mock spec gaps | head -1``, with a reader that leaves before the first line."""
    reads, writes = os.pipe()
    os.close(reads)
    with open(writes, "w") as pipe, redirect_stdout(pipe):
        assert main(["spec", "gaps"]) == 0
    assert capsys.readouterr().err == ""


def test_the_output_may_be_any_text_stream() -> None:
    with redirect_stdout(io.StringIO()) as said:
        assert main(["--version"]) == 0
    assert __version__ in said.getvalue()


def test_the_command_is_light_until_a_verb_is_used() -> None:
    program = f"import sys, mock_server.cli.main; print(*[name for name in {HEAVY} if name in sys.modules])"
    path = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, env=path, text=True, timeout=30)
    assert (ended.stdout, ended.stderr) == ("\n", "")
