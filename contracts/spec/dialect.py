"""Bring documents into one form: OpenAPI 3.1, with complete paths.

The path of the first server is put before every path. Of 3.0, ``nullable`` and the flags for exclusive bounds are
rewritten, and keywords beside a reference and bodies of GET are ignored.
"""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urljoin, urlsplit

from contracts.errors import CannotRun
from contracts.spec.complete_operations import with_complete_operations
from contracts.spec.directions import with_directions
from contracts.spec.discriminators import chosen_branches
from contracts.spec.readable_parts import METHODS
from contracts.spec.references_by_part import references_of
from contracts.spec.rewriting import rewritten
from mock_server.support.document_keywords import BROUGHT
from mock_server.support.json_pointer import target
from mock_server.support.path_items import with_merged_path_items
from mock_server.support.schema_keywords import LISTED, NAMED, ONE_IN_PLACE
from mock_server.support.schemas_as_meant import as_meant

TRANSLATED = "x-translated"
"""A mark in documents whose places and words are no longer those of the file."""
BASE = "x-base-path"
"""The key for the path of the first server, which stands before every path; missing if that is empty."""
VENDORS = "x-vendors"
"""A mark in the vendor's own documents: only to these does the rest of the vendor's documentation apply."""
_CHOICE = "x-choice"
_WIDTH = re.compile("(u?)int(8|16|32|64)")
"""The formats of whole numbers: a number out of the range is valid in one reading, and invalid in another."""
_VENDOR = "sophiie.ai"
_BODILESS = frozenset({"get", "head"})
"""The methods of operations whose request body 3.0 wants ignored."""
_NAMED_SCHEMAS = frozenset({*NAMED, "schemas"})
_SCHEMAS = frozenset({*LISTED, *ONE_IN_PLACE, "schema", "items", "contains", "propertyNames"})
"""Keywords with schemas that may be true or false. `additionalProperties` and `unevaluatedProperties` stay so."""


def plain(name: str, raw: Any, *, mended: bool = True) -> Mapping[str, Any]:
    """Bring a document into that form, without servers. Raises CannotRun.

    A ``mended`` document is read as it is meant, to judge by it. Otherwise all that it says stays, to be compared.
    """
    if not isinstance(raw, Mapping) or not str(raw.get("openapi", "")).startswith("3."):
        raise CannotRun(f"{name}: no OpenAPI 3 document", "give another file")
    whole = _with_path_items(with_merged_path_items(given := dict(raw)))
    raw, slips = as_meant(whole) if mended else (whole, ())
    base, paths = _base(name, raw), raw.get("paths")
    complete_paths = _whole_paths(name, base, paths) if isinstance(paths, Mapping) else {}
    document = {**{word: value for word, value in raw.items() if word != "servers"}, "paths": complete_paths}
    older = str(raw.get("openapi", "")).startswith("3.0")
    if older:
        document = rewritten(document, _newer) | {"openapi": "3.1.0"}
    complete = with_complete_operations(document) if mended else document
    loose = rewritten(complete, partial(_reconciled, complete if mended else None))
    loose = with_directions(loose) if mended else loose
    translated = older or whole is not given or bool(base or slips) or complete is not document or loose != complete
    marks = {TRANSLATED: translated, BASE: base, VENDORS: _is_vendors(raw)}
    return {**loose, **{mark: value for mark, value in marks.items() if value}}


def _with_path_items(raw: dict[str, Any]) -> dict[str, Any]:
    """The document with the path items and operations that references in its paths lead to; itself if there is none."""
    paths = raw.get("paths")
    if not isinstance(paths, Mapping):
        return raw
    items = {path: _with_operations(raw, target(raw, item)) for path, item in paths.items()}
    return {**raw, "paths": items} if any(items[path] is not item for path, item in paths.items()) else raw


def _with_operations(raw: Mapping[str, Any], item: Any) -> Any:
    ways = {way: target(raw, part) for way, part in item.items() if way in METHODS} if isinstance(item, Mapping) else {}
    return {**item, **ways} if any(ways[way] is not item[way] for way in ways) else item


def _whole_paths(name: str, base: str, paths: Mapping[str, Any]) -> dict[str, Any]:
    """The path items by complete path. If a path or an operation has its own servers, the first one counts."""
    found: dict[str, Any] = {}
    for path, item in paths.items():
        if not isinstance(item, Mapping):
            found[f"{base}{path}"] = item
            continue
        home = _base(name, item, base)
        shared = {word: part for word, part in item.items() if word == "parameters"}
        found.setdefault(f"{home}{path}", {**shared})
        for word, part in item.items():
            of_operation = isinstance(part, Mapping) and word != "additionalOperations"
            below = _base(name, part, home) if of_operation else home
            there = found.setdefault(f"{below}{path}", {**shared})
            if word != "servers" and isinstance(there, dict):
                there.setdefault(word, _without_servers(part) if of_operation else part)
    return found


