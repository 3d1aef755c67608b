"""Check request patterns for the control plane: names are resolved, and a pattern that cannot match is refused.

A pattern that matches nothing would make every negative check pass and every fault miss, so typing errors are refused.
``allowUnknown`` admits requests to a path, with a parameter or with a field that no document has.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from mock_server.admin.context import ControlRefused
from mock_server.admin.operation_names import ANY, METHODS, OperationNames, UnknownOperation
from mock_server.spec.operation import Operation
from mock_server.spec.path_template import blanked, is_like
from mock_server.spec.validation_messages import choice
from mock_server.stubbing import request_pattern
from mock_server.stubbing.request_pattern import Pattern, PatternProblem, RequestPattern
from mock_server.support.did_you_mean import did_you_mean
from mock_server.support.exact_json import NotJson, read_json
from mock_server.support.text import shorten

PROPERTIES: Mapping[str, Any] = MappingProxyType(
    {
        **request_pattern.PROPERTIES,
        "method": {"type": "string", "maxLength": 20},  # in any case; `resolved` knows them
        "allowUnknown": {"type": "boolean"},
    }
)
"""The members of a pattern as JSON Schemas, for routes that take one."""

_PLACEHOLDER = re.compile(r"[{}]|/[:<*]")  # {leadId}, and what other tools write for it
_META = re.compile(r"[\\.^$*+?{}\[\]()|]")
_FIRST_NAME = re.compile(r"\$\.([A-Za-z_][A-Za-z0-9_-]*)")


def resolved(pattern: Pattern, names: OperationNames, at: str) -> RequestPattern:
    """Resolve the method and the operation of a pattern; ``at`` is the pattern's place.

    Raises ControlRefused if nothing can match.
    """
    rest = {name: value for name, value in pattern.items() if name != "allowUnknown"}
    found, operations = checked(rest, names, at, "allowUnknown", allow=pattern.get("allowUnknown", False))
    if found.reads_bodies and not any(operation.bodies for operation in operations):
        where = operations[0].key if operations else "what no operation answers"
        raise ControlRefused(
            400, f"{where} takes no body, so none can match; leave it out", pointer=f"{at}/bodyPatterns"
        )
    return found


def search_pattern(pattern: Pattern, names: OperationNames) -> tuple[RequestPattern, dict[str, Any]]:
    """The pattern of a search, and its parts that no document has: these find only faulty requests.

    Raises ControlRefused if no request can match.
    """
    try:
        return resolved(pattern, names, ""), {}
    except ControlRefused as refusal:
        found = resolved({**pattern, "allowUnknown": True}, names, "")
        return found, {"unknown": {"detail": refusal.detail, **refusal.more}}


def checked(
    pattern: Pattern, names: OperationNames, at: str, word: str, *, allow: bool
) -> tuple[RequestPattern, Sequence[Operation]]:
    """The compiled pattern, and the operations whose requests may match.

    ``word`` is the member that allows undocumented names, and ``allow`` its value. Raises ControlRefused.
    """
    found = dict(pattern)
    remedy = "" if allow else f" (or set {word})"
    if "method" in found:
        found["method"] = _method(found["method"], f"{at}/method")
    if "operation" in found:
        found["operation"] = _found(names.operation, found["operation"], pointer=f"{at}/operation").key
    operations = _meant(found, names, at, remedy)
    if not allow:
        _known_parameters(found, operations, f"{at}/queryParameters", remedy)
        _known_fields(found, operations, f"{at}/bodyPatterns", remedy)
    try:
        return RequestPattern(found, at), operations
    except PatternProblem as fault:
        raise ControlRefused(400, fault.what, pointer=fault.pointer) from None


def _found(find: Callable[..., Any], *asked: str, pointer: str) -> Any:
    try:
        return find(*asked)
    except UnknownOperation as why:
        raise ControlRefused(400, str(why), pointer=pointer) from None


def _method(name: str, pointer: str) -> str:
    if name.upper() not in (*METHODS, ANY):
        raise ControlRefused(400, f"no method; write {choice((*METHODS, ANY))}", pointer=pointer)
    return name.upper()


def _meant(pattern: Pattern, names: OperationNames, at: str, remedy: str) -> Sequence[Operation]:
    """The operations whose requests may match.

    Raises ControlRefused, with the remedy if there is one, if there are none.
    """
    method = pattern.get("method", ANY)
    operations: Sequence[Operation] = names.all
    if "operation" in pattern:
        operations = [names.operation(pattern["operation"])]
    if "urlPath" in pattern:
        path = pattern["urlPath"]
        if wrong := _no_path(path, names):
            raise ControlRefused(400, wrong, pointer=f"{at}/urlPath")
        try:
            here = names.at(method, path)
        except UnknownOperation as why:
            if remedy:
                raise ControlRefused(400, f"{why}{remedy}", pointer=f"{at}/urlPath") from None
            here = ()
        operations = [operation for operation in operations if operation in here]
    if method != ANY:
        same = {method, "GET"} if method == "HEAD" else {method}
        operations = [operation for operation in operations if operation.method in same]
    if "urlPathPattern" in pattern:
        operations = [operation for operation in operations if may_match(pattern["urlPathPattern"], operation)]
    if not operations and (remedy or "operation" in pattern):
        what = f"no operation answers requests that are all of this: {', '.join(_named(pattern))}{remedy}"
        raise ControlRefused(400, what, pointer=f"{at}/urlPathPattern" if "urlPathPattern" in pattern else at)
    return operations


def _no_path(path: str, names: OperationNames) -> str:
    """The reason why no request can have a path, whatever the document says."""
    if "://" in path:
        return "write the path alone: the journal holds what came here, not what went to other hosts"
    if "?" in path:
        return "a path has no query: that stands in `queryParameters`"
    if _PLACEHOLDER.search(path):
        return f"a path with a parameter names an operation: write `operation`, {names.remedy(path)}"
    return ""


def _named(pattern: Pattern) -> Iterator[str]:
    return (
        f"{name} {pattern[name]}" for name in ("operation", "method", "urlPath", "urlPathPattern") if name in pattern
    )


def may_match(expression: str, operation: Operation) -> bool:
    """Tell whether a path of the operation could match, as far as the expression begins with plain letters."""
    path = blanked(operation.path)
    if not _META.search(expression):
        return is_like(path, expression)
    start = _plain_start(expression)
    fixed, parameter, _ = path.partition("{}")
    return fixed.startswith(start) or bool(parameter and start.startswith(fixed))


def _plain_start(expression: str) -> str:
    """The letters that every match begins with, as far as they are easily found."""
    meta = _META.search(expression)
    if meta is None or "|" in expression:
        return ""
    optional = meta.group() in "*?{"  # it says how often the letter before it stands
    return expression[: max(0, meta.start() - optional)]


def _known_parameters(pattern: Pattern, operations: Sequence[Operation], pointer: str, remedy: str) -> None:
    for name in pattern.get("queryParameters", ()):
        if not any(operation.reads_query(name) for operation in operations):
            known = {name for operation in operations for name in operation.query_names}
            what = f"{_takes(operations, 'query parameter', name, known)}{remedy}"
            raise ControlRefused(400, what, pointer=f"{pointer}/{name}")


def _known_fields(pattern: Pattern, operations: Sequence[Operation], pointer: str, remedy: str) -> None:
    schemas = [operation.body for operation in operations if operation.bodies]
    if any(schema is None or not schema.properties for schema in schemas):
        return  # a body that may have any field
    bodies = [schema for schema in schemas if schema is not None]
    known = {name for schema in bodies for name in schema.properties}
    for index, matcher in enumerate(pattern.get("bodyPatterns", ()) if bodies else ()):
        whole = _whole(matcher)
        if whole is not None and not isinstance(whole, Mapping) and all(it.types == {"object"} for it in bodies):
            raise ControlRefused(400, f"a body is an object here, with fields{remedy}", pointer=f"{pointer}/{index}")
        for name in _fields(matcher, whole):
            if name not in known:
                what = f"{_takes(operations, 'field', name, known)}{remedy}"
                raise ControlRefused(400, what, pointer=f"{pointer}/{index}")


def _whole(matcher: Pattern) -> Any:
    """The body with which a matcher compares; None if it does not name a whole body."""
    value = matcher.get("equalToJson")
    try:
        return read_json(value) if isinstance(value, str) else value
    except NotJson:
        return value


def _fields(matcher: Pattern, whole: Any) -> Iterable[str]:
    """The fields of a body that a matcher names."""
    if isinstance(whole, Mapping):
        yield from whole
    path = matcher.get("matchesJsonPath", "")
    first = _FIRST_NAME.match(path if isinstance(path, str) else path["expression"])
    if first:
        yield first[1]


def _takes(operations: Sequence[Operation], what: str, name: str, known: Iterable[str]) -> str:
    who = operations[0].key if len(operations) == 1 else "no operation that is meant"
    has = "has no" if len(operations) == 1 else "has a"
    return f"{who} {has} {what} `{shorten(name, 60)}`{did_you_mean(name, known)}"
