"""Talk to a running mock, and to nothing else: before the first request the server must say what it is."""

import http.client
import os
from typing import Any
from urllib.parse import urlsplit

import click
import orjson

from mock_server.errors import Problem, SettingsError
from mock_server.settings import LOCAL_KEY

URL = "http://127.0.0.1:4747"
TIMEOUT = 60.0
"""Seconds that an answer may take; the server holds some questions until there is something to tell."""


def server_option(function: Any) -> Any:
    """The flag of a verb that talks to a running server."""
    return click.option("--url", envvar="SOPHIIE_MOCK_URL", default=URL, show_default=True, help="The running server.")(
        function
    )


class Client:
    """``url`` is a running sophiie-mock; the key comes from SOPHIIE_API_KEY, ``sk_test_local`` without it.

    Raises SettingsError when the server cannot be reached or is another program: what follows may write.
    """

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            parts, host, port = urlsplit(""), None, None
        if parts.scheme not in ("http", "https") or not host:
            raise SettingsError(Problem("--url", f"`{url}` is no URL", f"as {URL}"))
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self.url = f"{parts.scheme}://{parts.netloc}"
        self._connection = kind(host, port, timeout=TIMEOUT)
        self._key = os.environ.get("SOPHIIE_API_KEY", LOCAL_KEY)
        self._token = os.environ.get("SOPHIIE_MOCK_ADMIN_TOKEN", "")
        if not self._is_ours():
            raise SettingsError(Problem(self.url, "not a sophiie-mock", "start one with `sophiie-mock serve`"))

    def _is_ours(self) -> bool:
        """Asked without the key, which another program must not learn; 403 is an answer of ours to a lacking token."""
        status, version = self._send("GET", "/__admin/version", None, self._proof())
        if status == http.HTTPStatus.FORBIDDEN and isinstance(version, dict):
            remedy = "set SOPHIIE_MOCK_ADMIN_TOKEN to what the file says that the server names at its start"
            raise SettingsError(Problem(self.url, str(version.get("detail")), remedy))
        return isinstance(version, dict) and version.get("name") == "sophiie-mock"

    def _proof(self) -> dict[str, str]:
        return {"x-mock-admin-token": self._token} if self._token else {}

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """The answer of the emulated API. Raises SettingsError with its words when it is no success."""
        return self._checked(method, path, body, {"authorization": f"Bearer {self._key}"})

    def control(self, method: str, path: str, body: Any = None, *, workspace: str = "") -> Any:
        """The answer of a control route, named without ``/__admin``; of the default workspace, or the one named."""
        named = {"x-mock-workspace": workspace} if workspace else {}
        return self._checked(method, f"/__admin{path}", body, {**self._proof(), **named})

    def drained(self, seconds: int) -> bool:
        """Whether nothing was owed any more within that time."""
        status, _ = self._send("POST", "/__admin/webhooks/drain", {"timeout": seconds}, self._proof())
        return status == http.HTTPStatus.OK

    def _checked(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        status, value = self._send(method, path, body, headers)
        if not 200 <= status < 300:
            what = value.get("detail") or value.get("message") if isinstance(value, dict) else value
            raise SettingsError(Problem(f"{method} {path}", f"answered {status}: {what}"))
        return value

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        payload = None if body is None else orjson.dumps(body)
        sent = {**headers, **({"content-type": "application/json"} if payload is not None else {})}
        try:
            self._connection.request(method, path, payload, sent)
            answer = self._connection.getresponse()
            raw = answer.read()
        except (OSError, http.client.HTTPException) as fault:
            raise SettingsError(Problem(self.url, f"no answer: {fault}", "is `sophiie-mock serve` running?")) from None
        finally:
            self._connection.close()  # a person's few requests need no kept connection, and none is left behind
        explain = answer.headers.get("x-mock-explain")
        try:
            value = orjson.loads(raw) if raw else None
        except orjson.JSONDecodeError:
            value = raw.decode("utf-8", "replace")[:200]
        if answer.status >= 400 and explain and isinstance(value, dict):
            value = {**value, "detail": explain}
        return answer.status, value
