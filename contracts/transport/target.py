"""The target of a check: the mock, started here or elsewhere, or a real host."""

import ipaddress
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

from contracts.errors import CannotRun
from contracts.transport.exchange import OTHER_VARIABLE, TOKEN_VARIABLE, Variables
from contracts.transport.guard import Mode
from mock_server.config.settings import LOCAL_KEY, Settings
from mock_server.errors import SetupError
from mock_server.server import MockServer
from mock_server.support.text import printable, shorten
from mock_server.support.web_origin import web_origin, with_scheme

_EXAMPLE = "http://127.0.0.1:4747"


def is_loopback(host: str) -> bool:
    """Tell whether a host name means this machine. A name that needs a look-up elsewhere does not."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


@dataclass(frozen=True)
class Target:
    """An API to check. ``other_key`` opens another organization on the same host, for the checks of tenancy."""

    origin: str
    key: str = field(repr=False)
    other_key: str = field(default="", repr=False)
    is_mock: bool = False
    local: bool = False
    ids: Mapping[str, str] = field(default_factory=dict)
    """Values for path parameters that no operation supplies, by the parameter's name."""

    @property
    def variables(self) -> Variables:
        """The variables in which a person who repeats a request has the keys."""
        return {key: name for key, name in ((self.other_key, OTHER_VARIABLE), (self.key, TOKEN_VARIABLE)) if key}

    def mode(self, wanted: str = "") -> Mode:
        """The mode of a run. Raises CannotRun for ``full`` on a host that is not this machine."""
        if self.local:
            return Mode(wanted or Mode.FULL)
        if wanted == Mode.FULL:
            raise CannotRun(
                f"`full` writes, deletes and sends bad requests, so it is refused on {self.origin}",
                "leave --mode out: other hosts are checked in mode `safe`",
            )
        return Mode.SAFE


def named(url: str, key: str, other_key: str = "", local: Callable[[str], bool] = is_loopback) -> Target:
    """Return the target at a URL. Raises CannotRun."""
    url = with_scheme(url.strip())
    parts = _parts(url)
    if parts.username or parts.password:
        raise CannotRun("the URL holds credentials", "put the key in SOPHIIE_API_KEY")
    origin = _origin(url, parts)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise CannotRun(f"{_shown(url)} has a path", f"give the origin only: {origin}")
    here = local(parts.hostname or "")
    if not here and parts.scheme != "https":
        raise CannotRun(f"{_shown(url)} would send the key in the clear", "use https")
    if not key and not here:
        raise CannotRun("no key", "put it in SOPHIIE_API_KEY, in a file (--key-file), or send it with --key-stdin")
    return Target(origin, key or LOCAL_KEY, other_key, local=here)


def _parts(url: str) -> SplitResult:
    """The parts of an http or https URL. Raises CannotRun for any other text."""
    try:
        parts = urlsplit(url)
    except ValueError:  # half of an IPv6 address, say
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CannotRun(f"{_shown(url)} is no http or https URL", f"give one such as {_EXAMPLE}")
    return parts


def _origin(url: str, parts: SplitResult) -> str:
    """The origin as the client asks for it, because the guard compares texts. Raises CannotRun."""
    if parts.netloc.endswith(":") or parts.netloc.rpartition(":")[2].strip("0") == "":
        raise CannotRun(f"{_shown(url)} has no port after its colon", f"write the port, as {_EXAMPLE}")
    try:
        return web_origin(f"{parts.scheme}://{parts.netloc}")
    except ValueError:
        raise CannotRun(
            f"{_shown(url)} has a host or a port that no request can go to",
            f"write a port of 65535 at most, and a host in ASCII (`xn--…` for other letters), as {_EXAMPLE}",
        ) from None


def _shown(url: str) -> str:
    """A URL that somebody gave by mistake, safe to print."""
    return printable(shorten(url, 200))


@contextmanager
def mock(**settings: Any) -> Generator[Target, None, None]:
    """Start the mock on a free port, and stop it when the block ends. The settings are those of the server.

    It repeats failed deliveries, so that the repeats can be checked.
    """
    given: dict[str, Any] = {"port": 0, "quiet": True, "rate_limit": "off", "retries": "1h,1h", **settings}
    with ExitStack() as stack:
        try:
            server = stack.enter_context(MockServer(Settings(**given)))
        except SetupError as fault:
            raise CannotRun(f"the mock does not start: {fault}") from None
        yield Target(server.url, server.api_key, is_mock=True, local=True)
