"""A server outside this process: one that runs already, or a command that starts one.

Nothing of the server is imported here, so its libraries need not be installed for the tests.
"""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from urllib.parse import urlsplit

from mock_server import __version__
from mock_server.config.given_secrets import TOKEN_FILE
from mock_server.config.settings import LOCAL_KEY
from mock_server.support.web_origin import with_scheme
from mock_server.testing import stdin_lifetime
from mock_server.testing.admin_client import AdminClient
from mock_server.testing.errors import Refused
from mock_server.world.clock import Stopwatch

URL, TOKEN = "SOPHIIE_MOCK_URL", "SOPHIIE_MOCK_ADMIN_TOKEN"
_TOKEN_FILE = Path(TOKEN_FILE)
_START_SECONDS = 300.0  # `uvx --from git+…` fetches and builds before it starts anything
_LOOK_SECONDS = 0.05
_ANSWER_SECONDS = 10.0
_SHOWN = 4_000  # characters of a command's output


@dataclass(frozen=True)
class RunningServer:
    """A server that runs elsewhere. ``api_key`` opens its default workspace if it is bound to loopback."""

    url: str
    admin_token: str = ""
    api_key: str = LOCAL_KEY
    version: str = __version__

    @property
    def difference(self) -> str:
        """A warning if the server is older or newer than the handles; otherwise an empty text."""
        if self.version == __version__:
            return ""
        return (
            f"the server at {self.url} is sophiie-mock {self.version} and the plugin is {__version__}: "
            "a handle may ask for what that server does not have"
        )


def found(url: str, token: str = "") -> RunningServer:
    """The server at ``url``, once it has identified itself. Raises Refused."""
    url = _checked(with_scheme(url))
    try:
        said = AdminClient(url, token=token)("GET", "/version", timeout=_ANSWER_SECONDS)
    except Refused as refused:
        raise Refused({"detail": _why(url, refused)}) from None
    if not isinstance(said, dict) or said.get("name") != "sophiie-mock":
        raise Refused({"detail": f"{url}: what answers there is not a sophiie-mock"})
    return RunningServer(url, token, version=str(said.get("version")))


@contextmanager
def started(command: str | Sequence[str]) -> Iterator[RunningServer]:
    """Start a server by a command. It ends with the block, or with this process.

    ``--port 0 --port-file FILE`` are added to the command. Raises Refused with what the command printed.
    """
    words = _words(command)
    with TemporaryDirectory(prefix="sophiie-mock-") as folder:
        port, output = Path(folder, "port"), Path(folder, "output")
        words += ["--port", "0", "--port-file", str(port)]
        with output.open("wb") as printed:
            process = subprocess.Popen(
                [sys.executable, stdin_lifetime.__file__, *words],
                stdin=subprocess.PIPE,
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the tests; they end the server when they are done
            )
        try:
            _await_port(process, port, output, shlex.join(words))
            yield found(f"http://127.0.0.1:{int(port.read_text())}", _token())
        finally:
            if process.stdin is not None:
                process.stdin.close()
            process.wait()


def until_ready(url: str, token: str) -> None:
    """Return when the server at ``url`` is ready. Raises Refused with its last answer after a minute."""
    control, watch = AdminClient(url, token=token), Stopwatch()
    while True:
        try:
            control("GET", "/health", timeout=_LOOK_SECONDS * 10)
        except Refused:
            if watch.ms() >= _START_SECONDS * 1000:
                raise
            Event().wait(_LOOK_SECONDS)
        else:
            return


def _words(command: str | Sequence[str]) -> list[str]:
    """Split a command into words for the system. Raises Refused."""
    try:
        words = shlex.split(command) if isinstance(command, str) else list(map(str, command))
    except ValueError as fault:
        raise Refused({"detail": f"the command `{command}`: {str(fault).lower()}"}) from None
    if not words:
        raise Refused({"detail": "the command that starts the server is empty"})
    return words


def _await_port(process: "subprocess.Popen[bytes]", port: Path, output: Path, command: str) -> None:
    watch = Stopwatch()
    while not port.exists():
        try:
            ended = f"ended with {process.wait(_LOOK_SECONDS)} before it served"
        except subprocess.TimeoutExpired:
            if watch.ms() < _START_SECONDS * 1000:
                continue
            ended = f"did not serve within {_START_SECONDS:g} s"
        said = output.read_text("utf-8", "replace").strip()[-_SHOWN:]
        raise Refused({"detail": f"`{command}` {ended}" + (f"; it printed:\n{said}" if said else "")})


def _token() -> str:
    """The token of the control plane on a bind that others can reach: from the variable, else the server's file."""
    given = os.environ.get(TOKEN, "").strip()
    return given or (_TOKEN_FILE.read_text().strip() if _TOKEN_FILE.is_file() else "")


def _checked(url: str) -> str:
    """The URL without a slash at its end. Raises Refused."""
    try:
        parts = urlsplit(url)
        right = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        right = False
    if not right:
        raise Refused({"detail": f"`{url}` is no URL of a server; write it like http://127.0.0.1:4747"})
    return url.rstrip("/")


def _why(url: str, refused: Refused) -> str:
    """Explain why a server cannot be used, and what to do."""
    status, what = refused.problem.get("status"), str(refused)
    if status == 403:
        return f"{url}: {what} → set {TOKEN} to what stands in {_TOKEN_FILE}, where that server was started"
    if status is None:
        return f"{what} → start one with `sophiie-mock serve`, or correct the URL"
    return f"{url}: what answers there is not a sophiie-mock ({what})"
