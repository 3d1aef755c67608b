"""Operations on several records at once: `POST /items/bulk`, `POST /items/batch-delete`, `DELETE /items?ids=1,2`."""

import re
from typing import Any

from mock_server.spec.names import plain
from mock_server.spec.operation import Operation
from mock_server.spec.resource_paths import Place
from mock_server.spec.schema import Schema

_CREATING = re.compile(
    r"(?:bulk|batch|many|multiple)(?:create|insert|add)?|(?:create|insert|add)(?:bulk|batch|many|multiple)"
)
_DELETING = re.compile(r"(?:bulk|batch)(?:delete|remove|destroy)|(?:delete|remove)(?:bulk|batch|many|multiple)|delete")
_IDS = re.compile(r"(?:.*?)ids?(?:list)?|keys")
_SCALARS = frozenset({"string", "integer"})


def is_bulk(word: str) -> bool:
    """True if a word after the path of a collection says that an operation is about several of its records."""
    return bool(_CREATING.fullmatch(plain(word)) or _DELETING.fullmatch(plain(word)))


def bulk_role(operation: Operation, collection: Place | None) -> str:
    """The role of an operation on several records, as `create` or `delete`; nothing for another operation."""
    if collection is None:
        return ""
    word = plain(operation.segments[-1])
    if operation.method == "POST" and _CREATING.fullmatch(word) and several_of(operation.body) is not None:
        return "create"
    deletes = operation.method == "DELETE" or (operation.method == "POST" and _DELETING.fullmatch(word))
    return "delete" if deletes and _names_ids(operation) else ""


def several_of(schema: Schema | None) -> str | None:
    """Where a body has several records: the name of a property, nothing for the body itself; None if nowhere."""
    if schema is None:
        return None
    if schema.items is not None and schema.items.properties:
        return ""
    lists = [name for name, part in schema.properties.items() if part.items is not None and part.items.properties]
    return lists[0] if len(lists) == 1 else None


def ids_in(body: Any, query: Any) -> list[Any]:
    """The ids that a request names: in a list that is the body, or that its body or its query has."""
    if isinstance(body, list):
        return [it for it in body if isinstance(it, str | int)]
    given = {**query, **body} if isinstance(body, dict) else dict(query)
    for name, value in given.items():
        if _IDS.fullmatch(plain(name)) and isinstance(value, list):
            return [it for it in value if isinstance(it, str | int)]
    return []


def _names_ids(operation: Operation) -> bool:
    parts = {it.name: it.schema for it in operation.parameters if it.location == "query"}
    parts |= dict(operation.body.properties) if operation.body is not None else {}
    listed = operation.body is not None and _is_list_of_ids(operation.body)
    return listed or any(_IDS.fullmatch(plain(name)) and _is_list_of_ids(part) for name, part in parts.items())


def _is_list_of_ids(schema: Schema) -> bool:
    return schema.items is not None and bool(schema.items.types & _SCALARS) and not schema.items.properties
