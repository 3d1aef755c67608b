"""Talk to a running mock, and to no other program: before the first request the server must identify itself."""

import http.client
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import click

from mock_server.config.given_secrets import ADMIN_TOKEN, API_KEY, TOKEN_FILE
from mock_server.config.settings import LOCAL_KEY
from mock_server.errors import Problem, SettingsError
from mock_server.support.exact_json import ENVELOPE_DEPTH, MAX_JSON_DEPTH, NotJson, read_json, write_json
from mock_server.support.text import printable, shorten
from mock_server.support.tls_client import context_for
from mock_server.support.web_origin import with_scheme

URL = "http://127.0.0.1:4747"
TIMEOUT = 60.0
"""Seconds that an answer may take; the server delays some answers until there is something to report."""

_KEY, _TOKEN = "SOPHIIE_API_KEY", ADMIN_TOKEN
_SENDABLE = re.compile(r"[\x21-\x7e]+")


class ServerUnreachable(SettingsError):
    """No program, or another one, answers at the server's address. The server may come back."""


class RequestFailed(SettingsError):
    """The server answered with an error."""

    def __init__(self, status: int, problem: Problem, detail: Any = None) -> None:
        super().__init__(problem)
        self.status, self.detail = status, detail


def server_option(function: Any) -> Any:
    """The flag of a verb that talks to a running server."""
    what = "The running server. The key in SOPHIIE_API_KEY picks the workspace."
    shown = f"{what}  [default: {URL}]"
    return click.option("--url", envvar="SOPHIIE_MOCK_URL", default=local_url, help=shown)(function)


def local_url() -> str:
    """The URL of the server in this environment, for example a container: SOPHIIE_MOCK_PORT sets the port of both."""
    port = os.environ.get("SOPHIIE_MOCK_PORT", "")
    return f"http://127.0.0.1:{port}" if port.isdigit() and 0 < int(port) < 65_536 else URL


