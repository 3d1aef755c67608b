"""Find the API in a recording: its host, and the path before the contract's paths."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from contracts.errors import CannotRun
from contracts.spec.document import Contract
from contracts.traffic.recording import JOURNAL, Recorded, Recording

_USUAL_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class ApiBase:
    """The host and base path. ``host`` is empty if every request was for the API: a journal has no hosts."""

    host: str
    base: str

    def path(self, url: str) -> str | None:
        """The contract's path for a URL; None for another host, or a path outside the base path."""
        parts = urlsplit(url)
        if self.host and host_of(parts) != self.host:
            return None
        return parts.path[len(self.base) :] if parts.path.startswith(f"{self.base}/") else None

    def describe(self) -> str:
        """Describe it for a note, without what is obvious."""
        return ", ".join(f"{word} {value}" for word, value in (("host", self.host), ("base path", self.base)) if value)


def host_of(parts: SplitResult) -> str:
    """The host of a URL, with its port if that is not the usual one; empty if the URL is unreadable."""
    try:
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").rstrip(".")
    return host if port in (None, _USUAL_PORTS.get(parts.scheme)) else f"{host}:{port}"


def home(contract: Contract, recording: Recording, given: str) -> ApiBase | None:
    """Find the API; ``given`` is a base path or its URL. None if no request was for the contract. Raises CannotRun."""
    parts = _parts(given)
    base = parts.path.rstrip("/") if given else None
    if recording.kind == JOURNAL:
        return ApiBase("", base or "")
    if parts.netloc:
        return ApiBase(host_of(parts), base or "")
    found = [(host_of(urlsplit(entry.exchange.url)), base) for entry, base in _bases(contract, recording.entries, base)]
    if not found:
        return None
    host = Counter(host for host, _ in found).most_common(1)[0][0]
    bases = Counter(base for one, base in found if one == host)
    return ApiBase(host, "" if "" in bases else bases.most_common(1)[0][0])


def _parts(given: str) -> SplitResult:
    try:
        parts = urlsplit(given)
        if "://" in given and (parts.scheme not in _USUAL_PORTS or not host_of(parts)):
            raise ValueError(given)
    except ValueError:
        raise CannotRun(
            f"--base: `{given}` is neither a path nor a URL", "give one such as /api or https://host/api"
        ) from None
    return parts


def _bases(contract: Contract, entries: Sequence[Recorded], given: str | None) -> Iterator[tuple[Recorded, str]]:
    """For each request that fits the contract, the shortest base path with which it does."""
    for entry in entries:
        path = urlsplit(entry.exchange.url).path
        steps = path.split("/")[1:]
        starts = ["/".join(["", *steps[:count]]) for count in range(len(steps))] if given is None else [given]
        for start in starts:
            if path.startswith(f"{start}/") and contract.find(entry.exchange.method, path[len(start) :]) is not None:
                yield entry, start
                break
