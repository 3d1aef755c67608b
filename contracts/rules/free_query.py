"""Parts of a query that may be right: everything in a URL is a text.

They are the keys of an object whose keys the document leaves open, and an empty text where null is allowed, or where
the document says that the value may be empty.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from contracts.spec.document import Operation
from contracts.transport.exchange import Exchange


def without_free_keys(operation: Operation, exchange: Exchange) -> Exchange | None:
    """The request without such parts. None if there are none, or if a key of such an object is wrong as a text."""
    named = operation.parameters_in("query")
    null = [it.name for it in named if operation.document.validator(it.schema).is_valid(None)]
    objects = [it for it in named if it.takes("suite_unknown") and it.style == "form"]
    known = {it.name for it in named if it not in objects}
    pairs = parse_qsl(exchange.query, keep_blank_values=True)
    free = [(name, text) for name, text in pairs if objects and name not in known]
    rest: Any = objects[0].schema.get("additionalProperties", {}) if objects else {}
    validator = operation.document.validator(rest) if isinstance(rest, Mapping) else None
    if validator is not None and not all(validator.is_valid(text) for _, text in free):
        return None
    bare = [it.name for it in named if it.may_be_empty]
    empty = [
        (name, text) for name, text in pairs if (name in null and text in ("", "null")) or (name in bare and not text)
    ]
    if not free and not empty:
        return None
    kept = urlencode([pair for pair in pairs if pair not in (*free, *empty)])
    return replace(exchange, url=urlsplit(exchange.url)._replace(query=kept).geturl())
