"""Every verb ends with a code that means what it says, whatever goes wrong; 1 is kept for a broken contract."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any

import pytest
from messages import assert_message

from mock_server import pytest_plugin
from mock_server.cli.commands import check
from mock_server.cli.main import cli, main
from mock_server.support.extras import NEEDS

ROOT = Path(__file__).parents[2]
KEY = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
CHECKS = (
    ["check"],
    ["check", "--help"],
    ["check", "traffic", "--help"],
    ["check", "--only", "x", "http://127.0.0.1:1"],
    ["check", "traffic"],
    ["check", "traffic", "x.har"],
    ["check", "purge"],
)
WHENCE = "git+https://github.com/OWNER/sophiie-mock@COMMIT"
INSTALL = f'pip install "sophiie-mock[check] @ {WHENCE}"'

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder of this test's own, also for temporary files."""
    monkeypatch.setitem(sys.modules, check.__name__, check)  # whatever a test puts in its place
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("SOPHIIE_MOCK_DEBUG", raising=False)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(list(arguments))
        return code, *capsys.readouterr()

    return run


def program(code: str, *arguments: str, **more: object) -> "subprocess.CompletedProcess[str]":
    """Python that has run ``code``, and then the command."""
    code += "\nfrom mock_server.__main__ import main; sys.exit(main())"
    command = [sys.executable, "-c", f"import sys\n{code}", *arguments]
    given = {
        "capture_output": True,
        "text": True,
        "timeout": 60,
        "env": {**os.environ, "PYTHONPATH": str(ROOT)},
        **more,
    }
    return subprocess.run(command, check=False, **given)  # type: ignore[call-overload,no-any-return]


