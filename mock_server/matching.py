"""Which requests are meant: request patterns under WireMock's names, and why a request does not match one.

A pattern names any of ``operation`` (``GET /v1/leads/{}``), ``method``, ``urlPath`` or ``urlPathPattern``,
``queryParameters`` and ``bodyPatterns``; what it does not name may be anything. Faults, stub overrides and ``verify``
share it. Regular expressions must match the whole text, as WireMock's do.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import orjson

Pattern = Mapping[str, Any]

_LONGEST = 2_000  # characters of a regular expression
_STRING = {"type": "string", "maxLength": 10_000}
_REGEX = {"type": "string", "maxLength": _LONGEST}
_TEXT = {
    "equalTo": _STRING,
    "contains": _STRING,
    "doesNotContain": _STRING,
    "matches": _REGEX,
    "doesNotMatch": _REGEX,
    "caseInsensitive": {"type": "boolean"},
    "absent": {"const": True},
}
_PATH = {"type": "string", "maxLength": 500, "pattern": r"^\$(\.[A-Za-z_][A-Za-z0-9_-]*|\[[0-9]{1,6}\])*$"}


def _object(properties: Mapping[str, Any], **more: Any) -> Mapping[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False, "minProperties": 1, **more}


_BODY = {
    **{name: _TEXT[name] for name in _TEXT if name != "absent"},
    "equalToJson": {},
    "ignoreExtraElements": {"type": "boolean"},
    "ignoreArrayOrder": {"type": "boolean"},
    "matchesJsonPath": {"anyOf": [_PATH, _object({"expression": _PATH, **_TEXT}, required=["expression"])]},
}
PROPERTIES: Mapping[str, Any] = MappingProxyType(
    {
        "operation": _STRING,
        "method": {"enum": ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY"]},
        "urlPath": _STRING,
        "urlPathPattern": _REGEX,
        "queryParameters": {"type": "object", "additionalProperties": _object(_TEXT), "maxProperties": 50},
        "bodyPatterns": {"type": "array", "items": _object(_BODY), "maxItems": 50},
    }
)
"""The parts of a pattern as JSON Schemas, for the routes that take one. :func:`faults` finds what these cannot."""

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as patterns see it. ``path`` is decoded; ``body`` is its JSON value, its text where it is not JSON,
    None where there is none; ``operation`` is the key, None where the path is nobody's."""

    method: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    body: Any = None
    operation: str | None = None


def faults(pattern: Pattern, at: str = "") -> Iterator[tuple[str, str]]:
    """JSON pointer and words for each regular expression that is none. ``at`` is where the pattern stands."""
    for name, value in pattern.items():
        if name in ("urlPathPattern", "matches", "doesNotMatch") and isinstance(value, str):
            try:
                re.compile(value)
            except (re.error, RecursionError, OverflowError) as fault:
                yield f"{at}/{name}", f"no regular expression: {fault}"
        elif name in ("queryParameters", "matchesJsonPath") and isinstance(value, Mapping):
            inner = value if name == "queryParameters" else {"": value}
            for key, matcher in inner.items():
                yield from faults(matcher, f"{at}/{name}/{key}".rstrip("/"))
        elif name == "bodyPatterns":
            for index, matcher in enumerate(value):
                yield from faults(matcher, f"{at}/{name}/{index}")


def differences(pattern: Pattern, asked: Asked) -> list[str]:
    """Why a request does not match, one sentence each; empty when it does."""
    return list(_differences(pattern, asked))


def _differences(pattern: Pattern, asked: Asked) -> Iterator[str]:
    for name, actual in (("operation", asked.operation), ("method", asked.method), ("urlPath", asked.path)):
        wanted = pattern.get(name)
        if wanted not in (None, actual) and not (name == "method" and wanted == "ANY"):
            yield f"{name}: wanted {wanted}, got {actual}"
    if "urlPathPattern" in pattern and not re.fullmatch(pattern["urlPathPattern"], asked.path):
        yield f"urlPathPattern: wanted {pattern['urlPathPattern']}, got {asked.path}"
    for name, matcher in pattern.get("queryParameters", {}).items():
        values = [value for key, value in asked.query if key == name]
        # As in WireMock, one of several values under a name is enough.
        found = [_text(matcher, value) for value in values] or [_text(matcher, _ABSENT)]
        if all(found):
            yield f"queryParameters/{name}: {found[0]}"
    for index, matcher in enumerate(pattern.get("bodyPatterns", ())):
        if difference := _body(matcher, asked.body):
            yield f"bodyPatterns/{index}: {difference}"


