"""The lines that the server prints: an introduction, then one for each request, as text or JSON."""

import logging
import sys
from collections.abc import Mapping
from typing import TextIO

import orjson

from mock_server.api.exchange import Exchange
from mock_server.settings import Settings
from mock_server.workspace import DEFAULT

_COLOURS = {2: "32", 3: "36", 4: "33", 5: "31"}


class LogLines:
    """Colour on a terminal only, and never with ``NO_COLOR``."""

    def __init__(self, settings: Settings, out: TextIO, *, colour: bool | None = None) -> None:
        self._json = settings.log_format == "json"
        self._quiet = settings.quiet
        self._out = out
        self._colour = out.isatty() if colour is None else colour

    def introduce(self, facts: Mapping[str, str], example: str) -> None:
        if self._json:
            self._line(orjson.dumps({"event": "started", **facts}).decode())
            return
        self._line("sophiie-mock: an unofficial fake of the Sophiie API; synthetic data only\n")
        for name, value in facts.items():
            self._line(f"  {name:<9} {value}")
        self._line(f"\n  {example}\n")

    def observe(self, exchange: Exchange) -> None:
        """One line: method, path, status, ms, and why when it was refused."""
        if self._quiet:
            return
        ms = exchange.stopwatch.ms()
        if self._json:
            self._line(orjson.dumps(_facts(exchange, ms)).decode())
            return
        why = f"  {'; '.join(exchange.explain)}" if exchange.explain and exchange.status >= 400 else ""
        status = str(exchange.status)
        if self._colour:
            status = f"\x1b[{_COLOURS.get(exchange.status // 100, '0')}m{status}\x1b[0m"
        self._line(f"{exchange.method:<6} {printed(exchange.path)}{_query(exchange)} {status} {ms:.1f} ms{why}")

    def _line(self, text: str) -> None:
        self._out.write(text + "\n")
        self._out.flush()


def _facts(exchange: Exchange, ms: float) -> dict[str, object]:
    return {
        "event": "request",
        "id": exchange.id,
        "method": exchange.method,
        "path": exchange.path,
        "query": exchange.query.decode("latin-1"),
        "status": exchange.status,
        "ms": round(ms, 2),
        "operation": exchange.operation.key if exchange.operation else None,
        "workspace": exchange.workspace.id if exchange.workspace else None,
        "explain": exchange.explain,
    }


def _query(exchange: Exchange) -> str:
    query = f"?{printed(exchange.query.decode('latin-1'))}" if exchange.query else ""
    workspace = exchange.workspace
    return query if workspace is None or workspace.id == DEFAULT else f"{query} [{workspace.id}]"


def printed(text: str) -> str:
    """A path or query for a terminal: nothing in it can move the cursor, and it has an end."""
    safe = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text[:300])
    return safe if len(text) <= 300 else f"{safe}…"


def set_up_logging(settings: Settings) -> None:
    """Our own warnings and uvicorn's go to standard error."""
    level = logging.WARNING
    logging.basicConfig(level=level, stream=sys.stderr, format="sophiie-mock: %(message)s", force=True)
