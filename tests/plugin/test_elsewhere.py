"""The plugin with a server that it does not run, where the server's libraries are not installed."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from messages import assert_message
from test_plugin import ROOT, run

from mock_server import __version__
from mock_server.server import MockServer
from mock_server.testing import Refused, workspace
from mock_server.testing.remote_server import found, started
from mock_server.testing.server_choice import serving

pytestmark = pytest.mark.slow

# What is installed where there is a server and nowhere else; importing it fails there.
SERVER_LIBRARIES = (
    "starlette",
    "uvicorn",
    "uvloop",
    "httptools",
    "jsonschema_rs",
    "orjson",
    "aiohttp",
    "click",
    "rich",
    "yaml",
)
WITHOUT_THEM = f"""
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {SERVER_LIBRARIES}:
            raise ModuleNotFoundError(f"No module named {{name!r}}")

sys.meta_path.insert(0, Missing())
"""
SUITE = """
import pytest

@pytest.mark.sophiie(world="empty")
@pytest.mark.parametrize("number", range(4))
def test_one(sophiie, number):
    sophiie.client.post("/v1/leads", json={"firstName": "Ana", "email": "ana@example.com"}).raise_for_status()
    assert sophiie.world.count("leads") == 1
    sophiie.requests.assert_called("POST /v1/leads", times=1)

@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.mark.anyio
async def test_awaited(asophiie):
    await asophiie.settle()
"""
SERVE = f"{shlex.quote(sys.executable)} -m mock_server serve --world empty"


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A user's suite where the server's libraries cannot be imported."""
    (tmp_path / "without.py").write_text(WITHOUT_THEM)
    (tmp_path / "test_suite.py").write_text(SUITE)
    return tmp_path


def settings(folder: Path, value: object) -> None:
    code = f"import pytest\n@pytest.fixture(scope='session')\ndef sophiie_settings(): return {value!r}\n"
    (folder / "conftest.py").write_text(code)


def outcome_of(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return run(folder, "-p", "without", "-p", "anyio", *arguments, PYTHONPATH=f"{folder}:{ROOT}", **variables)


def test_a_url_is_enough_where_no_server_is_installed(suite: Path, running: MockServer) -> None:
    done = outcome_of(suite, "-p", "xdist", "-n", "2", "-W", "error", SOPHIIE_MOCK_URL=f"{running.url}/")

    assert done.returncode == 0, done.stdout + done.stderr
    assert not [it for it in running.app.state.workspaces if it.id.startswith("ws_")]


def test_a_command_is_run_for_the_session_and_ends_with_it(suite: Path) -> None:
    settings(suite, f"{SERVE} --port-file ignored")
    (suite / "test_pid.py").write_text("def test_pid(sophiie_server): print('URL', sophiie_server.url)\n")
    done = outcome_of(suite, "-s", "-k", "pid or awaited")

    assert done.returncode == 0, done.stdout + done.stderr
    url = done.stdout.split("URL ")[1].split()[0]
    with pytest.raises(Refused, match="no answer"):
        found(url)


def test_a_command_ends_with_tests_that_are_killed() -> None:
    program = (
        "import sys, time\nfrom mock_server.testing.remote_server import started\n"
        "with started(sys.argv[1]) as server: print(server.url, flush=True); time.sleep(60)"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", program, SERVE], stdout=subprocess.PIPE, env=environment) as tests:
        assert tests.stdout is not None
        url = tests.stdout.readline().decode().strip()
        assert found(url).version == __version__
        tests.kill()
    ended(url)


def ended(url: str) -> None:
    """Wait until nobody answers any more."""
    for _ in range(200):
        try:
            found(url)
        except Refused:
            return
        subprocess.run([sys.executable, "-c", ""], check=True)  # some milliseconds
    raise AssertionError(f"{url} still answers")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("no-such-program serve", "no-such-program: No such file or directory"),
        (f"{SERVE} --colour red", "No such option:? '?--colour"),
        (f"{SERVE} --seed red", "sophiie-mock: --seed: 'red' is no whole number"),
        (f"{shlex.quote(sys.executable)} -c pass", "ended with 0 before it served"),
        ("'", "no closing quotation"),
        ("", "is empty"),
        ([], "is empty"),
    ],
)
def test_a_command_that_starts_nothing_shows_what_it_printed(command: str, told: str) -> None:
    with pytest.raises(Refused, match=told), started(command):
        raise AssertionError("it started")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("http://127.0.0.1:1", "no answer from http://127.0.0.1:1: .* → start one with `sophiie-mock serve`"),
        ("example.com:4747", "write it like http://127.0.0.1:4747"),
        ("ftp://127.0.0.1", "is no URL of a server"),
        ("http://127.0.0.1:99999", "is no URL of a server"),
        ("no-such-program serve", "ended with 127 before it served"),
        (None, "sophiie_settings gives Settings, a URL or a command, and not None"),
        (4747, "and not 4747"),
    ],
)
def test_what_is_no_server_is_refused_with_the_reason(given: Any, told: str) -> None:
    with pytest.raises(Refused, match=told), serving(given):
        raise AssertionError("there is a server")


