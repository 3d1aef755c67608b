"""Where uvicorn's inside has changed, the server does without our parser and says so."""

import logging
from types import SimpleNamespace

import pytest
from messages import assert_message
from uvicorn.protocols.http import httptools_impl
from wire import TINY, exchange, parsed, request

from mock_server.config.settings import Settings
from mock_server.http_protocol import parser_choice
from mock_server.http_protocol.protocol import HttpProtocol
from mock_server.server import MockServer


class Changed:
    """A uvicorn that answers without what our parser uses."""

    HttpToolsProtocol = httptools_impl.HttpToolsProtocol
    RequestResponseCycle = SimpleNamespace(response_complete=False)


def test_the_uvicorn_that_is_installed_has_every_part() -> None:
    assert parser_choice.missing(httptools_impl) == []
    assert parser_choice.http_parser() is HttpProtocol


def test_each_part_that_is_gone_is_named() -> None:
    gone = parser_choice.missing(Changed)
    assert "RequestResponseCycle.message_event" in gone
    assert not [name for name in gone if name.startswith("HttpToolsProtocol") or name.endswith("response_complete")]


@pytest.mark.parametrize("parts", [Changed, None])
def test_without_them_the_server_serves_and_warns_once(
    parts: object, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(parser_choice, "uvicorns", parts)
    with caplog.at_level(logging.WARNING), MockServer(Settings(**TINY)) as server:
        listed = parsed(exchange(server.url, request("GET", "/v1/leads")))
        parsed(exchange(server.url, request("GET", "/__admin/health")))
    assert listed.status == 200
    [warning] = caplog.messages
    assert_message(warning.partition(", so ")[2], "uvicorn without our parser")


def test_a_fault_of_the_connection_says_that_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser_choice, "uvicorns", None)
    rule = b'{"request": {}, "response": {"fault": "CONNECTION_RESET_BY_PEER"}}'
    with MockServer(Settings(**TINY)) as server:
        exchange(server.url, request("POST", "/__admin/faults", body=rule))
        raw = exchange(server.url, request("GET", "/v1/leads"))
    assert raw.startswith(b"HTTP/1.1 500 ")  # in uvicorn's words, which are others in each of its versions
