"""Security: the schemes that a document declares, and which of them an operation demands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mock_server.errors import SpecError
from mock_server.spec.document import Document, Node
from mock_server.support.json_pointer import escape


class SchemeKind(StrEnum):
    """How a client presents its key."""

    BEARER = "bearer"  # OAuth 2 and OpenID Connect too
    BASIC = "basic"
    HTTP = "http"  # another scheme of the Authorization header
    API_KEY = "apiKey"
    MUTUAL_TLS = "mutualTLS"  # decided before a request is read: here it asks for nothing


@dataclass(frozen=True)
class SecurityScheme:
    """One way to present a key.

    ``location`` of an API key is header, query or cookie, and ``field`` its name there; ``word`` is what the
    Authorization header starts with.
    """

    kind: SchemeKind
    location: str = "header"
    field: str = "Authorization"
    word: str = "Bearer"

    @property
    def challenge(self) -> str:
        """The challenge of a refusal in ``WWW-Authenticate``; an empty text if no challenge is sent."""
        match self.kind:
            case SchemeKind.MUTUAL_TLS:
                return ""
            case SchemeKind.API_KEY:
                return f'ApiKey in="{self.location}", name="{self.field}"' if _is_plain(self.field) else "ApiKey"
            case SchemeKind.BASIC:
                return 'Basic realm="api", charset="UTF-8"'
        return self.word


Requirement = Sequence[SecurityScheme]
"""Schemes that are demanded together; none if the document lets everybody in."""
Security = Sequence[Requirement]
"""Requirements of which one suffices; an empty sequence demands nothing."""

_BEARER = SecurityScheme(SchemeKind.BEARER)


def security_of(document: Document, node: Node) -> Security:
    """Return what the operation ``node`` demands, by its own words or by its document's.

    A scheme that is not declared, or has an unknown type, counts as a bearer key.
    """
    listed = node.get("security", document.root.get("security"))
    if not isinstance(listed, list):
        return ()
    asked = [_requirement(document, it) for it in listed if isinstance(it, dict)]
    return tuple(sorted(asked, key=lambda it: not it))  # who shows a key is let in by it


def surface_security(document: Document, every: Iterable[Security]) -> Security:
    """Return what an unknown path demands: the document's general security, or that of all its operations.

    Without this, a client without a key would learn which paths exist. The key of any operation is enough.
    """
    asked = list(every)
    usual = asked[0] if asked and all(asked) else ()
    if "security" in document.root:
        usual = security_of(document, {})
    others = (requirement for security in asked for requirement in security if requirement)
    return tuple(dict.fromkeys([*usual, *others])) if usual else ()


def schemes_of(document: Document) -> Sequence[SecurityScheme]:
    """Every scheme that a document declares."""
    components = document.root.get("components")
    declared = components.get("securitySchemes") if isinstance(components, dict) else None
    return [_scheme(document, name) for name in declared] if isinstance(declared, dict) else []


def _requirement(document: Document, names: Node) -> Requirement:
    return tuple(_scheme(document, name) for name in names)


def _scheme(document: Document, name: str) -> SecurityScheme:
    name = str(name)  # YAML has names that are no texts
    made, key = document.compiled, ("security", name)
    if key not in made:
        try:
            # OpenAPI 3.2 also takes a reference for a name.
            named = name[1:] if name.startswith("#/") else f"/components/securitySchemes/{escape(name)}"
            _, node = document.resolve(named)
        except (LookupError, SpecError):
            node = None
        made[key] = _read(node if isinstance(node, dict) else {})
    scheme: SecurityScheme = made[key]
    return scheme


def _read(node: dict[str, Any]) -> SecurityScheme:
    kind, word, field = node.get("type"), node.get("scheme"), node.get("name")
    if kind == "mutualTLS":
        return SecurityScheme(SchemeKind.MUTUAL_TLS)
    if kind == "apiKey" and isinstance(field, str) and field and node.get("in") in ("header", "query", "cookie"):
        return SecurityScheme(SchemeKind.API_KEY, str(node["in"]), field)
    if kind == "http" and isinstance(word, str) and _is_plain(word) and word.lower() != "bearer":
        if word.lower() == "basic":
            return SecurityScheme(SchemeKind.BASIC, word="Basic")
        return SecurityScheme(SchemeKind.HTTP, word=word)
    return _BEARER


def _is_plain(text: str) -> bool:
    """Tell whether a text can stand in a header as it is."""
    return text.isascii() and text.isprintable() and not set(text) & {'"', "\\", ","}
