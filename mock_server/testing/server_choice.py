"""Choose the server for the tests: the one that the environment names, or the one in ``sophiie_settings``."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from mock_server.config.settings import Settings, variable
from mock_server.support.extras import install
from mock_server.support.own_socket import sockets_are_forbidden
from mock_server.support.text import short_repr
from mock_server.testing.errors import Refused
from mock_server.testing.remote_server import TOKEN, URL, RunningServer, found, started

if TYPE_CHECKING:
    from mock_server.server import MockServer

Source: TypeAlias = Settings | str | Sequence[str]
"""How to get the server: settings for a thread of this process, the URL of a running one, or a command."""

_URL_LIKE = re.compile(r"[a-z]+://|[\w.-]+:[0-9]+/?$", re.IGNORECASE)


@contextmanager
def serving(source: Source) -> "Iterator[MockServer | RunningServer]":
    """The server for the tests. SOPHIIE_MOCK_URL wins over ``source``. Raises Refused, and SetupError for settings."""
    token = os.environ.get(TOKEN, "").strip()
    if url := os.environ.get(URL, "").strip():
        yield _named(url, token)
    elif isinstance(source, str) and _URL_LIKE.match(source.strip()):
        yield found(source.strip(), token)
    elif isinstance(source, str | list | tuple):
        with started(source) as running:
            yield running
    elif isinstance(source, Settings):
        with _in_a_thread(_evolved(source)) as server:
            yield server
    else:
        raise Refused(
            {"detail": f"sophiie_settings gives Settings, a URL or a command, and not {short_repr(source, 80)}"}
        )


def _evolved(settings: Settings) -> Settings:
    """The settings with what ``sophiie-mock drill`` asks of every server that the tests start."""
    evolve, report = (os.environ.get(variable(name), "") for name in ("evolve", "evolve_report"))
    return replace(settings, evolve=evolve, evolve_report=report) if evolve else settings


def mock_server_class() -> "type[MockServer]":
    """The class of a server in a thread. Raises ImportError, with a remedy, if its libraries are missing."""
    try:
        from mock_server.server import MockServer  # start-up: and the tests may be where it is not
    except ImportError as fault:
        what = f"the server is not installed here ({fault})"
        remedy = f"{install('test')}, or name a server with {URL}, or a command in sophiie_settings"
        raise ImportError(f"{what} → {remedy}") from None
    return MockServer


def _in_a_thread(settings: Settings) -> "MockServer":
    if sockets_are_forbidden():
        what = "this process may open no sockets (pytest-socket), so no server can run in a thread of it"
        remedy = "pass --allow-hosts=127.0.0.1 in place of --disable-socket, or give a command in sophiie_settings"
        raise Refused({"detail": f"{what} → {remedy}"})
    try:
        return mock_server_class()(settings)
    except ImportError as fault:
        raise Refused({"detail": str(fault)}) from None


def _named(url: str, token: str) -> RunningServer:
    """The server that SOPHIIE_MOCK_URL names. Raises Refused."""
    try:
        return found(url, token)
    except Refused as refused:
        raise Refused({"detail": f"{URL}: {refused}"}) from None
