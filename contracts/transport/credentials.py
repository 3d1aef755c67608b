"""Puts the key of a request where its operation wants it.

The suite speaks of keys as bearer tokens. What is sent has them in a header, a query parameter or a cookie of the
document's choice; what is kept and shown of a request stays as it was, so that no key comes into an address.
"""

import base64
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import quote, urlsplit, urlunsplit

from contracts.spec.security import BEARER, Scheme

_PREFIX = "Bearer "


class Sendable(Protocol):
    """A prepared request, as far as a key changes it."""

    url: str | None
    headers: Any


@contextmanager
def key_in_place(request: Sendable, schemes: Sequence[Scheme]) -> Generator[None, None, None]:
    """While this lasts, the request has its bearer key as ``schemes`` say; other requests stay as they are."""
    given = request.headers.get("Authorization", "")
    given = given.decode("latin-1") if isinstance(given, bytes) else given
    if not given.startswith(_PREFIX) or not schemes or set(schemes) == {BEARER}:
        yield
        return
    url, headers = request.url, request.headers.copy()
    if BEARER not in schemes:
        del request.headers["Authorization"]
    for scheme in schemes:
        _put(request, scheme, given.removeprefix(_PREFIX))
    try:
        yield
    finally:
        request.url, request.headers = url, headers


def _put(request: Sendable, scheme: Scheme, key: str) -> None:
    if scheme.place == "query":
        parts = urlsplit(request.url or "")
        pair = f"{quote(scheme.name, safe='')}={quote(key, safe='')}"
        others = [it for it in parts.query.split("&") if it and it.partition("=")[0] != pair.partition("=")[0]]
        request.url = urlunsplit(parts._replace(query="&".join([*others, pair])))
    elif scheme.place == "cookie":
        before = str(request.headers.get("Cookie", ""))
        request.headers["Cookie"] = "; ".join(filter(None, (before, f"{scheme.name}={key}")))
    elif scheme.word.lower() == "basic":
        request.headers["Authorization"] = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
    else:
        request.headers[scheme.name] = f"{scheme.word} {key}".strip()
