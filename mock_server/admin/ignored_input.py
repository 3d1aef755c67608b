"""Parts of requests that the mock ignored, as data for ``assert_nothing_ignored``."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from urllib.parse import parse_qsl

from mock_server.admin.journal_entries import body_of
from mock_server.admin.operation_names import OperationNames
from mock_server.api.exchange import Exchange
from mock_server.api.ignored_input import Ignored, ignored
from mock_server.behaviours.registry import idle
from mock_server.spec.contract import Contract

_MAX_COMPARED = 100  # paths that are nobody's: to look for one like it costs a millisecond or two


class IgnoredInput:
    """Examines requests one by one; a path that was seen before is not compared again.

    A request counts however it ended, also by a fault or a refusal. A path that a stub override answered is not
    ignored.
    """

    def __init__(self, contract: Contract, names: OperationNames) -> None:
        self._contract = contract
        self._names = names
        self._near: dict[tuple[str, str], str] = {}

    def of(self, exchange: Exchange) -> list[dict[str, str | None]]:
        """Each ignored part with its place, its name and what was probably meant."""
        redact = exchange.redactor.redact
        return [
            {"in": one.place, "name": redact(one.name), "didYouMean": one.near or None} for one in self._all(exchange)
        ]

    def _all(self, exchange: Exchange) -> Sequence[Ignored]:
        operation = exchange.operation or self._names.answering(exchange.method, exchange.path)
        if operation is None:
            return [] if exchange.mapping else [self._lost(exchange)]
        names = dict(parse_qsl(exchange.query, keep_blank_values=True)) if exchange.query else {}
        return ignored(operation, names, body_of(exchange), self._idle[operation.key])

    @cached_property
    def _idle(self) -> Mapping[str, Sequence[str]]:
        return {key: idle(self._contract, operation) for key, operation in self._contract.operations.items()}

    def _lost(self, exchange: Exchange) -> Ignored:
        asked = (exchange.method, exchange.path)
        if asked not in self._near:
            few = len(self._near) < _MAX_COMPARED
            self._near[asked] = self._names.like(*asked) if few else ""
        return Ignored("method" if self._names.has(exchange.path) else "path", " ".join(asked), self._near[asked])
