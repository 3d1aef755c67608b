"""Names and words that a document holds itself: they tell nothing of anybody's data."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.spec.document import Contract

_IDENTIFIER = re.compile(r"(?=.{1,40}$)[a-z]+(?:[A-Z][a-z]+|_[a-z]+)*\d?")


def documented_words(contract: Contract) -> frozenset[str]:
    """Names of members, and the values that are listed for them, of all documents."""
    return frozenset(word for document in contract.documents for word in _words(document.raw))


def is_identifier(name: str) -> bool:
    """Tell whether a name is written as programmers write those of members: ``nickName``, ``nick_name``, ``line2``."""
    return bool(_IDENTIFIER.fullmatch(name))


def _words(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for name, value in node.items():
            if name == "properties" and isinstance(value, Mapping):
                yield from map(str, value)
            elif name in ("enum", "required") and isinstance(value, list):
                yield from (text for text in value if isinstance(text, str))
            elif name in ("const", "default") and isinstance(value, str):
                yield value
            yield from _words(value)
    elif isinstance(node, list):
        for item in node:
            yield from _words(item)
