"""The texts in the answers of a real host, remembered so that no message of a run repeats them.

Values are somebody's data, and so are ids and the keys of maps. Texts that are in the document itself are not private.
"""

import re
from collections.abc import Collection, Iterator
from typing import Any

from contracts.transport.exchange import NOT_JSON, Exchange
from mock_server.support.redaction import MASK

_SHORTEST = 3  # letters; a shorter text is part of too many innocent ones, and tells little
_MAX_TEXTS = 200_000  # a run on a real host makes 50 requests a minute
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*(?:'|$)|\"(?:[^\"\\]|\\.)*(?:\"|$)")


class PrivateTexts:
    """Remembers the texts of all answers of a run. ``words`` are the words of the document, which may be shown."""

    def __init__(self, words: Collection[str]) -> None:
        self._words = words
        self._texts: set[str] = set()

    def seen(self, exchange: Exchange) -> None:
        """Remember each text of an answer."""
        if exchange.private and exchange.json is not NOT_JSON and len(self._texts) < _MAX_TEXTS:
            self._texts.update(text for text in _texts(exchange.json, "") if text not in self._words)

    def mask(self, text: str) -> str:
        """Mask everything in a text that came in an answer, or that stands in quotation marks."""
        return self.mask_known(_QUOTED.sub(lambda found: self._quoted(found[0]), text))

    def mask_known(self, text: str) -> str:
        """Mask everything in a text that came in an answer."""
        found = sorted((private for private in self._texts if private in text), key=len, reverse=True)
        for private in found:
            text = re.sub(rf"(?<!\w){re.escape(private)}(?!\w)", MASK, text)
        return text

    def _quoted(self, text: str) -> str:
        return text if text.strip("'\"") in self._words else f"{text[0]}{MASK}{text[0]}"


def _texts(value: Any, name: str) -> Iterator[str]:
    """Each text in a value, keys included, and each number that is an id by its name."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _texts(key, "")
            yield from _texts(member, key)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, name)
    elif isinstance(value, str) and len(value.strip()) >= _SHORTEST:
        yield value.strip()
    elif isinstance(value, int) and name.lower().endswith("id") and value > 99:
        yield str(value)
