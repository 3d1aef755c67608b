"""Origins of web pages, as browsers write them in the header ``Origin``: ``https://app.example.com:8443``."""

import ipaddress
import re

from mock_server.support.text import short_repr

_ORIGIN = re.compile(
    r"([a-z][a-z0-9+.-]*)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?", re.ASCII | re.IGNORECASE
)
_USUAL_PORTS = {"http": "80", "https": "443"}


def web_origin(text: str) -> str:
    """Write an origin in the one form that can be compared. Raises ValueError for a text that is no origin."""
    found = _ORIGIN.fullmatch(text)
    if found is None or int(found[3] or 0) > 65535:
        raise ValueError(
            f"{short_repr(text, 80)} is no origin: write scheme, host and port, as https://app.example.com:8443"
        )
    scheme, host, port = found[1].lower(), found[2].lower(), found[3]
    return f"{scheme}://{host}" if port in (None, _USUAL_PORTS.get(scheme)) else f"{scheme}://{host}:{int(port)}"


def allowed_origin(text: str) -> str:
    """Read the origin of a page that a user allows by name. Raises ValueError, with what to do instead."""
    if text == "*":
        raise ValueError("`*` would let in every page of every site: name the origins, as https://app.example.com")
    if text.lower() == "null":
        raise ValueError("`null` is the origin of any site's sandboxed frame: serve the page from http://localhost")
    return web_origin(text.removesuffix("/"))


def is_of_this_machine(origin: str) -> bool:
    """Tell whether this machine served the page to itself: no other site can have such a name (RFC 6761).

    ``localhost.`` with a dot at its end does not count, here as in the header Host.
    """
    scheme, _, rest = origin.partition("://")
    host = rest if rest.endswith("]") else rest.rpartition(":")[0] or rest
    if scheme not in _USUAL_PORTS:
        return False
    return host == "localhost" or host.endswith(".localhost") or host == "[::1]" or _is_loopback(host)


def with_scheme(text: str) -> str:
    """Complete ``localhost:4747`` to the URL that is meant. Only names of this machine are completed."""
    bare = "://" not in text and is_of_this_machine(f"http://{text.partition('/')[0].lower()}")
    return f"http://{text}" if bare else text


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        return False
