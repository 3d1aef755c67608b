"""The keys that a request shows, scheme by scheme; none of them is ever repeated in a message."""

import base64
import re
from collections.abc import Sequence
from functools import cached_property
from urllib.parse import unquote, unquote_plus

from starlette.types import Scope

from mock_server.config.settings import LOCAL_KEY
from mock_server.errors import Unauthorized
from mock_server.spec.contract import Contract
from mock_server.spec.security import SchemeKind, SecurityScheme, schemes_of
from mock_server.support.redaction import Redactor
from mock_server.support.wire_texts import Texts, UnreadableQuery, cookie_texts, query_texts

_OR = "or the key that the server printed"
REMEDY = f"send `Authorization: Bearer {LOCAL_KEY}`, {_OR}"
_PARAMETER = re.compile(r'[\w-]+="?([^",\s/]+)')  # `username="key"`; AWS has `Credential=key/date/region`
_MAX_PARAMETERS = 20


class Credentials:
    """A request's statements of who it is from."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def keys(self, scheme: SecurityScheme) -> Sequence[str]:
        """The keys that may be meant, the likeliest first. Raises Unauthorized where the request shows none."""
        match scheme.kind:
            case SchemeKind.API_KEY:
                return self._api_keys(scheme)
            case SchemeKind.BASIC:
                return self._basic(scheme)
            case SchemeKind.HTTP:
                return self._other(scheme)
        return [bearer(self._fields(b"authorization"))]

    def _fields(self, name: bytes) -> Sequence[bytes]:
        return [value for given, value in self._scope["headers"] if given == name]

    def _api_keys(self, scheme: SecurityScheme) -> Sequence[str]:
        name = scheme.field
        if scheme.location == "header":
            found = [it.decode("latin-1") for it in self._fields(name.lower().encode("latin-1", "replace"))]
        elif scheme.location == "query":
            found = [unquote_plus(text) for text in self._query.get(name, ())]
        else:
            found = [unquote(text) for text in self._cookies.get(name, ())]
        if not any(found):
            raise Unauthorized(f"no API key in the {scheme.location} `{name}`; {remedy(scheme)}")
        if scheme.location != "cookie" and len(found) > 1:
            raise Unauthorized(f"more than one API key in the {scheme.location} `{name}`")
        # Many documents describe `Authorization: Token <key>` as an API key.
        return [*found, *(key for text in found if " " in text for key in _parts(text.partition(" ")[2].strip()))]

    def _basic(self, scheme: SecurityScheme) -> Sequence[str]:
        """User name, then password: each may be the key."""
        try:
            pair = base64.b64decode(self._after(scheme), validate=True)
        except ValueError:
            raise Unauthorized(f"the Authorization header is not `Basic <base64>`; {remedy(scheme)}") from None
        user, _, password = pair.decode("utf-8", "replace").partition(":")
        return [user, password]

    def _other(self, scheme: SecurityScheme) -> Sequence[str]:
        """The whole of what stands after the scheme's name, or one of its parameters: ``username="…"``."""
        return _parts(self._after(scheme))

    def _after(self, scheme: SecurityScheme) -> str:
        """Return what follows the name of a scheme in the Authorization header. Raises Unauthorized."""
        fields = self._fields(b"authorization")
        if not fields:
            raise Unauthorized(f"no Authorization header; {remedy(scheme)}")
        if len(fields) > 1:
            raise Unauthorized("more than one Authorization header")
        given, _, rest = fields[0].decode("latin-1").strip().partition(" ")
        if given.lower() != scheme.word.lower() or not rest.strip():
            raise Unauthorized(f"the Authorization header is not `{scheme.word} …`; {remedy(scheme)}")
        return rest.strip()

    @cached_property
    def _query(self) -> Texts:
        try:
            return query_texts(self._scope["query_string"])
        except UnreadableQuery:
            return {}

    @cached_property
    def _cookies(self) -> Texts:
        return cookie_texts("; ".join(field.decode("latin-1") for field in self._fields(b"cookie")))


def remedy(scheme: SecurityScheme) -> str:
    """Tell what a client sends to be let in by a scheme."""
    match scheme.kind:
        case SchemeKind.API_KEY:
            return f"send {LOCAL_KEY} in the {scheme.location} `{scheme.field}`, {_OR}"
        case SchemeKind.BASIC:
            return f"send the user name {LOCAL_KEY} with any password, {_OR}"
        case SchemeKind.HTTP:
            return f"send `Authorization: {scheme.word} {LOCAL_KEY}`, {_OR}"
    return REMEDY


def _parts(text: str) -> Sequence[str]:
    """The whole of what follows a scheme's name, and the values of its parameters."""
    return [text, *_PARAMETER.findall(text)[:_MAX_PARAMETERS]]


def bearer(values: Sequence[bytes]) -> str:
    """The key of the one Authorization header. Raises Unauthorized in words that do not repeat the header."""
    if not values:
        raise Unauthorized(f"no Authorization header; {REMEDY}")
    if len(values) > 1:
        raise Unauthorized("more than one Authorization header")
    scheme, _, key = values[0].decode("latin-1").strip().partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key or " " in key:
        raise Unauthorized(f"the Authorization header is not `Bearer <key>`; {REMEDY}")
    return key


def hide_keys(contract: Contract, redactor: Redactor) -> None:
    """Mask whatever stands where the documents have an API key."""
    schemes = [scheme for document in contract.documents for scheme in schemes_of(document)]
    headers, parameters = ([it.field for it in schemes if it.location == place] for place in ("header", "query"))
    redactor.hide_named(headers=headers, parameters=parameters)
