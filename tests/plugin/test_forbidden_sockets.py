"""Tests that forbid sockets, or that mock clients, keep their handles: these have an HTTP of their own."""

import socket
from typing import Any, NoReturn

import httpx
import pytest

from mock_server.config.settings import Settings
from mock_server.testing import Refused, Sophiie
from mock_server.testing.server_choice import serving


class Forbidden(socket.socket):
    """As pytest-socket has it."""

    def __new__(cls, *args: Any, **more: Any) -> NoReturn:
        raise RuntimeError("a test tried to use a socket")


def refuse(*args: Any, **more: Any) -> NoReturn:
    raise RuntimeError("a test tried to connect")


@pytest.fixture
def no_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """As pytest-recording's --block-network has it."""
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


@pytest.mark.usefixtures("no_connections")
def test_handles_reach_the_server_where_connections_are_blocked(mine: Sophiie) -> None:
    with pytest.raises(RuntimeError):
        httpx.get(mine.url)

    assert mine.world.count("leads") == 12
    mine.inbox.subscribe("LEAD_CREATED")
    mine.simulate("call")
    mine.settle()
    assert len(mine.inbox.drain()) == 1


def test_a_server_in_a_thread_is_refused_where_sockets_are_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", Forbidden)
    with pytest.raises(Refused, match="--allow-hosts"), serving(Settings(port=0, quiet=True)):
        pass
