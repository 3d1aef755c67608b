"""Names and words from a document itself: they reveal nobody's data."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_IDENTIFIER = re.compile(r"(?=.{1,40}$)[a-z]+(?:[A-Z][a-z]+|_[a-z]+)*\d?")


def is_identifier(name: str) -> bool:
    """Tell whether a name looks like an identifier of a program: ``nickName``, ``nick_name``, ``line2``."""
    return bool(_IDENTIFIER.fullmatch(name))


def member_words(node: Any) -> Iterator[str]:
    """Names of members, and the values listed for them, in a node and everything below it."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            if name == "properties" and isinstance(value, Mapping):
                yield from map(str, value)
            elif name in ("enum", "required") and isinstance(value, list):
                yield from (text for text in value if isinstance(text, str))
            elif name in ("const", "default") and isinstance(value, str):
                yield value
            yield from member_words(value)
    elif isinstance(node, list):
        for item in node:
            yield from member_words(item)
