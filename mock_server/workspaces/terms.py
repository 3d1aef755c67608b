"""The terms of a workspace on a server that is shared: until when it stays, and what it is for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from mock_server.support.text import short_repr
from mock_server.world.clock import parse, stamp


@dataclass(frozen=True)
class Terms:
    """``expires`` is a time on the real clock, whatever the workspace's own clock shows; None is never."""

    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    expires: datetime | None = None
    owner: str = ""
    """The name of the token that made it; an empty text for none of those in the server's file."""

    def has(self, labels: Iterable[str]) -> bool:
        """Tell whether each of ``labels`` is there: ``pr=12`` with its value, or ``pr`` with any."""
        return all(_has(self.labels, label) for label in labels)


NO_TERMS = Terms()


def terms_as_kept(terms: Terms) -> Mapping[str, Any]:
    """The facts that are kept of the terms; what is as usual is left out, so that older programs read the rest."""
    expires = {"expires": stamp(terms.expires)} if terms.expires else {}
    owner = {"owner": terms.owner} if terms.owner else {}
    return {**({"labels": dict(terms.labels)} if terms.labels else {}), **expires, **owner}


def load_terms(kept: Mapping[str, Any]) -> Terms:
    """The terms of facts that ``terms_as_kept`` made. Raises ValueError for others."""
    labels, expires = kept.get("labels", {}), kept.get("expires")
    if not isinstance(labels, dict) or not all(isinstance(value, str) for value in labels.values()):
        raise ValueError(f"its fact `labels` is {short_repr(labels, 40)}, and must be texts by name")
    if expires is not None and not isinstance(expires, str):
        raise ValueError(f"its fact `expires` is {short_repr(expires, 40)}, and must be a time")
    if not isinstance(owner := kept.get("owner", ""), str):
        raise ValueError(f"its fact `owner` is {short_repr(owner, 40)}, and must be a text")
    return Terms(labels, None if expires is None else parse(expires), owner)


TERMS = frozenset({"labels", "expires", "owner"})
"""The names of the facts."""


def _has(labels: Mapping[str, str], asked: str) -> bool:
    name, sign, value = asked.partition("=")
    return name in labels and (not sign or labels[name] == value)