def _body(matcher: Pattern, body: Any) -> str:
    if "equalToJson" in matcher:
        wanted = _parsed(matcher["equalToJson"])
        extra, order = matcher.get("ignoreExtraElements", False), matcher.get("ignoreArrayOrder", False)
        if not _same(wanted, body, extra=extra, order=order):
            return f"wanted {_short(wanted)}, got {_short(body)}"
    path = matcher.get("matchesJsonPath")
    if path is not None:
        inner = {} if isinstance(path, str) else path
        expression = path if isinstance(path, str) else path["expression"]
        if difference := _text(inner, _at(expression, body)):
            return f"{expression} {difference}"
    return _text(matcher, _ABSENT if body is None else body) if matcher.keys() & _TEXT.keys() else ""


def _text(matcher: Pattern, value: Any) -> str:
    """Why a value, as a text, is not the one that is meant; empty when it is. Without a condition it must be there."""
    if value is _ABSENT or matcher.get("absent"):
        return "" if value is _ABSENT and matcher.get("absent") else f"wanted {_short(matcher)}, got {_short(value)}"
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    low = matcher.get("caseInsensitive", False)
    given = text.lower() if low else text
    flags = re.IGNORECASE if low else 0

    def meant(name: str) -> str:
        return str(matcher[name]).lower() if low else str(matcher[name])

    good = (
        ("equalTo" not in matcher or given == meant("equalTo"))
        and ("contains" not in matcher or meant("contains") in given)
        and ("doesNotContain" not in matcher or meant("doesNotContain") not in given)
        and ("matches" not in matcher or re.fullmatch(matcher["matches"], text, flags) is not None)
        and ("doesNotMatch" not in matcher or re.fullmatch(matcher["doesNotMatch"], text, flags) is None)
    )
    return "" if good else f"wanted {_short(matcher)}, got {_short(value)}"


def _same(wanted: Any, body: Any, *, extra: bool, order: bool) -> bool:
    """Whether two JSON values are equal; ``extra``: more fields are let pass, ``order``: any order of a list is."""
    if isinstance(wanted, Mapping) and isinstance(body, Mapping):
        if not extra and wanted.keys() != body.keys():
            return False
        return all(key in body and _same(value, body[key], extra=extra, order=order) for key, value in wanted.items())
    if isinstance(wanted, list) and isinstance(body, list):
        if len(wanted) > len(body) or (not extra and len(wanted) != len(body)):
            return False
        if not order:
            return all(_same(a, b, extra=extra, order=order) for a, b in zip(wanted, body, strict=False))
        left = list(body)
        for value in wanted:
            found = next((i for i, it in enumerate(left) if _same(value, it, extra=extra, order=order)), None)
            if found is None:
                return False
            del left[found]
        return True
    return bool(wanted == body and isinstance(wanted, bool) == isinstance(body, bool))


def _at(expression: str, body: Any) -> Any:
    """What stands at ``$.name[0]``."""
    for name, index in re.findall(r"\.([A-Za-z_][A-Za-z0-9_-]*)|\[([0-9]+)\]", expression):
        if name and isinstance(body, Mapping) and name in body:
            body = body[name]
        elif index and isinstance(body, list) and int(index) < len(body):
            body = body[int(index)]
        else:
            return _ABSENT
    return body


def _parsed(value: Any) -> Any:
    """WireMock takes the JSON of ``equalToJson`` as itself or as a text."""
    try:
        return orjson.loads(value) if isinstance(value, str) else value
    except orjson.JSONDecodeError:
        return value


def _short(value: Any) -> str:
    if value is _ABSENT:
        return "nothing"
    text = orjson.dumps(value).decode()
    return text if len(text) <= 200 else text[:197] + "..."
