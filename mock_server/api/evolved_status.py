"""Evolutions of an answer's status: another success, a status that nobody registered, a page from the edge."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from mock_server.api.exchange import Exchange
from mock_server.api.response import PreparedResponse
from mock_server.spec.contract import Contract
from mock_server.spec.gaps import Gap
from mock_server.spec.path_template import blanked

UNKNOWN = 520
"""A status that no register has; proxies in front of APIs send it."""

_BAD_GATEWAY = 502
_BODILESS = 204
_SUCCESS = re.compile("2[0-9][0-9]")
_MAX_URLS = 10_000  # of one workspace that are remembered for `…-once`
_PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>%d</title></head>\n"
    b"<body><h1>Error %d</h1><p>The web server reported an error.</p></body></html>\n"
)


class StatusEvolution:
    """Bends the status of answers. The ledger of gaps is read when the first of them may need it."""

    def __init__(self, contract: Contract, ledger: Callable[[], Sequence[Gap]]) -> None:
        self._contract, self._ledger = contract, ledger

    def bent(self, kind: str, exchange: Exchange, answer: PreparedResponse) -> PreparedResponse | None:
        """The answer with another status; None where the evolution has no place in it."""
        if kind == "other-success":
            return self._other_success(exchange, answer)
        if kind.endswith("-once"):
            if answer.status >= 500 or not _is_first(exchange):
                return None
        elif answer.status < 500 and not _is_forced(exchange):
            return None
        if kind.startswith("unknown-status"):
            return _unknown(answer)
        status = answer.status if answer.status >= 500 else _BAD_GATEWAY
        return PreparedResponse(status, _PAGE % (status, status), b"text/html; charset=utf-8")

    def _other_success(self, exchange: Exchange, answer: PreparedResponse) -> PreparedResponse | None:
        key = exchange.operation.key if exchange.operation else ""
        known = self._successes.get(key, ())
        other = next((status for status in known if status != answer.status), None)
        if other is None or answer.status not in known or _BODILESS in (other, answer.status):
            return None
        made = PreparedResponse(other, answer.body)
        made.headers = answer.headers.copy()
        return made

    @cached_property
    def _successes(self) -> Mapping[str, Sequence[int]]:
        """The statuses of success between which the ledger of gaps cannot decide, by operation."""
        if self._contract.foreign:
            return {}
        found: dict[str, list[int]] = {}
        for gap in self._ledger():
            choices = [gap.choice, *gap.alternatives]
            if all(map(_SUCCESS.fullmatch, choices)):
                for where in gap.where:
                    found[blanked(where)] = [int(choice) for choice in choices]
        return found


def _unknown(answer: PreparedResponse) -> PreparedResponse:
    """The answer with the unknown status. What was a success becomes a line of a proxy."""
    if answer.status < 500:
        return PreparedResponse(UNKNOWN, b"error code: %d" % UNKNOWN, b"text/plain; charset=utf-8")
    made = PreparedResponse(UNKNOWN, answer.body)
    made.headers = answer.headers.copy()
    return made


def _is_forced(exchange: Exchange) -> bool:
    """Tell whether the request itself names its evolutions: then they strike whatever the answer is."""
    return exchange.evolve is not None and not exchange.evolve.mixed


def _is_first(exchange: Exchange) -> bool:
    """Tell whether a GET is the first of its URL in the workspace, and note that it came."""
    workspace = exchange.workspace
    if workspace is None or exchange.plain_method != "GET" or len(workspace.evolution.outages) >= _MAX_URLS:
        return False
    known = exchange.target in workspace.evolution.outages
    workspace.evolution.outages.add(exchange.target)
    return not known