def _without_servers(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    return {word: part for word, part in operation.items() if word != "servers"}


def _is_vendors(raw: Mapping[str, Any]) -> bool:
    """Tell whether a server of the document is the vendor's."""
    servers = raw.get("servers")
    urls = (
        [str(server.get("url")) for server in servers if isinstance(server, Mapping)]
        if isinstance(servers, list)
        else []
    )
    hosts = [url.partition("//")[2].partition("/")[0].partition(":")[0] for url in urls]
    return any(host == _VENDOR or host.endswith(f".{_VENDOR}") for host in hosts)


def _base(name: str, raw: Any, usual: str = "") -> str:
    """The path of the first server of a document, a path or an operation; ``usual`` if it has no servers."""
    servers = raw.get("servers") if isinstance(raw, Mapping) else None
    first = servers[0] if isinstance(servers, list) and servers and isinstance(servers[0], Mapping) else {}
    if not first:
        return usual
    url, variables = str(first.get("url", "")), first.get("variables")
    for variable, said in variables.items() if isinstance(variables, Mapping) else ():
        about = said if isinstance(said, Mapping) else {}
        listed = about.get("enum")
        values = [about.get("default"), *(listed if isinstance(listed, list) else ())]
        url = url.replace(f"{{{variable}}}", next((str(it) for it in values if it is not None), f"{{{variable}}}"))
    try:
        path = urlsplit(urljoin("http://mock/", url)).path
        return path.partition("{")[0].rpartition("/")[0] if "{" in path else path.rstrip("/")
    except ValueError:
        raise CannotRun(f"{name}: the URL of the first server cannot be read: {url}", "correct it") from None


def _reconciled(document: Mapping[str, Any] | None, copy: dict[str, Any]) -> dict[str, Any]:
    """Write out schemas that are true or false, and remove contradictions that make a document's values invalid.

    If a discriminator chooses among ``oneOf`` or ``anyOf``, values that fit a second choice too are meant to be valid.
    The choices with the values that choose them stand before those without, if ``document`` is given: an API may use
    other values.
    A closed object cannot have more properties than it names. A header Content-Type is described elsewhere.
    A reference in an extension may lead to nothing, and is followed by generators all the same.
    """
    for word in [word for word in copy if word.startswith("x-") and word != BROUGHT and references_of(copy[word])]:
        del copy[word]
    if isinstance(headers := copy.get("headers"), Mapping):
        copy["headers"] = {name: it for name, it in headers.items() if not _is_ignored(name, it)}
    for word in (_SCHEMAS | _NAMED_SCHEMAS) & copy.keys():
        copy[word] = _written_out(word, copy[word])
    choice = copy.get("discriminator")
    if isinstance(choice, dict) and isinstance(choice.get("propertyName"), str):
        del copy["discriminator"]
        words = [word for word in ("oneOf", "anyOf") if isinstance(copy.get(word), list)]
        if len(words) == 1:
            ways = copy.pop(words[0])
            chosen = chosen_branches(document, choice, ways) if document else []
            copy |= {"anyOf": [*chosen, *ways], _CHOICE: (words[0], len(ways))}
    least, named = copy.get("minProperties"), copy.get("properties")
    closed = copy.get("additionalProperties") is False and "patternProperties" not in copy
    if closed and isinstance(least, int) and isinstance(named, dict) and least > len(named):
        del copy["minProperties"]
    return copy


def _is_ignored(name: Any, header: Any) -> bool:
    """Tell whether a header is one that OpenAPI ignores: the media types of an answer say what it holds."""
    is_header = isinstance(header, Mapping) and not {"schema", "content", "$ref"}.isdisjoint(header)
    return is_header and str(name).lower() == "content-type"


def _written_out(word: str, part: Any) -> Any:
    """The schema below a keyword, or the schemas, with `{}` for true and its opposite for false."""
    if word in _NAMED_SCHEMAS:
        return {name: _written_out("", one) for name, one in part.items()} if isinstance(part, Mapping) else part
    if isinstance(part, list):
        return [_written_out("", one) for one in part]
    return part if not isinstance(part, bool) else {} if part else {"not": {}}


def strict(node: Any) -> Any:
    """Copy a node with each choice of a discriminator as the document has it, and numbers as wide as their format."""
    return rewritten(node, _strict)


def _strict(copy: dict[str, Any]) -> dict[str, Any]:
    if choice := copy.pop(_CHOICE, None):
        copy[choice[0]] = copy.pop("anyOf")[: choice[1]]
    width = _WIDTH.fullmatch(str(copy.get("format", "")))
    if width is not None and {"type", "allOf"} & copy.keys() == {"type"}:
        bits = int(width[2])
        low, high = (0, 2**bits - 1) if width[1] else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        copy["allOf"] = [{"if": {"type": "number"}, "then": {"minimum": low, "maximum": high}}]
    return copy


def _newer(copy: dict[str, Any]) -> dict[str, Any]:
    for method in _BODILESS & copy.keys():
        if isinstance(copy[method], Mapping) and {"responses", "requestBody"} <= copy[method].keys():
            copy[method] = {word: part for word, part in copy[method].items() if word != "requestBody"}
    nullable = copy.get("nullable") is True
    if isinstance(copy.get("$ref"), str):
        copy = {"$ref": copy["$ref"]}
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(copy.get(exclusive), bool) and copy.pop(exclusive) and bound in copy:
            copy[exclusive] = copy.pop(bound)
    if not nullable:
        return copy
    copy.pop("nullable", None)
    if isinstance(copy.get("type"), str):
        return {**copy, "type": [copy["type"], "null"]}
    return {"anyOf": [copy, {"type": "null"}]}
