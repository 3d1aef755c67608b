"""The places where a document wants the key of a request, as the suite reads it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

Node = Mapping[str, Any]


class Scheme(NamedTuple):
    """One place for a key: a header, a query parameter or a cookie, and the word before the key in a header."""

    place: str
    name: str
    word: str = ""


BEARER = Scheme("header", "Authorization", "Bearer")


def asked_for(operation: Node, root: Node) -> Sequence[Node]:
    """The sets of keys of which an operation needs one, its own or the document's. An empty set: it needs no key."""
    asked = operation.get("security", root.get("security"))
    return [names for names in asked if isinstance(names, Mapping)] if isinstance(asked, list) else []


def load_schemes(asked: Sequence[Node], declared: Node, resolve: Callable[[Any], Node]) -> tuple[Scheme, ...]:
    """The places of the first set of keys that an operation accepts; none if it needs no key."""
    first: Node = next((names for names in asked if names), {})
    schemes = (_scheme(resolve(declared.get(name, {}))) for name in first)
    return tuple(scheme for scheme in schemes if scheme is not None)


def declared_schemes(raw: Node, resolve: Callable[[Any], Node]) -> frozenset[Scheme]:
    """Every place in which any operation of a document may take a key."""
    declared = raw.get("components", {}).get("securitySchemes", {})
    return frozenset(scheme for name in declared for scheme in load_schemes([{name: []}], declared, resolve))


def _scheme(raw: Node) -> Scheme | None:
    """The place that a scheme means; None if authentication happens before a request is sent."""
    word = str(raw.get("scheme", "Bearer"))
    match raw.get("type"):
        case "mutualTLS":
            return None
        case "apiKey":
            return Scheme(str(raw.get("in", "header")), str(raw.get("name", "")))
        case "http" if word.lower() != "bearer":
            return Scheme("header", "Authorization", word)
    return BEARER
