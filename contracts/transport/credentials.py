"""Puts the key of a request where its operation expects it.

The suite treats each key as a bearer token. The request that goes out has the key in a header, a query parameter or a
cookie, as the document says. The request that is recorded and shown does not change, so no key gets into a URL that is
shown.
"""

import base64
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import quote, urlsplit, urlunsplit

from contracts.spec.security import BEARER, Scheme

_PREFIX = "Bearer "
_CONTROL_PLANE = "/__admin/"


class Sendable(Protocol):
    """The part of a prepared request that a key changes."""

    url: str | None
    headers: Any


@contextmanager
def key_in_place(request: Sendable, schemes: Sequence[Scheme]) -> Generator[None, None, None]:
    """Move the bearer key of a request to where ``schemes`` say, until the block ends. A request without a bearer key
    does not change, nor does one to the control plane of a mock, which takes a bearer key alone.
    """
    given = request.headers.get("Authorization", "")
    given = given.decode("latin-1") if isinstance(given, bytes) else given
    is_control = urlsplit(request.url or "").path.startswith(_CONTROL_PLANE)
    if is_control or not given.startswith(_PREFIX) or not schemes or set(schemes) == {BEARER}:
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
