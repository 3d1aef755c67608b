"""Network errors in words for a person. The words name the kind of error, and repeat no text of the exception."""

import http.client
import socket
import ssl
from collections.abc import Iterator

import requests
from urllib3.exceptions import InvalidHeader

NETWORK_ERRORS: tuple[type[Exception], ...] = (requests.RequestException,)

# The first that fits counts, so a class stands before what it is derived from.
_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (InvalidHeader, "its answer has headers that contradict each other"),
    (requests.exceptions.InvalidHeader, "a header that cannot be sent"),
    (http.client.RemoteDisconnected, "it closed the connection without an answer"),
    (http.client.BadStatusLine, "its answer is no HTTP"),
    (http.client.LineTooLong, "its answer has a header that is too long"),
    (http.client.IncompleteRead, "its answer ended early, or its length or chunks are wrong"),
    (http.client.HTTPException, "its answer is no HTTP that can be read"),
    (ssl.SSLCertVerificationError, "its certificate is not trusted"),
    (ssl.SSLError, "no TLS that this machine trusts was agreed on"),
    (socket.gaierror, "its name is not known"),
    (ConnectionRefusedError, "the connection was refused"),
    (ConnectionResetError, "it broke the connection off"),
    (BrokenPipeError, "it broke the connection off"),
    (requests.exceptions.ConnectTimeout, "no connection in time"),
    (TimeoutError, "no answer in time"),
    (requests.exceptions.Timeout, "no answer in time"),
)


# Numbers of OpenSSL (X509_V_ERR_…), which stay as they are from version to version, as its words do not.
_CERTIFICATE = {
    9: "it is not valid yet",
    10: "it has expired",
    18: "it is signed by itself",
    19: "its authority is not known to this machine",
    20: "its authority is not known to this machine",
    21: "its authority is not known to this machine",
    62: "it is for another host name",
    64: "it is for another address",
}
TRUST = "name the file of the authority that you trust in REQUESTS_CA_BUNDLE or SSL_CERT_FILE"


class BrokenAnswer(requests.ConnectionError):
    """An answer that came, but was not read to its end. The message says why, in our own words."""


def in_words(fault: BaseException) -> str:
    """Say why a request got no answer, in words for a person."""
    chain = list(_chain(fault))
    said = [str(one) for one in chain if isinstance(one, BrokenAnswer) and one.args and isinstance(one.args[0], str)]
    if said:
        return said[0]
    for one in chain:
        if isinstance(one, ssl.SSLCertVerificationError) and one.verify_code in _CERTIFICATE:
            return f"its certificate is not trusted: {_CERTIFICATE[one.verify_code]}"
    fitting = (words for kind, words in _WORDS if any(isinstance(one, kind) for one in chain))
    return next(fitting, type(fault).__name__)


def remedy(fault: BaseException) -> str:
    """Say what a person can do when a target does not answer."""
    untrusted = any(isinstance(one, ssl.SSLCertVerificationError) for one in _chain(fault))
    return TRUST if untrusted else "is it running?"


def answered(fault: BaseException) -> bool:
    """Tell whether something came back. If so, a server is there, but its answer is wrong."""
    kinds = (BrokenAnswer, InvalidHeader, http.client.HTTPException)
    silent = (http.client.RemoteDisconnected,)
    return any(isinstance(one, kinds) and not isinstance(one, silent) for one in _chain(fault))


def _chain(fault: BaseException) -> Iterator[BaseException]:
    """The exception and all exceptions that it holds: as causes, as arguments, as a reason."""
    seen: list[BaseException] = []
    left = [fault]
    while left:
        one = left.pop(0)
        if one in seen:
            continue
        seen.append(one)
        yield one
        inner = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        left += [each for each in inner if isinstance(each, BaseException)]
