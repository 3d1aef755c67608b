"""The wheel, not the checkout: what it holds, that it can be built again, that it serves where nothing else is."""

import hashlib
import os
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.parser import Parser
from pathlib import Path

import httpx
import pytest

from mock_server import __version__

ROOT = Path(__file__).parent.parent
PACKED = {"openapi": "mock_server/_data/openapi", "fixtures": "mock_server/_data/fixtures"}
PATIENCE = 30.0  # seconds; only a failure waits that long

# One group: these share one built wheel and one environment, so they run in one worker.
pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, env=environment(), capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def environment() -> dict[str, str]:
    """Ours, without what would lend a child the checkout's code or settings."""
    lent = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "COVERAGE_PROCESS_START")
    return {k: v for k, v in os.environ.items() if k not in lent and not k.startswith("SOPHIIE_MOCK_")}


def build(source: Path, into: Path, *what: str) -> None:
    run(sys.executable, "-m", "build", "--no-isolation", *what, "--outdir", into, source)


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source archive, and the wheel that was built from what it contains."""
    folder = tmp_path_factory.mktemp("dist")
    build(ROOT, folder)
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    (found,) = dist.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs' folder of a fresh environment that holds the runtime lock and nothing else."""
    folder = tmp_path_factory.mktemp("empty")
    run(sys.executable, "-m", "venv", "--without-pip", folder)  # a pip of its own would cost seconds
    pip(folder / "bin", "install", "--no-deps", "--require-hashes", "-r", ROOT / "requirements.lock")
    return folder / "bin"


def pip(programs: Path, *what: str | Path) -> None:
    """The suite's pip, for the environment whose programs these are; nothing is compiled that is not imported."""
    ours = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", programs / "python")
    run(*ours, *what, *(["--quiet", "--no-compile"] if what[0] == "install" else []))


def install(programs: Path, *what: str | Path) -> None:
    pip(programs, "install", "--no-index", "--no-deps", "--no-build-isolation", "--force-reinstall", *what)
    pip(programs, "check")


def sources(*folders: str) -> set[str]:
    """Paths of the checkout's files, as they are named in a repository."""
    paths = (path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file())
    return {path.relative_to(ROOT).as_posix() for path in paths if "__pycache__" not in path.parts}


def test_the_wheel_holds_both_packages_and_the_data_and_nothing_else(wheel: Path) -> None:
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    data_files = {path.replace(folder, PACKED[folder], 1) for folder in PACKED for path in sources(folder)}
    assert held == sources("mock_server", "contracts") | data_files
    assert {"mock_server/py.typed", "contracts/py.typed"} <= held
    assert {path for path in held if path.startswith(tuple(PACKED.values()))}


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    info = f"sophiie_mock-{__version__}.dist-info"
    metadata = Parser().parsestr(archive.read(f"{info}/METADATA").decode())
    assert (metadata["Name"], metadata["Version"]) == ("sophiie-mock", __version__)
    assert (metadata["Requires-Python"], metadata["License-Expression"]) == (">=3.11", "Apache-2.0")
    assert f"{info}/licenses/LICENSE" in archive.namelist()
    commands = archive.read(f"{info}/entry_points.txt").decode()
    assert "[console_scripts]\nsophiie-mock = mock_server.__main__:main" in commands
    assert wheel.name == f"sophiie_mock-{__version__}-py3-none-any.whl"


def test_the_source_archive_can_be_tested(dist: Path) -> None:
    (archive,) = dist.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        held = {name.partition("/")[2] for name in tar.getnames()}
    assert sources("mock_server", "contracts", "openapi", "fixtures", "tests") <= held
    assert {"Makefile", "requirements.lock", "requirements-dev.lock", "LICENSE", "CHANGELOG.md"} <= held


def test_two_builds_give_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    """One wheel from the source archive, one from the checkout: neither clock nor folder is in the bytes."""
    build(ROOT, tmp_path, "--wheel")
    assert digest(wheel) == digest(tmp_path / wheel.name)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def where_the_data_lie(programs: Path, elsewhere: Path) -> list[Path]:
    code = "from mock_server.config import paths; print(paths.OPENAPI); print(paths.FIXTURES)"
    return [Path(line) for line in run(programs / "python", "-c", code, cwd=elsewhere).splitlines()]


def test_an_installed_wheel_reads_the_data_it_brought(empty: Path, wheel: Path, tmp_path: Path) -> None:
    install(empty, wheel)
    found = where_the_data_lie(empty, tmp_path)
    assert [path.parent.name for path in found] == ["_data", "_data"]
    assert all(path.is_dir() and path.is_relative_to(empty.parent) for path in found)


def test_an_editable_install_reads_the_checkout(empty: Path, tmp_path: Path) -> None:
    install(empty, "--editable", ROOT)
    assert where_the_data_lie(empty, tmp_path) == [ROOT / "openapi", ROOT / "fixtures"]


@contextmanager
def serving(programs: Path, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The installed command, on a free port, until it has told the port and answers; ended whatever happens."""
    port_file, log = folder / "port", folder / "log"
    command = (programs / "sophiie-mock", "serve", "--port", "0", "--port-file", port_file)
    with (
        log.open("wb") as output,
        subprocess.Popen(command, cwd=folder, env=environment(), stdout=output, stderr=output) as server,
    ):
        try:
            wait_until(lambda: port_file.exists() and port_file.read_text().strip().isdigit(), server, log)
            base = f"http://127.0.0.1:{int(port_file.read_text())}"
            wait_until(lambda: answers(f"{base}/__admin/health"), server, log)
            yield server, base
        finally:
            server.kill()


def wait_until(condition: Callable[[], bool], server: subprocess.Popen[bytes], log: Path) -> None:
    """Ask until it holds; fail at once with the log when the server has ended."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert server.poll() is None, f"the server ended with {server.returncode}:\n{log.read_text()}"
        assert time.monotonic() < end, f"still not ready:\n{log.read_text()}"
        time.sleep(0.02)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False


def test_an_installed_wheel_serves(empty: Path, wheel: Path, tmp_path: Path) -> None:
    install(empty, wheel)
    with serving(empty, tmp_path) as (server, base):
        answer = httpx.get(f"{base}/v1/leads", headers={"Authorization": "Bearer sk_test_local"}, trust_env=False)
        server.terminate()
        exit_code = server.wait(PATIENCE)
    assert (answer.status_code, exit_code) == (200, 0)
    leads = answer.json()["leads"]
    assert isinstance(leads, list)
    assert leads
