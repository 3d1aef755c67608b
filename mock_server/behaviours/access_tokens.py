"""Access tokens: what a document's own token endpoint or login answers opens the workspace that answered it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import wraps
from typing import Any
from urllib.parse import urljoin, urlsplit

from mock_server.behaviours.registry import Behaviour, OperationContext, OperationResult
from mock_server.errors import SpecError
from mock_server.spec.contract import Contract
from mock_server.spec.document import Document
from mock_server.spec.generation import generate
from mock_server.spec.operation import Operation
from mock_server.spec.security import SchemeKind, schemes_of
from mock_server.support.json_pointer import escape
from mock_server.world.ids import secret

_TOKEN = "access_token"  # its name in RFC 6749
_ENDPOINTS = ("tokenUrl", "refreshUrl")


def answers_tokens(contract: Contract, operation: Operation) -> bool:
    """Tell whether an operation answers access tokens.

    It is a token endpoint of OAuth 2, or a login: a POST without security that is about no record.
    """
    schema = operation.success.schema
    if not contract.foreign or operation.method != "POST" or schema is None or _TOKEN not in schema.properties:
        return False
    if not any(scheme.kind is SchemeKind.BEARER for scheme in schemes_of(operation.document)):
        return False
    paths = (operation.path, operation.path.removeprefix(operation.base))
    is_login = not all(operation.security or ((),)) and operation.key not in contract.bindings
    return is_login or not set(paths).isdisjoint(_endpoints(operation.document))


def _endpoints(document: Document) -> Iterator[str]:
    """The paths of the token endpoints that the document's OAuth 2 schemes name."""
    components = document.root.get("components")
    declared = components.get("securitySchemes") if isinstance(components, dict) else None
    for name in declared if isinstance(declared, dict) else ():
        with suppress(LookupError, SpecError):
            _, scheme = document.resolve(f"/components/securitySchemes/{escape(str(name))}")
            flows = scheme.get("flows") if isinstance(scheme, dict) else None
            for flow in flows.values() if isinstance(flows, dict) else ():
                named = [flow.get(word) for word in _ENDPOINTS] if isinstance(flow, dict) else []
                yield from (_path(url) for url in named if isinstance(url, str))


def _path(url: str) -> str:
    try:
        return urlsplit(urljoin("http://mock/", url)).path
    except ValueError:  # no URL
        return ""


def with_token(behaviour: Behaviour) -> Behaviour:
    """Wrap the behaviour: the token that it answers is a new one, unless the document allows only that one."""

    @wraps(behaviour)
    def answering(call: OperationContext) -> OperationResult:
        result, schema = behaviour(call), call.operation.success.schema
        if schema is None or not token_in(result.value):
            return result
        for token in (f"sk_test_mock_{secret()}", generate(schema.properties[_TOKEN], call.chance(secret()))):
            if schema.accepts(made := {**result.value, _TOKEN: token}):
                return replace(result, value=made)
        return result

    return answering


def token_in(value: Any) -> str:
    """The access token in an answer; empty if there is none."""
    token = value.get(_TOKEN) if isinstance(value, dict) else None
    return token if isinstance(token, str) else ""
