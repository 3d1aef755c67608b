"""Turn the way in which a test names a request into a pattern for the control plane, which checks the names."""

from collections.abc import Mapping
from enum import Enum
from typing import Any
from urllib.parse import parse_qsl

from mock_server.support.text import short_repr


def pattern(
    url: str,
    request: str,
    query: Mapping[str, Any] | None = None,
    body: Any = None,
    *,
    allow_unknown: bool = False,
) -> dict[str, Any]:
    """The pattern for ``GET /v1/leads?limit=5``, ``GET /v1/leads/{leadId}`` (any id) or an operationId.

    ``query`` and ``body`` narrow it: a body may have more fields. ``url`` is the server's own and may stand before a
    path. ``allow_unknown`` is for a path, parameter or field that no document has.
    """
    if not isinstance(request, str):
        raise TypeError(f"name an operation as 'GET /v1/leads' or by its operationId, not with {short_repr(request)}")
    method, _, target = request.strip().partition(" ")
    target, _, written = target.strip().removeprefix(url).partition("?")
    found: dict[str, Any] = _meant(method, target) if target else {"operation": request.strip()}
    values = {**_written(written, request), **(query or {})}
    if values:
        found["queryParameters"] = {name: {"equalTo": _text(name, value)} for name, value in values.items()}
    if body is not None:
        found["bodyPatterns"] = [{"equalToJson": body, "ignoreExtraElements": True}]
    if allow_unknown:
        found["allowUnknown"] = True
    return found


def _meant(method: str, target: str) -> dict[str, Any]:
    """Name the operation if the path has a parameter, otherwise the request to this very path."""
    if "{" in target and "://" not in target:
        return {"operation": f"{method} {target}"}
    path = target if "://" in target or target.startswith("/") else f"/{target}"
    return {"method": method, "urlPath": path}


def _written(query: str, request: str) -> dict[str, str]:
    """The parameters in the request's own query."""
    pairs = parse_qsl(query, keep_blank_values=True)
    if len(dict(pairs)) < len(pairs):
        raise ValueError(f"{request!r}: a parameter stands there twice; ask for one value of it")
    return dict(pairs)


def _text(name: str, value: Any) -> str:
    """Write a value as httpx writes it into a query."""
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value).lower()
    if not isinstance(value, str | int | float):
        raise TypeError(f"query parameter {name!r}: give the text that stands in the query, not {short_repr(value)}")
    return str(value)