def test_the_variable_wins_over_the_fixture_and_is_named_when_it_is_wrong(suite: Path) -> None:
    settings(suite, SERVE)
    done = outcome_of(suite, "-p", "xdist", "-n", "2", SOPHIIE_MOCK_URL="http://127.0.0.1:1")

    assert done.returncode != 0
    assert "no server: SOPHIIE_MOCK_URL: " in done.stdout, done.stdout
    assert done.stdout.count("start one with") <= 4  # each worker says it once, where it happens and in the summary
    assert "INTERNALERROR" not in done.stdout + done.stderr


def test_settings_without_a_server_are_refused_once_and_the_session_ends(suite: Path) -> None:
    done = outcome_of(suite)

    assert done.returncode == 1
    assert "'uvicorn'" in done.stdout
    assert "SOPHIIE_MOCK_URL" in done.stdout
    assert done.stdout.count("no server: ") == 2, done.stdout  # where it happens, and in the summary
    assert "there is no server for the fixture `sophiie` !!!" in done.stdout
    assert not re.search("INTERNALERROR|Traceback", done.stdout + done.stderr)


def test_a_server_that_others_reach_wants_its_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the server writes its token there
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with serving(f"{SERVE} --host 0.0.0.0") as server:
        with pytest.raises(Refused) as refused:
            found(server.url)
        assert_message(refused.value, URL=server.url)
        monkeypatch.setenv("SOPHIIE_MOCK_URL", server.url)
        monkeypatch.setenv("SOPHIIE_MOCK_ADMIN_TOKEN", server.admin_token)
        with serving("") as named, workspace(named.url, named.admin_token) as sophiie:
            assert sophiie.world.count("leads") == 0


@pytest.fixture
def other() -> Iterator[tuple[str, dict[str, object]]]:
    """Another program's server, and the JSON that it answers everything with."""
    said: dict[str, object] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(said).encode()
            self.send_response(200 if said else 404)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", said
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("answer", [{}, {"name": "another", "version": "1"}])
def test_another_programs_server_is_not_taken_for_ours(
    other: tuple[str, dict[str, object]], answer: dict[str, object]
) -> None:
    url, said = other
    said.update(answer)
    with pytest.raises(Refused) as refused:
        found(url)
    assert_message(str(refused.value).partition(" (")[0], "server of another program", URL=url)


def test_another_version_of_the_server_is_told(other: tuple[str, dict[str, object]], suite: Path) -> None:
    url, said = other
    said.update(name="sophiie-mock", version="0.0.1")
    assert_message(found(url).difference, URL=url, VERSION=__version__)
    (suite / "test_suite.py").write_text("def test_it(sophiie_server): assert sophiie_server.version == '0.0.1'\n")

    done = outcome_of(suite, "-W", "error", SOPHIIE_MOCK_URL=url)
    assert "1 passed, 1 warning" in done.stdout, done.stdout
    assert "is sophiie-mock 0.0.1" in done.stdout
