"""A named pipe to which nobody writes holds no reader of a file that a user names."""

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.errors import CannotRun
from contracts.spec.document import load
from mock_server.cluster.peer import peer_of
from mock_server.config.settings import Settings
from mock_server.errors import SettingsError, SpecError
from mock_server.http_protocol.tls import tls_options
from mock_server.support.bounded_files import read_file
from mock_server.support.readable_file import open_readable
from mock_server.webhooks.certificates import trusting
from mock_server.webhooks.secrets import SigningSecrets

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such pipes")


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def soon(call: Callable[[], Any]) -> Any:
    """What a call gives or raises; it must end."""
    ended: list[Any] = []

    def work() -> None:
        try:
            ended.append(call())
        except Exception as fault:
            ended.append(fault)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(10)
    assert ended, "it waits for a writer"
    return ended[0]


def peer(pipe: Path) -> Any:
    return peer_of(Settings(peer_secret_file=str(pipe), state="postgresql://localhost/x"), "http://127.0.0.1:1")


READERS: dict[str, tuple[Callable[[Path], Any], type[Exception] | None]] = {
    "a document": (lambda pipe: read_file(pipe, SpecError), None),
    "a document of the check": (lambda pipe: load(str(pipe)), CannotRun),
    "a certificate": (lambda pipe: tls_options(Settings(tls_cert=str(pipe), tls_key=str(pipe))), SettingsError),
    "authorities": (lambda pipe: trusting(str(pipe)), SettingsError),
    "a secret": (lambda pipe: SigningSecrets(Settings(webhook_secret_file=str(pipe))), SettingsError),
    "a peer's secret": (peer, SettingsError),
}


@pytest.mark.parametrize("name", READERS)
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(pipe: Path, name: str) -> None:
    read, error = READERS[name]
    assert isinstance(soon(lambda: read(pipe)), error or object)


def test_what_somebody_writes_to_a_pipe_is_waited_for(pipe: Path) -> None:
    reader, writer = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), os.open(pipe, os.O_WRONLY)
    file = open_readable(pipe)
    os.close(reader)

    def write() -> None:
        os.write(writer, b"openapi: 3.1.0")
        os.close(writer)

    later = threading.Timer(0.05, write)
    later.start()
    with file:
        assert soon(file.read) == b"openapi: 3.1.0"