# --- without the extra ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", NEEDS)
def test_each_library_of_the_suite_is_asked_for(missing: str, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.delitem(sys.modules, "mock_server.cli.commands.check", raising=False)
    line = f"sophiie-mock: check: the contract suite needs {missing} → {INSTALL}\n"
    assert said("check") == (2, "", line)


@pytest.mark.parametrize("arguments", CHECKS, ids=" ".join)
def test_check_without_its_extra_is_one_line_and_ends_with_2(
    arguments: list[str], said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openapi_core", None)
    monkeypatch.setitem(sys.modules, "schemathesis", None)
    monkeypatch.delitem(sys.modules, "mock_server.cli.commands.check", raising=False)
    line = f"sophiie-mock: check: the contract suite needs schemathesis, openapi_core → {INSTALL}\n"
    code, out, err = said(*arguments)
    assert (code, err) == (2, line)
    assert out.startswith("Usage: sophiie-mock check [OPTIONS] [URL]\n" if "--help" in arguments else "")
    assert bool(out) is ("--help" in arguments)


def test_the_remedy_is_what_the_readme_says() -> None:
    assert f'pip install "sophiie-mock @ {WHENCE}"' in (ROOT / "README.md").read_text()


def test_pytest_that_is_asked_for_the_suite_without_its_extra_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openapi_core", None)
    hook: Any = pytest_plugin.pytest_load_initial_conftests
    with pytest.raises(pytest.UsageError) as refused:
        hook(None, None, ["--pyargs", "contracts"])
    assert_message(refused.value)
    monkeypatch.setattr("mock_server.support.extras.find_spec", lambda name: None)
    hook(None, None, ["--pyargs", "contracts"])  # another package of that name, or none


@pytest.mark.slow
def test_a_library_of_another_version_is_one_line_and_ends_with_2() -> None:
    other = "import types; other = types.ModuleType('openapi_core')\nother.__spec__ = sys.__spec__"
    ended = program(f"{other}\nsys.modules['openapi_core'] = other", "check", "traffic", "x.har")
    assert ended.returncode == 2
    assert ended.stderr.startswith("sophiie-mock: cannot import name ")
    assert f" → {INSTALL}" in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("missing", ["click", "orjson", "starlette"])
def test_a_missing_library_of_the_server_is_one_line_and_ends_with_2(missing: str) -> None:
    ended = program(f"sys.modules[{missing!r}] = None", "serve", "-p", "0")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    assert f"{missing}" in ended.stderr
    assert f'pip install "sophiie-mock @ {WHENCE}"' in ended.stderr


# --- faults of our own ----------------------------------------------------------------------------------------------


def broken(*given: object) -> None:
    raise ValueError(f"{KEY} in a message")


@pytest.mark.parametrize("verb", cli.list_commands(None))  # type: ignore[arg-type]
def test_a_fault_of_any_verb_is_one_line_and_ends_with_2(
    verb: str, said: Said, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("mock_server.cli.main.importlib.import_module", broken)
    code, out, err = said(verb)
    [file] = tmp_path.glob("sophiie-mock-*.txt")
    assert (code, out) == (2, "")
    assert err.startswith("sophiie-mock: ValueError at mock_server/cli/main.py:")
    assert err.endswith(f" {file} {NOTE}\n")
    assert "in a message" in file.read_text()
    assert KEY not in err + file.read_text()
    assert file.stat().st_mode & 0o077 == 0


NOTE = "(read that first: it may quote what was being read)"


def test_a_fault_of_the_suite_is_told_in_the_same_way(
    said: Said, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = "a-key-of-no-known-form"
    (tmp_path / "key").write_text(key)
    monkeypatch.setattr("contracts.cli.check._target", lambda *given: broken(given))
    monkeypatch.setattr("contracts.cli.check.named", broken, raising=False)
    code, out, err = said("check", "http://127.0.0.1:1", "--key-file", "key")
    [file] = tmp_path.glob("sophiie-mock-*.txt")
    assert (code, out) == (2, "")
    assert f" {file} " in err
    assert err.count("\n") == 1
    assert key not in err + file.read_text()


def test_the_whole_story_is_printed_where_that_is_asked_for(
    said: Said, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SOPHIIE_MOCK_DEBUG", "1")
    monkeypatch.setattr("mock_server.cli.main.importlib.import_module", broken)
    code, _, err = said("worlds")
    assert code == 2
    assert "Traceback" in err
    assert "in a message" in err
    assert KEY not in err
    assert not list(tmp_path.iterdir())


def test_a_fault_is_told_where_no_file_can_be_written(
    said: Said, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    monkeypatch.setattr("mock_server.cli.main.importlib.import_module", broken)
    code, _, err = said("worlds")
    assert code == 2
    assert_message(err.rpartition(" → ")[2])


def test_a_fault_of_the_machine_is_named(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object) -> None:
        raise OSError(28, "No space left on device", "some/file")

    monkeypatch.setattr("mock_server.cli.main.importlib.import_module", full)
    code, _, err = said("worlds")
    assert code == 2
    assert err.startswith("sophiie-mock: some/file: No space left on device (at ")


# --- streams --------------------------------------------------------------------------------------------------------


@pytest.fixture
def unread() -> Iterator[object]:
    """A pipe whose reader has gone."""
    reads, writes = os.pipe()
    os.close(reads)
    with open(writes, "w") as pipe:
        yield pipe


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"], ["worlds"], ["routes", "--json"]], ids=" ".join)
def test_a_reader_that_has_enough_is_no_error(arguments: list[str], unread: object) -> None:
    with redirect_stdout(unread):  # type: ignore[type-var]
        assert main(arguments) == 0


def test_a_check_that_nobody_reads_still_has_its_verdict(unread: object, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with redirect_stdout(unread):  # type: ignore[type-var]
        assert main(["check", "purge"]) == 0
        assert main(["check", "purge", "folder"]) == 2


PRINTING = (
    *(["--help"], ["--version"], ["worlds"], ["routes"], ["routes", "--json"], ["spec", "gaps"], ["spec", "show"]),
    *(["serve", "--help"], ["state", "--help"], ["check", "--help"], ["check", "purge"]),
    ["check", "https://api.example", "--plan"],
)
needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")


@pytest.fixture
def full() -> Iterator[object]:
    """A stream that takes nothing, as on a full disk."""
    stream = open("/dev/full", "w")  # noqa: SIM115 - closed below, which fails as well
    yield stream
    with suppress(OSError):
        stream.close()


@needs_full
@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_a_full_disk_is_one_line_and_no_bug_of_ours(
    arguments: list[str], full: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with redirect_stdout(full):  # type: ignore[type-var]
        assert main(arguments) == 2
    line = "sophiie-mock: standard output: No space left on device → write it elsewhere, or make room\n"
    assert capsys.readouterr().err == line
    assert not list(tmp_path.glob("sophiie-mock-*.txt"))


@needs_full
def test_what_a_full_disk_does_not_take_leaves_the_reports_whole(full: object, tmp_path: Path) -> None:
    request = {"method": "GET", "url": "https://api.sophiie.ai/v1/organization", "headers": []}
    entry = {"request": request, "response": {"status": 200, "headers": [], "content": {}}}
    (tmp_path / "x.har").write_text(json.dumps({"log": {"entries": [entry]}}))
    with redirect_stdout(full):  # type: ignore[type-var]
        assert main(["check", "traffic", "x.har", "--report", "json=report.json"]) == 2
    assert json.loads((tmp_path / "report.json").read_text())


@pytest.mark.slow
@needs_full
@pytest.mark.parametrize("arguments", [["worlds"], ["nosuch"]], ids=" ".join)
@pytest.mark.parametrize("redirected", [">/dev/full", "2>/dev/full", ">/dev/full 2>/dev/full"])
def test_full_streams_of_a_process_change_no_exit_code(arguments: list[str], redirected: str, tmp_path: Path) -> None:
    command = f'exec "{sys.executable}" -m mock_server {arguments[0]} {redirected}'
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    ended = subprocess.run(["sh", "-c", command], capture_output=True, env=variables, text=True, timeout=60)
    assert ended.returncode == (0 if arguments == ["worlds"] and redirected.startswith("2") else 2)
    assert ended.stderr.count("\n") <= 5
    assert "Traceback" not in ended.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("shut", [">&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_no_error(shut: str) -> None:
    command = f'exec "{sys.executable}" -m mock_server worlds {shut}'
    ended = subprocess.run(["sh", "-c", command], capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.skipif(not str(ROOT).isascii(), reason="there Python itself does not find what is installed")
def test_a_terminal_that_knows_ascii_only_is_no_error() -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONPATH": str(ROOT)}
    ended = program("", "spec", "lint", "n\u00f6.yaml", env={**os.environ, **plain})
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert "No such file" in ended.stderr


@pytest.mark.parametrize("arguments", [["serve", "--port", "x"], ["mock", "--port", "x"], ["check", "--mode", "x"]])
def test_a_misspelt_variable_is_said_at_the_start(
    arguments: list[str], said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHIIE_MOCK_RATELIMIT", "60")
    line = "sophiie-mock: SOPHIIE_MOCK_RATELIMIT: no such setting, so it is ignored → did you mean "
    assert said(*arguments)[2].startswith(f"{line}SOPHIIE_MOCK_RATE_LIMIT?\n")
    assert said("worlds")[2] == ""
