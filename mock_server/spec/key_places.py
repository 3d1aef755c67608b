"""Where a client of a document puts its key: the places that the operations ask for, all of them together."""

import base64
from collections import Counter
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from mock_server.spec.security import SchemeKind, Security, SecurityScheme

Places = Mapping[str, Mapping[str, str]]
_PARTS = {"header": "headers", "query": "query", "cookie": "cookies"}


def key_places(asked: Iterable[Security], key: str) -> Places:
    """The headers, query parameters and cookies with which a client shows ``key`` to operations that ask so.

    There is one Authorization header: it is of the scheme that most operations ask for. Where no operation asks for
    anything, it is a bearer key, for the key also says which workspace is meant.
    """
    counts = Counter(scheme for security in asked for requirement in security for scheme in requirement)
    schemes = [it for it, _ in counts.most_common() if it.kind is not SchemeKind.MUTUAL_TLS]
    places: dict[str, dict[str, str]] = {name: {} for name in _PARTS.values()}
    for scheme in schemes or [SecurityScheme(SchemeKind.BEARER)]:
        text = quote(key, safe="") if scheme.location == "cookie" else _shown(scheme, key)
        known = {name.lower() for name in places[_PARTS[scheme.location]]}
        if scheme.location != "header" or scheme.field.lower() not in known:
            places[_PARTS[scheme.location]][scheme.field] = text
    return places


def _shown(scheme: SecurityScheme, key: str) -> str:
    match scheme.kind:
        case SchemeKind.API_KEY:
            return key
        case SchemeKind.BASIC:
            return f"Basic {base64.b64encode(f'{key}:'.encode()).decode()}"
    return f"{scheme.word} {key}"
