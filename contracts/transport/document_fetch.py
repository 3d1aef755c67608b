"""Fetches one published document: one GET to one host, over https, within bounds of size and time. No key is sent."""

import math
from urllib.parse import urlsplit, urlunsplit

from contracts.errors import CannotRun, RequestRefused
from contracts.spec.document import Contract, Document
from contracts.transport.exchange import Exchange
from contracts.transport.guard import Guard, Mode, Policy
from contracts.transport.guarded_request import GuardedRequest
from contracts.transport.guarded_session import Transport
from contracts.transport.network_errors import NETWORK_ERRORS, in_words, remedy
from contracts.transport.target import is_loopback
from mock_server.support.text import printable, shorten
from mock_server.support.web_origin import web_origin

_ACCEPTED = "application/json, application/yaml;q=0.9, */*;q=0.5"
_EXAMPLE = "https://api.sophiie.ai/openapi"


class DocumentGuard(Guard):
    """A guard that admits one GET of one URL, and nothing else."""

    def __init__(self, policy: Policy, url: str) -> None:
        super().__init__(policy)
        self._url = url

    def _admit_safely(self, method: str, path: str, request: GuardedRequest) -> None:
        if method != "GET" or request.url != self._url or self.sent:
            raise RequestRefused(f"{method} {path}: only the document is fetched, once")

    def seconds_left(self, method: str) -> float:
        """No limit of its own: the transport bounds the time of one answer."""
        return math.inf

    def seen(self, exchange: Exchange) -> None:
        """Let any answer pass: whoever fetches it says what is wrong with it."""


def checked_url(text: str) -> str:
    """A URL that a document may be fetched from. Raises CannotRun."""
    shown = printable(shorten(text, 200))
    try:
        parts = urlsplit(text.strip())
        origin = web_origin(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}")
    except ValueError:
        raise CannotRun(f"{shown} is no URL", f"give one such as {_EXAMPLE}, or a file") from None
    if parts.username or parts.password:
        raise CannotRun("the URL holds credentials", "a published document needs none")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise CannotRun(f"{shown} is not fetched over https", "use https, so that nobody can change it on its way")
    return f"{origin}{urlunsplit(('', '', parts.path or '/', parts.query, ''))}"


def fetch_document(url: str) -> bytes:
    """The bytes at a URL that ``checked_url`` has made. No redirect is followed. Raises CannotRun."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    policy = Policy(origin, Mode.SAFE, "", Contract([Document("published", {})]))
    try:
        answer = Transport(DocumentGuard(policy, url)).request("GET", url, {"Accept": _ACCEPTED}, None, {})
    except NETWORK_ERRORS as fault:
        raise CannotRun(f"{origin}: {in_words(fault)}", remedy(fault)) from None
    shown = f"{origin}{parts.path}"
    if 300 <= answer.status < 400:
        raise CannotRun(f"{shown} redirects ({answer.status}), and no redirect is followed", "give the final URL")
    if answer.status != 200:
        raise CannotRun(f"{shown} answers {answer.status}", "check the URL in a browser")
    if answer.body_fault:
        raise CannotRun(f"{shown}: {answer.body_fault}", "try again")
    return answer.body
