"""The texts of a query and of a Cookie header by name, as they stand on the wire."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import unquote_plus, unquote_to_bytes

Texts = Mapping[str, Sequence[str]]

MAX_QUERY_PAIRS = 200


class UnreadableQuery(ValueError):
    """A query that nobody can read; the text says why."""


def query_texts(query: bytes) -> Texts:
    """Decoded names with their values, which stay percent-encoded: an encoded comma is no separator.

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
        raise UnreadableQuery(f"more than {MAX_QUERY_PAIRS} parameters")
    return _by_name((unquote_plus(name), value) for name, _, value in (pair.partition("=") for pair in pairs if pair))


def cookie_texts(header: str) -> Texts:
    """The values of cookies by name. Whatever another site has put beside them hides none."""
    pairs = (pair.strip().partition("=") for pair in header.split(";"))
    return _by_name((name.strip(), _unquoted(value.strip())) for name, sign, value in pairs if sign)


def joined_fields(fields: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Header fields by name, those of one name joined as HTTP has it (RFC 9110 5.3), cookies by a semicolon."""
    found: dict[bytes, bytes] = {}
    for name, value in fields:
        found[name] = value if name not in found else found[name] + (b"; " if name == b"cookie" else b", ") + value
    return found


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value


def _by_name(pairs: Iterable[tuple[str, str]]) -> Texts:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found
