"""The reason why an attempt failed, in words that are the same in every run."""

import asyncio
import socket
import ssl
from collections.abc import Iterator

import aiohttp

from mock_server.support.redaction import Redactor
from mock_server.support.text import printable, shorten
from mock_server.webhooks.egress_policy import EgressRefused

_REDACTOR = Redactor()


def causes_of(fault: BaseException) -> Iterator[BaseException]:
    """The error and all errors that it wraps, the outermost first."""
    waiting: list[object] = [fault]
    seen: set[int] = set()
    while waiting:
        error = waiting.pop(0)
        if isinstance(error, BaseException) and id(error) not in seen:
            seen.add(id(error))
            yield error
            waiting += [*error.args, error.__cause__, error.__context__, *getattr(error, "exceptions", ())]


def in_words(causes: list[BaseException]) -> str:
    """The reason of a failed attempt, the same words in every run, without ports and addresses of objects."""
    for kind, words in _WORDS:
        found = [cause for cause in causes if isinstance(cause, kind)]
        if found:
            return words + next((detail for cause in found if (detail := _detail(cause))), "")
    return type(causes[0]).__name__


def _detail(cause: BaseException) -> str:
    if isinstance(cause, EgressRefused):
        return f": {cause}"
    if hasattr(cause, "verify_message"):  # of two kinds of certificate errors only the inner one has it
        trust = "serve --webhook-ca FILE (or SSL_CERT_FILE) trusts it, " if _has_no_issuer(cause) else ""
        return f": {cause.verify_message}; {trust}listen --skip-verify takes any"
    if isinstance(cause, aiohttp.http.HttpProcessingError):
        said = _REDACTOR.redact(" ".join(cause.message.split()))  # it quotes the first line of the answer
        return f": {printable(shorten(said, 100))}"
    return ""


def _has_no_issuer(cause: BaseException) -> bool:
    """Tell whether trusting the certificate would help. It would not if its host or its time is wrong."""
    return getattr(cause, "verify_code", 0) in (2, 18, 19, 20, 21)  # X509_V_ERR_… of openssl/x509_vfy.h


_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (EgressRefused, "refused"),
    (aiohttp.InvalidURL, "refused: a URL with an odd spelling"),
    (ssl.SSLCertVerificationError, "the certificate is not trusted"),
    (ssl.SSLError, "no TLS"),
    (socket.gaierror, "the host is not known"),
    (UnicodeError, "the host is not known"),  # a name that is too long for any server of names
    (ConnectionRefusedError, "connection refused"),
    (ConnectionResetError, "connection reset"),
    (BrokenPipeError, "connection reset"),
    (aiohttp.ClientPayloadError, "the answer is not whole"),
    (asyncio.IncompleteReadError, "the answer is not whole"),
    (aiohttp.http.HttpProcessingError, "no HTTP answer"),
    (aiohttp.ServerDisconnectedError, "the receiver hung up before it answered"),
)
