"""The name by which a client calls this server."""

from starlette.types import Scope


def host_name(scope: Scope) -> str:
    """The Host header without its port, in lower case; empty unless there is exactly one."""
    values = [value for name, value in scope["headers"] if name == b"host"]
    if len(values) != 1:
        return ""
    host: str = values[0].decode("latin-1").lower()
    name, _, port = host.rpartition(":")
    return name if name and port.isdigit() else host
