"""The two interfaces of a server that a test calls: its control plane, and the API that it emulates."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mock_server.testing.errors import Refused
from mock_server.testing.http_client import TIMEOUT, HttpResponse, Transport
from mock_server.world.clock import stamp


class AdminClient:
    """The control plane, for the workspace that ``workspace`` names, if it names one."""

    def __init__(self, url: str, *, token: str = "", workspace: str = "") -> None:
        self.url = url
        self._transport = Transport(url, x_mock_admin_token=token, x_mock_workspace=workspace)

    def __call__(self, method: str, path: str, body: Any = None, *, timeout: float = TIMEOUT) -> Any:
        """Call a control route and return its JSON. Raises Refused with the route's reason."""
        answer = self._transport.send(method, f"/__admin{path}", body, timeout=timeout)
        return _checked(answer, f"{method} {path}")


class Api:
    """The emulated API, called with ``key``."""

    def __init__(self, url: str, key: str) -> None:
        self._transport = Transport(url, authorization=f"Bearer {key}")

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        """Call the API and return the JSON of a success. Raises Refused with the reason in X-Mock-Explain."""
        answer = self._transport.send(method, path, body)
        return _checked(answer, f"{method} {path.partition('?')[0]}", answer.headers.get("x-mock-explain"))


def _checked(answer: HttpResponse, asked: str, why: str | None = None) -> Any:
    """Return the value of a success. ``why`` is a reason from outside the body."""
    said = answer.value
    if 200 <= answer.status < 300:
        return said
    if isinstance(said, Mapping) and "detail" in said:
        raise Refused(said)
    what = why or (said.get("message") if isinstance(said, Mapping) else said)
    raise Refused({"status": answer.status, "detail": f"{asked}: {answer.status}" + (f", {what}" if what else "")})


def plain(value: Any) -> Any:
    """Convert times for the control plane, and drop the underscore after names that Python reserves (``from_``)."""
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, Mapping):
        return {name.rstrip("_"): plain(inner) for name, inner in value.items()}
    return value
