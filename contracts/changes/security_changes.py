"""Changes of the keys that an operation needs. Schemes are compared by how a key is shown, not by their names."""

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.changes.change import Change, make
from contracts.changes.versions import Node, Version

Option = frozenset[str]
"""The schemes that one way of asking needs together; none for a request without a key."""


def security_changes(key: str, old: Version, new: Version, before: Node, after: Node) -> Iterator[Change]:
    """The changes of what an operation needs to be allowed."""
    was, is_ = _options(old, before), _options(new, after)
    gone, come = [it for it in was if it not in is_], [it for it in is_ if it not in was]
    if frozenset() in was and frozenset() not in is_:
        yield make("security-added", key, after=_named(come))
    elif frozenset() in is_ and frozenset() not in was:
        yield make("security-removed", key, before=_named(gone))
    elif gone and len(gone) == len(was):
        yield make("security-changed", key, before=_named(gone), after=_named(come))
    else:
        yield from (make("security-option-removed", key, before=_named([it])) for it in gone)
        yield from (make("security-option-added", key, after=_named([it])) for it in come)
    for option in was.keys() & is_.keys():
        yield from (make("scope-added", key, after=it) for it in sorted(is_[option] - was[option]))
        yield from (make("scope-removed", key, before=it) for it in sorted(was[option] - is_[option]))


def _named(options: list[Option]) -> str:
    return " or ".join(" and ".join(sorted(option)) or "no key" for option in options)


def _options(version: Version, operation: Node) -> dict[Option, frozenset[str]]:
    """Each way to be allowed, with its scopes."""
    needs = operation.get("security", version.document.raw.get("security"))
    schemes = version.mapping(version.document.raw, "components", "securitySchemes")
    found: dict[Option, frozenset[str]] = {}
    for need in needs if isinstance(needs, list) else ():
        if isinstance(need, Mapping):
            option = frozenset(_shown(version.mapping(schemes.get(name)), name) for name in need)
            scopes = frozenset(str(it) for some in need.values() if isinstance(some, list) for it in some)
            found[option] = found.get(option, frozenset()) | scopes
    return found or {frozenset(): frozenset()}


def _shown(scheme: Mapping[str, Any], name: str) -> str:
    """How a scheme wants the key."""
    match scheme.get("type"):
        case "http":
            return f"http {str(scheme.get('scheme', '')).lower()}"
        case "apiKey":
            return f"{scheme.get('in')} {scheme.get('name')}"
        case None:
            return str(name)
        case other:
            return str(other)
