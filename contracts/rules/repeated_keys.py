"""Idempotency keys that a generator has sent with several requests: the target may refuse the second one."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from contracts.transport.exchange import Exchange

_KEY = re.compile(r"(?:x-)?idempotency-key", re.IGNORECASE)
_OTHER_REQUEST = 422
"""The answer to a key that came with another request before."""


class RepeatedKeys:
    """Counts the keys of a generator's requests."""

    def __init__(self) -> None:
        self._sent: Counter[tuple[str, str]] = Counter()

    def note(self, interactions: Iterable[Any]) -> None:
        """Count the keys of the generator's interactions."""
        for one in interactions:
            self._sent.update((one.request.uri, key) for key in _keys(one.request.headers))

    def explain(self, exchange: Exchange) -> bool:
        """True if a refusal may be about the key alone: other requests had it too."""
        sent = {name: [value] for name, value in exchange.sent_headers.items()}
        return exchange.status == _OTHER_REQUEST and any(self._sent[exchange.url, key] > 1 for key in _keys(sent))


def _keys(headers: Mapping[str, Sequence[Any]]) -> list[str]:
    return [str(values[0]) for name, values in headers.items() if _KEY.fullmatch(name) and values]
