"""Requests that match no operation of the contract: which are mistakes of the client, and what was meant."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from contracts.spec.document import Contract, Operation, blank
from contracts.transport.exchange import Exchange

_VERSION = re.compile(r"[vV]\d{1,3}")
_WORD = re.compile(rf"[A-Za-z][A-Za-z_-]{{0,40}}|{_VERSION.pattern}")
"""A segment of a path that is a name and no value."""
_FILES = re.compile(r"text/(html|css|javascript)|application/(javascript|x-javascript|wasm|manifest\+json)|"
                    r"(image|font|audio|video)/.*")  # fmt: skip
_OF_BROWSERS = re.compile(r"/(favicon\.ico|robots\.txt|apple-touch-icon[\w-]*\.png|\.well-known/.*)")
"""Files that browsers and crawlers ask for by themselves."""
_ALIKE = 0.72
_MANNERS = ("HEAD", "OPTIONS")
"""Methods of HTTP itself, which documents seldom list."""


def exempt_reason(contract: Contract, exchange: Exchange, path: str) -> str:
    """The reason why a request without an operation is no mistake; nothing if it is one."""
    if exchange.method in _MANNERS and exchange.status < 400:
        return f"{' and '.join(_MANNERS)} requests, which need not be documented"
    if exchange.method == "OPTIONS" and "access-control-request-method" in exchange.sent_headers:
        return "preflights, which a browser sends by itself"
    firsts = {_steps(operation.path)[0] for operation in contract.operations.values()}
    if _steps(path)[0] in firsts:
        return ""
    file = exchange.status < 400 and _FILES.fullmatch(exchange.media_type)
    page = exchange.method == "GET" and (file or _OF_BROWSERS.fullmatch(path))
    return "pages and files of the API's host" if page else ""


class Names:
    """Makes names, for a report, of requests that match no operation."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._known: dict[tuple[str, str], tuple[str, str]] = {}

    def describe(self, method: str, path: str) -> tuple[str, str]:
        """Name the request like an operation, without its values, and the operation that was meant, if any."""
        bare = "/" + "/".join(_masked(_steps(path)))
        if (method, bare) not in self._known:
            self._known[method, bare] = self._named(method, bare)
        return self._known[method, bare]

    def _named(self, method: str, path: str) -> tuple[str, str]:
        meant = _meant(self._contract, method, path)
        fixed = _steps(blank(meant.path)) if meant else []
        steps = _steps(path)
        if len(fixed) != len(steps):
            fixed = [""] * len(steps)
        shown = ["{}" if there == "{}" else step for step, there in zip(steps, fixed, strict=True)]
        return f"{method} /{'/'.join(shown)}", meant.key if meant else ""


def _harmless(step: str) -> bool:
    return not step or bool(_WORD.fullmatch(step))


def _meant(contract: Contract, method: str, path: str) -> Operation | None:
    """The most similar operation: the same path with another method, or a path that is spelt almost the same."""
    scored = [(_likeness(operation, method, path), operation) for operation in contract.operations.values()]
    best = max(scored, key=lambda pair: pair[0], default=None)
    return best[1] if best is not None and best[0] >= _ALIKE else None


def _likeness(operation: Operation, method: str, path: str) -> float:
    """The similarity, from 0 to a little over 1. Parameters match anything; the method decides between equal paths."""
    ours, theirs = _steps(blank(operation.path)), _steps(path.rstrip("/") or path)
    if len(ours) == len(theirs):
        alike = min(_of_step(one, other) for one, other in zip(ours, theirs, strict=True))
    elif theirs == ours[-len(theirs) :] or ours == theirs[-len(ours) :]:
        alike = 0.8  # only what stands before it is missing, or too much
    else:
        alike = SequenceMatcher(None, "/".join(ours), "/".join(_masked(theirs))).ratio() - 0.1
    both_write = {operation.method, method} <= {"POST", "PUT", "PATCH"}
    return alike + (0.05 if operation.method == method else 0.02 if both_write else 0.0)


def _of_step(ours: str, theirs: str) -> float:
    if ours == "{}":
        return 0.9 if theirs else 0.0
    if _VERSION.fullmatch(ours) and _VERSION.fullmatch(theirs):
        return 0.8
    return SequenceMatcher(None, ours.lower(), theirs.lower()).ratio()


def _masked(steps: Iterable[str]) -> list[str]:
    return [step if _harmless(step) else "{}" for step in steps]


def _steps(path: str) -> list[str]:
    return path.split("/")[1:]
