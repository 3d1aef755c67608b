"""The names by which a client calls this server."""

import re

from starlette.types import Scope

TARGET = "mock.target"
"""The extension of a scope that holds the target of a request as it came, where that is more than a path."""
_ABSOLUTE = re.compile(rb"[^/?#]*://([^/?#]*)")


def host_header(scope: Scope) -> str:
    """The Host header in lower case; empty unless there is exactly one."""
    values = [value for name, value in scope["headers"] if name == b"host"]
    return values[0].decode("latin-1").lower() if len(values) == 1 else ""


def named_hosts(scope: Scope) -> list[str]:
    """Every host that the request names, without ports: in the Host header, and in a target that is a whole URL.

    The target is the one that counts (RFC 9112, 3.2.2). A target with a user in front of its host names no host.
    """
    hosts = [host_header(scope)]
    if target := _ABSOLUTE.match(scope.get("extensions", {}).get(TARGET, b"")):
        hosts.append(target[1].decode("latin-1").lower())
    return [_without_port(host) for host in hosts]


def _without_port(host: str) -> str:
    name, _, port = host.rpartition(":")
    return name if name and port.isascii() and port.isdigit() else host