class Client:
    """A client of the mock at ``url``. ``key``, or SOPHIIE_API_KEY, selects the workspace; else it is the default.

    Raises SettingsError if the server cannot be reached or is another program, because later requests may write.
    """

    def __init__(self, url: str, key: str = "") -> None:
        self.url, self._connection = _connection(url)
        self._explained = ""
        self._key = key or _secret(_KEY)
        self._token = _secret(_TOKEN) or _own_token(self.url)
        if not self._is_ours():
            raise ServerUnreachable(Problem(self.url, "not a sophiie-mock", "start one with `sophiie-mock serve`"))

    def _is_ours(self) -> bool:
        """Ask without the key, which another program must not learn; 403 is our answer to a missing token."""
        status, version = self._send("GET", "/__admin/version", None, self._proof())
        if status == http.HTTPStatus.FORBIDDEN and isinstance(version, dict):
            remedy = f"set {_TOKEN} to what the file says that the server names at its start"
            raise SettingsError(Problem(self.url, str(version.get("detail")), remedy))
        return isinstance(version, dict) and version.get("name") == "sophiie-mock"

    def _proof(self) -> dict[str, str]:
        return {"x-mock-admin-token": self._token} if self._token else {}

    def _here(self) -> dict[str, str]:
        """The headers that select the workspace of a control request: the key, if one was given."""
        if self._key.startswith("sk_live_"):
            what = "this looks like a real key: it is not sent to a mock"
            raise SettingsError(Problem(_KEY, what, "unset it, or put a key of the mock there"))
        return {"authorization": f"Bearer {self._key}"} if self._key else {}

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """Call the emulated API and return its answer. Raises SettingsError with its message if it is an error."""
        answer = self._checked(method, path, body, self._here() or {"authorization": f"Bearer {LOCAL_KEY}"})
        if self._explained:  # what was sent and is ignored, most often a typing error
            click.echo(f"note: {printable(self._explained)}", err=True)
        return answer

    def control(self, method: str, path: str, body: Any = None, *, workspace: str = "") -> Any:
        """Call a control route, named without ``/__admin``, for the key's workspace or the named one."""
        if workspace and not _SENDABLE.fullmatch(workspace):
            raise SettingsError(Problem("--workspace", f"`{printable(workspace)}` is no id of a workspace"))
        named = {"x-mock-workspace": workspace} if workspace else self._here()
        return self._checked(method, f"/__admin{path}", body, {**self._proof(), **named})

    def working_key(self) -> str:
        """The key in SOPHIIE_API_KEY, else the well-known one if it opens a workspace, else an empty text.

        Raises SettingsError for a key in the variable that opens no workspace.
        """
        key = self._key or _secret(API_KEY) or LOCAL_KEY
        sent = self._here() or {"authorization": f"Bearer {key}"}
        status, _ = self._send("GET", "/__admin/clock", None, {**self._proof(), **sent})
        if status == http.HTTPStatus.OK:
            return key
        if self._key:
            raise SettingsError(
                Problem(_KEY, "the key opens no workspace of this server", "unset it, or make a workspace")
            )
        return ""

    def drained(self, seconds: int) -> bool:
        """Wait until nothing is owed; return False if the time runs out first."""
        sent = {**self._proof(), **self._here()}
        status, _ = self._send("POST", "/__admin/webhooks/drain", {"timeout": seconds}, sent)
        return status == http.HTTPStatus.OK

    def _checked(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Any:
        status, value = self._send(method, path, body, headers)
        if not 200 <= status < 300:
            what = value.get("detail") or value.get("message") if isinstance(value, dict) else value
            raise RequestFailed(status, Problem(f"{method} {path}", f"answered {status}: {what}"), what)
        return value

    def _send(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> tuple[int, Any]:
        payload = None if body is None else _json(body)
        sent = {**headers, **({"content-type": "application/json"} if payload is not None else {})}
        try:
            self._connection.request(method, path, payload, sent)
            answer = self._connection.getresponse()
            raw = answer.read()
        except (OSError, http.client.HTTPException) as fault:
            what = f"no answer: {printable(str(fault)) or type(fault).__name__}"
            raise ServerUnreachable(
                Problem(self.url, what, "is `sophiie-mock serve` running? --url names another server")
            ) from None
        finally:
            self._connection.close()  # a person's few requests need no kept connection, and none is left behind
        explain = self._explained = answer.headers.get("x-mock-explain") or ""
        try:
            value = read_json(raw, MAX_JSON_DEPTH + ENVELOPE_DEPTH) if raw else None
        except NotJson:
            value = printable(shorten(raw.decode("utf-8", "replace"), 200))
        if answer.status >= 400 and explain and isinstance(value, dict):
            value = {**value, "detail": printable(explain)}
        return answer.status, value


def _connection(url: str) -> tuple[str, http.client.HTTPConnection]:
    """The server's origin, and a connection to it that is not open yet. Raises SettingsError."""
    try:
        parts = urlsplit(with_scheme(url.strip()))
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    if parts.scheme not in ("http", "https") or not host:
        raise SettingsError(
            Problem("--url", f"`{printable(shorten(url, 200))}` is no URL", f"write scheme, host and port, as {URL}")
        )
    origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    if parts.scheme == "https":
        return origin, http.client.HTTPSConnection(host, port, timeout=TIMEOUT, context=context_for(host))
    return origin, http.client.HTTPConnection(host, port, timeout=TIMEOUT)


def _secret(variable: str) -> str:
    """The value of a variable for a header; an empty one counts as not set. Raises SettingsError."""
    value = os.environ.get(variable, "").strip()
    if value and not _SENDABLE.fullmatch(value):
        raise SettingsError(Problem(variable, "has a character that no key has", "copy it anew, or unset it"))
    return value


def _own_token(url: str) -> str:
    """The token of the server that was started in this folder, if ``url`` is on this machine."""
    file = Path(TOKEN_FILE)
    here = urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")
    return file.read_text("ascii", "replace").strip() if here and file.is_file() else ""


def segment(text: str) -> str:
    """Encode ``text`` as one segment of a path. Raises SettingsError for bytes that are not UTF-8."""
    return segments(text, between="")


def segments(text: str, between: str = "/") -> str:
    """Encode ``text`` as the segments of a path. Raises SettingsError for bytes that are not UTF-8."""
    try:
        return quote(text, safe=between)
    except UnicodeEncodeError:
        raise _NOT_UTF8 from None


def _json(body: Any) -> bytes:
    """Write JSON. Raises SettingsError for a text that is not Unicode: a shell passes bytes on as they were typed."""
    try:
        return write_json(body)
    except TypeError:
        raise _NOT_UTF8 from None


_NOT_UTF8 = SettingsError(Problem("", "an argument is not UTF-8", "type it in UTF-8"))
