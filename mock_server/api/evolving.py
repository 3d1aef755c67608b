"""Answers as the API may give them tomorrow: the evolutions that a person asks for, after everything else is done.

The store keeps what it has, and the self-check has seen the answer before. The journal and ``X-Mock-Evolve`` name
each evolution that an answer got.
"""

import gzip
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mock_server.api.evolved_status import StatusEvolution
from mock_server.api.exchange import Exchange
from mock_server.api.response import Header, PreparedResponse
from mock_server.config.evolutions import Evolutions
from mock_server.spec.contract import Contract
from mock_server.spec.gaps import Gap
from mock_server.spec.operation import Operation
from mock_server.spec.resources import Role
from mock_server.stubbing.evolved_body import BEYOND_THE_DOCUMENT, OBJECT_CHANGES, BodyEvolution
from mock_server.stubbing.evolved_values import FIELD_CHANGES
from mock_server.support.exact_json import ENVELOPE_DEPTH, MAX_JSON_DEPTH, read_json, write_json
from mock_server.world.ids import rng

log = logging.getLogger("mock_server")

_MIX_PERCENT = 30  # of the answers get each evolution of a mix
_WIRE = ("content-type", "compressed", "chunked")
_FRAMING = (b"content-length", b"content-type")


class Evolving:
    """Bends answers. ``counts`` says how many answers each evolution has bent."""

    def __init__(self, contract: Contract, default: Evolutions, ledger: Callable[[], Sequence[Gap]]) -> None:
        self._contract, self.default = contract, default
        self._status = StatusEvolution(contract, ledger)
        self.counts: Counter[str] = Counter()

    def __call__(self, exchange: Exchange, answer: PreparedResponse) -> PreparedResponse:
        """The answer with its evolutions; the same answer where nobody has asked for any."""
        asked = self._asked(exchange)
        if not asked:
            return answer
        chance = rng(asked.seed, "evolve", exchange.id)
        evolved = []
        for kind in asked.kinds:
            if asked.mixed and not chance.chance(_MIX_PERCENT):
                continue
            bent = self._bent(kind, exchange, answer, asked)
            if bent is not None:
                answer = bent
                evolved.append(kind)
        if evolved:
            self.counts.update(evolved)
            exchange.evolved = ", ".join(evolved)
            exchange.note(f"evolved{' as a placebo' if asked.placebo else ''}: {exchange.evolved}")
        return answer

    def _asked(self, exchange: Exchange) -> Evolutions:
        """The evolutions that the request asks for, else its workspace, else the server."""
        if exchange.evolve is not None:
            return exchange.evolve
        chosen = exchange.workspace.evolution.asked if exchange.workspace is not None else None
        return self.default if chosen is None else chosen

    def write_report(self, path: str) -> None:
        """Add the counts to a file, as one line of JSON; without a path nothing is written."""
        if not path:
            return
        try:
            with Path(path).open("ab") as file:
                file.write(write_json(self.counts) + b"\n")
        except OSError as fault:
            log.error("--evolve-report %s: %s", path, fault.strerror or fault)

    def _bent(
        self, kind: str, exchange: Exchange, answer: PreparedResponse, asked: Evolutions
    ) -> PreparedResponse | None:
        """The answer with one evolution; None where it has no place for it."""
        if kind in _WIRE:
            return _on_the_wire(kind, exchange, answer)
        if kind in FIELD_CHANGES or kind in OBJECT_CHANGES:
            return self._body(kind, exchange, answer, asked)
        return self._status.bent(kind, exchange, answer)

    def _body(
        self, kind: str, exchange: Exchange, answer: PreparedResponse, asked: Evolutions
    ) -> PreparedResponse | None:
        operation = exchange.operation
        response = operation.response_for(answer.status) if operation else None
        if operation is None or response is None or response.schema is None or not _is_json(answer):
            return None
        if answer.status >= 300 and kind in FIELD_CHANGES:
            return None  # the words of an error are the API's, and its fields are few
        value = read_json(answer.body, MAX_JSON_DEPTH + ENVELOPE_DEPTH)
        evolution = BodyEvolution(kind, self._records(operation, value), asked.seed, as_placebo=asked.placebo)
        made = evolution.apply(value, response.schema)
        legal = kind not in BEYOND_THE_DOCUMENT or asked.placebo
        if not evolution.touched or (legal and not response.schema.accepts(made)):
            return None
        return _remade(answer, write_json(made))

    def _records(self, operation: Operation, value: Any) -> Sequence[Any]:
        """The records in an answer that change: of a list every second one."""
        binding = self._contract.bindings.get(operation.key)
        if binding is not None and binding.wrapper is not None:
            return binding.wrapper.unwrapped(value)[:: 2 if binding.role is Role.LIST else 1]
        lists = [value] if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
        listed = [some for some in lists if isinstance(some, list) and some and isinstance(some[0], dict)]
        return [record for some in listed for record in some[::2]] if listed else [value]


def _is_json(answer: PreparedResponse) -> bool:
    media = _field(answer, b"content-type").partition(b";")[0].strip()
    return bool(answer.body) and (media == b"application/json" or media.endswith(b"+json"))


def _field(answer: PreparedResponse, name: bytes) -> bytes:
    return next((value for field, value in answer.headers if field == name), b"")


def _remade(answer: PreparedResponse, body: bytes) -> PreparedResponse:
    """The answer with another body of the same media type."""
    others = [field for field in answer.headers if field[0] not in _FRAMING]
    return PreparedResponse(answer.status, body, _field(answer, b"content-type"), others)


def _on_the_wire(kind: str, exchange: Exchange, answer: PreparedResponse) -> PreparedResponse | None:
    """Make the answer with the same content in other bytes; None where they are as the evolution wants them."""
    media, made = _field(answer, b"content-type"), _remade(answer, answer.body)
    if not answer.body:
        return None
    if kind == "chunked":
        made.headers = [field for field in answer.headers if field[0] != b"content-length"]
        return made
    if kind == "content-type":
        if not _is_json(answer) or b";" in media:
            return None
        made.headers = _with(answer.headers, (b"content-type", media + b"; charset=utf-8"))
        return made
    if b"gzip" not in exchange.named.get(b"accept-encoding", b"") or _field(answer, b"content-encoding"):
        return None
    made.body = gzip.compress(answer.body, 6, mtime=0)
    length = (b"content-length", str(len(made.body)).encode())
    made.headers = _with(answer.headers, length, (b"content-encoding", b"gzip"), (b"vary", b"Accept-Encoding"))
    made.excerpt = answer.excerpt  # the journal shows what it says, not how it is packed
    return made


def _with(headers: Sequence[Header], *given: Header) -> list[Header]:
    names = {name for name, _ in given}
    return [*[field for field in headers if field[0] not in names], *given]
