"""The values that the text of a header may mean: OpenAPI writes them in the style `simple`."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?([eE][+-]?[0-9]{1,3})?")
_WORDS = {"true": True, "false": False}
_MAX_ITEMS = 1_000  # items of one header


def header_values(text: str) -> Iterator[Any]:
    """The possible values, the likeliest first: one text, number or truth value, a list of them, an object, JSON."""
    yield from _single(text)
    parts = [part.strip() for part in islice(text.split(","), _MAX_ITEMS)] if text else []
    pairs = [part.partition("=")[::2] for part in parts]
    for texts in (False, True):
        items = [_item(part, texts=texts) for part in parts]
        yield items
        yield dict(zip(parts[::2], items[1::2], strict=False))
        yield {name: _item(value, texts=texts) for name, value in pairs}
    if text[:1] in ("{", "["):
        with suppress(ValueError):
            yield json.loads(text)


def _item(text: str, *, texts: bool) -> Any:
    """One item of a list: as a text, or as what it looks like."""
    return text if texts else list(_single(text))[-1]


def _single(text: str) -> Iterator[Any]:
    yield text
    if text in _WORDS:
        yield _WORDS[text]
    if _INTEGER.fullmatch(text):
        yield int(text)
    elif _NUMBER.fullmatch(text):
        yield float(text)
