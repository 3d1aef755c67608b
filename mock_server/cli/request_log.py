"""The lines that the server prints: an introduction, then one for each request, as text or JSON."""

import logging
import sys
from collections.abc import Mapping
from typing import TextIO

import orjson

from mock_server.api.exchange import Exchange
from mock_server.config.settings import Settings
from mock_server.support.redaction import Redactor
from mock_server.support.text import printable, shorten
from mock_server.workspaces.workspace import DEFAULT
from mock_server.world.clock import stamp, wall_time

_COLOURS = {2: "32", 3: "36", 4: "33", 5: "31"}
_MAX_FIELD_CHARACTERS = 300


class LogLines:
    """Prints lines to ``out``. If the reader goes away (``| head``), the server continues in silence."""

    def __init__(self, settings: Settings, out: TextIO, *, colour: bool) -> None:
        self._json = settings.log_format == "json"
        self._quiet = settings.quiet
        self._out: TextIO | None = out
        self._colour = colour

    def introduce(self, facts: Mapping[str, str], example: str, api: str = "the Sophiie API") -> None:
        """Print the first lines: the server's URL, its key, and an example of a request."""
        if self._json:
            self._line(orjson.dumps({"event": "started", "time": stamp(wall_time()), **facts}).decode())
            return
        if self._quiet:
            self._line(f"sophiie-mock: {facts['url']}, key {facts['key']}")
            return
        self._line(f"sophiie-mock: an unofficial fake of {printed(api)}; synthetic data only\n")
        for name, value in facts.items():
            self._line(f"  {name:<9} {value}")
        self._line(f"\n  {example}\n")

    def observe(self, exchange: Exchange) -> None:
        """Print one line: method, path, status, ms, and the reason for a refusal."""
        if self._quiet:
            return
        if self._json:
            self._line(orjson.dumps({"event": "request", "time": stamp(wall_time()), **exchange.to_dict()}).decode())
            return
        why = f"  {'; '.join(exchange.explain)}" if exchange.explain and exchange.status >= 400 else ""
        status = str(exchange.status)
        if self._colour:
            status = f"\x1b[{_COLOURS.get(exchange.status // 100, '0')}m{status}\x1b[0m"
        self._line(f"{exchange.method:<6} {_target(exchange)} {status} {exchange.ms:.1f} ms{printed(why)}")

    def _line(self, text: str) -> None:
        if self._out is None:
            return
        try:
            self._out.write(text + "\n")
            self._out.flush()
        except (OSError, ValueError):  # a broken pipe, a full disk; or it was closed
            self._out = None


def _target(exchange: Exchange) -> str:
    text = printed(exchange.path) + (f"?{printed(exchange.query)}" if exchange.query else "")
    workspace = exchange.workspace
    return text if workspace is None or workspace.id == DEFAULT else f"{text} [{workspace.id}]"


def printed(text: str) -> str:
    """Make an outside text safe for a terminal and bounded: it cannot move the cursor."""
    return printable(shorten(text, _MAX_FIELD_CHARACTERS))


class _Redacted(logging.Formatter):
    """A log formatter that masks secrets in messages and tracebacks."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__("sophiie-mock: %(message)s")
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        return "\n".join(map(printable, self._redactor.redact(super().format(record)).split("\n")))


def set_up_logging(redactor: Redactor) -> None:
    """Print warnings of our own, and of the libraries that we use, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacted(redactor))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
