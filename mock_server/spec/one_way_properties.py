"""Properties for one direction: `readOnly` ones occur only in answers, `writeOnly` ones only in requests.

In the other direction such a property is not required, even if `required` has its name (OpenAPI 3, Schema Object).
"""

from collections.abc import Callable, Iterator
from typing import Any, Literal

from mock_server.support.document_keywords import DATA
from mock_server.support.schema_keywords import LISTED_IN_PLACE, NAMED

Word = Literal["readOnly", "writeOnly"]
Resolve = Callable[[str], Any]
"""A function that returns the schema that a `$ref` names."""

_ONE_IN_PLACE = ("if", "then", "else")


def without_required(node: Any, word: Word, resolve: Resolve, above: frozenset[str] = frozenset()) -> Any:
    """Copy a schema so that properties marked with ``word`` are not required.

    ``above`` are the properties of the same value that a schema around this one marks so.
    """
    if isinstance(node, list):
        return [without_required(part, word, resolve) for part in node]
    if not isinstance(node, dict):
        return node
    marked = above.union(_marked(node, word, resolve, set()))
    copy: dict[str, Any] = {}
    for key, part in node.items():
        if key == "required" and isinstance(part, list):
            copy[key] = [name for name in part if name not in marked]
        elif key in LISTED_IN_PLACE and isinstance(part, list):
            copy[key] = [without_required(way, word, resolve, marked) for way in part]
        elif key in _ONE_IN_PLACE:
            copy[key] = without_required(part, word, resolve, marked)
        elif key in NAMED and isinstance(part, dict):
            copy[key] = {name: without_required(named, word, resolve) for name, named in part.items()}
        else:  # what an extension holds is no schema, and a reference in it may lead to nothing
            copy[key] = part if key in DATA or key[:2] == "x-" else without_required(part, word, resolve)
    return copy


def has_word(node: Any, word: Word) -> bool:
    """Tell whether any schema of a document is marked with ``word``."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if part.get(word) is True:
                return True
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return False


def _marked(node: Any, word: Word, resolve: Resolve, seen: set[str]) -> Iterator[str]:
    """The properties that a schema, or a schema in its `allOf`, marks with ``word``."""
    for part in _certain(node, resolve, seen):
        named = part.get("properties")
        for name, property in named.items() if isinstance(named, dict) else ():
            if any(each.get(word) is True for each in _certain(property, resolve, set())):
                yield name


def _certain(node: Any, resolve: Resolve, seen: set[str]) -> Iterator[dict[str, Any]]:
    """A schema with everything that holds for each of its values: its reference, and its `allOf`."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if not isinstance(part, dict):
            continue
        yield part
        reference = part.get("$ref")
        if isinstance(reference, str) and reference not in seen:
            seen.add(reference)
            waiting.append(resolve(reference))
        waiting += part["allOf"] if isinstance(part.get("allOf"), list) else []
