"""The name by which a client calls this server."""

from starlette.types import Scope


def host_header(scope: Scope) -> str:
    """The Host header in lower case; empty unless there is exactly one."""
    values = [value for name, value in scope["headers"] if name == b"host"]
    return values[0].decode("latin-1").lower() if len(values) == 1 else ""


def host_name(scope: Scope) -> str:
    """The Host header without its port."""
    host = host_header(scope)
    name, _, port = host.rpartition(":")
    return name if name and port.isascii() and port.isdigit() else host
