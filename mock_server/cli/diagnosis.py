"""The checks of ``doctor``: each says what it checked, what it found, and what to do."""

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from mock_server import __version__
from mock_server.cli.client import Client, ServerUnreachable
from mock_server.errors import SettingsError, SetupError
from mock_server.store.file_copy import copy_state

_BASE, _KEY = "SOPHIIE_BASE_URL", "SOPHIIE_API_KEY"
_LIBRARIES = ("starlette", "uvicorn", "httpx", "schemathesis")


class Outcome(Enum):
    """The result of a check."""

    GOOD = "good"
    ODD = "note"
    BAD = "bad"


@dataclass(frozen=True)
class Check:
    """One check. ``remedy`` is empty if there is nothing to do."""

    subject: str
    outcome: Outcome
    says: str
    remedy: str = ""

    def to_dict(self) -> dict[str, str]:
        """The check as plain data."""
        return {"subject": self.subject, "outcome": self.outcome.value, "says": self.says, "remedy": self.remedy}


def check_command() -> Iterator[Check]:
    """Check the versions of the command and of the libraries beside it."""
    found = [f"{name} {number}" for name in _LIBRARIES if (number := _version(name))]
    yield Check(
        "command", Outcome.GOOD, f"sophiie-mock {__version__}, Python {platform.python_version()}, {', '.join(found)}"
    )


def check_environment(url: str) -> Iterator[Check]:
    """Check the variables that a client reads: its base URL, its key, and proxies."""
    mock, base = urlsplit(url), os.environ.get(_BASE, "").strip()
    if base:
        yield _base_url(base, mock.netloc)
    key = os.environ.get(_KEY, "").strip()
    if key.startswith("sk_live_"):
        yield Check(_KEY, Outcome.BAD, "it looks like a real key", "unset it: a mock takes sk_test_local")
    proxy = getproxies().get(mock.scheme or "http")
    if proxy and not proxy_bypass(mock.hostname or ""):
        remedy = f"add {mock.hostname} to NO_PROXY: your client may send its requests to the proxy"
        yield Check("proxy", Outcome.ODD, f"a proxy is set for {mock.scheme} URLs", remedy)


def _base_url(base: str, mock: str) -> Check:
    parts = urlsplit(base)
    if parts.netloc != mock:
        return Check(_BASE, Outcome.ODD, f"it names {parts.netloc or 'no host'}, not {mock}", "run `sophiie-mock env`")
    if parts.path.rstrip("/"):
        what = f"it ends in {parts.path}"
        return Check(_BASE, Outcome.ODD, what, "paths of the API begin with /v1: is it added twice?")
    return Check(_BASE, Outcome.GOOD, "it is the mock's")


def check_server(url: str) -> Iterator[Check]:
    """Check which server answers at a URL, its version, its health, and the key that opens a workspace."""
    try:
        client = Client(url)
        found, health = client.control("GET", "/version"), client.control("GET", "/health")
    except ServerUnreachable as fault:
        yield Check("server", Outcome.BAD, fault.problems[0].what, fault.problems[0].remedy)
        return
    except SettingsError as fault:
        yield Check("server", Outcome.BAD, str(fault))
        return
    yield Check("server", Outcome.GOOD, f"sophiie-mock {found['version']} answers at {client.url}")
    if found["version"] != __version__:
        what = f"the command is {__version__}, the server {found['version']}"
        yield Check("version", Outcome.ODD, what, "install the same version of both")
    if health["invalidAnswers"]:
        what = f"{health['invalidAnswers']} answers of the mock broke the contract"
        yield Check("health", Outcome.ODD, what, "that is a bug of the mock: its log says more")
    yield from _workspace(client)


def _workspace(client: Client) -> Iterator[Check]:
    try:
        key = client.working_key()
        clock = client.control("GET", "/clock")
    except SettingsError as fault:
        yield Check("key", Outcome.BAD, str(fault), f"run `sophiie-mock workspace create`, and put its key into {_KEY}")
        return
    if key:
        yield Check(
            "key", Outcome.GOOD, f"the key in {_KEY} opens a workspace" if os.environ.get(_KEY) else "sk_test_local"
        )
    else:
        yield Check("key", Outcome.ODD, "the well-known key opens nothing here", f"put the server's key into {_KEY}")
    says = f"{clock['now']}, {'standing still' if clock['frozen'] else 'running'}"
    yield Check("clock", Outcome.GOOD, says)


def check_state_file(file: Path) -> Check:
    """Check that a state file can be read and is undamaged, by a copy, which reads all of it."""
    try:
        with TemporaryDirectory() as folder:
            made = copy_state(file, Path(folder) / "copy")
    except SetupError as fault:
        return Check("state", Outcome.BAD, str(fault))
    return Check("state", Outcome.GOOD, f"{file} is sound: {made.workspaces} workspaces, {made.bytes:,} bytes")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
