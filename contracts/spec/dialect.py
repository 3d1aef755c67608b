"""Documents in one form: OpenAPI 3.1, with whole paths.

What the first server has for a path stands before every path. Of 3.0, schemas say ``nullable``, bounds are exclusive by
a flag, and what stands beside a reference is ignored.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from contracts.errors import CannotRun

TRANSLATED = "x-translated"
"""In a document of which places and words are no longer those of its file."""
BASE = "x-base-path"
"""The path of the first server, which stands before every path; missing when that is empty."""
_VALUES = ("default", "enum", "const", "example", "examples")
"""Words after which no schema comes."""


def plain(name: str, raw: Any) -> Mapping[str, Any]:
    """The document in that form, without servers. Raises CannotRun."""
    if not isinstance(raw, Mapping) or not str(raw.get("openapi", "")).startswith("3."):
        raise CannotRun(f"{name}: no OpenAPI 3 document", "give another file")
    base, paths = _base(name, raw), raw.get("paths")
    whole = {f"{base}{path}": item for path, item in paths.items()} if isinstance(paths, Mapping) else {}
    document = {**{word: value for word, value in raw.items() if word != "servers"}, "paths": whole}
    older = str(raw.get("openapi", "")).startswith("3.0")
    if older:
        document = {word: _newer(value) for word, value in document.items()} | {"openapi": "3.1.0"}
    return document | ({TRANSLATED: True} if older or base else {}) | ({BASE: base} if base else {})


def _base(name: str, raw: Mapping[str, Any]) -> str:
    servers = raw.get("servers")
    first = servers[0] if isinstance(servers, list) and servers and isinstance(servers[0], Mapping) else {}
    url, variables = str(first.get("url", "")), first.get("variables")
    for variable, said in variables.items() if isinstance(variables, Mapping) else ():
        values = [said.get("default"), *(said.get("enum") or ())] if isinstance(said, Mapping) else []
        url = url.replace(f"{{{variable}}}", next((str(it) for it in values if it is not None), f"{{{variable}}}"))
    try:
        path = urlsplit(urljoin("http://mock/", url)).path
        return path.partition("{")[0].rpartition("/")[0] if "{" in path else path.rstrip("/")
    except ValueError:
        raise CannotRun(f"{name}: the URL of the first server cannot be read: {url}", "correct it") from None


def _newer(node: Any) -> Any:
    if isinstance(node, list):
        return [_newer(item) for item in node]
    if not isinstance(node, dict):
        return node
    nullable = node.get("nullable") is True
    if isinstance(node.get("$ref"), str):
        copy: dict[str, Any] = {"$ref": node["$ref"]}
    else:
        copy = {word: value if word in _VALUES else _newer(value) for word, value in node.items()}
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(copy.get(exclusive), bool) and copy.pop(exclusive) and bound in copy:
            copy[exclusive] = copy.pop(bound)
    if not nullable:
        return copy
    copy.pop("nullable", None)
    if isinstance(copy.get("type"), str):
        return {**copy, "type": [copy["type"], "null"]}
    return {"anyOf": [copy, {"type": "null"}]}
