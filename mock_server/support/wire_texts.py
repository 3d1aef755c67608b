"""The texts of a query and of a Cookie header by name, as they were sent."""

from collections.abc import Collection, Mapping, MutableMapping, Sequence
from typing import Any
from urllib.parse import unquote, unquote_plus, unquote_to_bytes

Texts = Mapping[str, Sequence[str]]

MAX_QUERY_PAIRS = 2_000  # documents ask for as many as 1,000 ids in one list


class UnreadableQuery(ValueError):
    """A query cannot be read; the text says why."""


def query_texts(query: bytes) -> Texts:
    """The values of a query by decoded name. The values stay percent-encoded: an encoded comma is no separator.

    Raises UnreadableQuery.
    """
    try:
        text = query.decode()
        if "%" in text:
            unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        raise UnreadableQuery("is not UTF-8") from None
    pairs = text.split("&")
    if len(pairs) > MAX_QUERY_PAIRS:
        raise UnreadableQuery(f"more than {MAX_QUERY_PAIRS:,} parameters")
    found: dict[str, list[str]] = {}
    for pair in pairs:
        if pair:
            name, _, value = pair.partition("=")
            found.setdefault(form_decoded(name), []).append(value)
    return found


def form_decoded(text: str) -> str:
    """Decode a name or value of a query. Most texts are not encoded and cost nothing."""
    return unquote_plus(text) if "%" in text or "+" in text else text


def path_decoded(text: str) -> str:
    """Decode a text of a path or a cookie. Most texts are not encoded and cost nothing."""
    return unquote(text) if "%" in text else text


def cookie_texts(header: str) -> Texts:
    """The values of cookies by name. A malformed cookie of another site hides none of them."""
    found: dict[str, list[str]] = {}
    for pair in header.split(";"):
        name, sign, value = pair.partition("=")
        if sign:
            found.setdefault(name.strip(), []).append(_unquoted(value.strip()))
    return found


NAMED = "mock.named"
"""The key of a request's scope that holds its header fields by name, from the first use on."""


def named_fields(scope: MutableMapping[str, Any]) -> Mapping[bytes, bytes]:
    """The header fields of a request by name. They are joined once, at the first use."""
    found: Mapping[bytes, bytes] | None = scope.get(NAMED)
    if found is None:
        found = scope[NAMED] = joined_fields(scope["headers"])
    return found


def joined_fields(fields: Collection[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Join header fields of one name as HTTP does (RFC 9110 5.3); cookies are joined by a semicolon."""
    found = dict(fields)
    if len(found) == len(fields):
        return found
    found.clear()
    for name, value in fields:
        found[name] = value if name not in found else found[name] + (b"; " if name == b"cookie" else b", ") + value
    return found


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
