"""How a list is paged: which of its parameters pick a page."""

import re

from mock_server.spec.operation import Operation
from mock_server.spec.parameter import Parameter

_PAGING = (
    ("page", re.compile(r"page([_-]?(number|no|index))?|page\[number\]", re.IGNORECASE)),
    ("limit", re.compile(r"\$?(limit|top|take)|per[_-]?page|page([_-]?(size|limit)|\[size\])|size", re.IGNORECASE)),
    ("offset", re.compile(r"\$?(offset|skip)|page\[offset\]", re.IGNORECASE)),
)


def asked(operation: Operation) -> list[Parameter]:
    """The parameters that a list is asked by: those of its query, and the fields of the body of a search."""
    found = [it for it in operation.parameters if it.location == "query"]
    if operation.method == "POST" and operation.body is not None:
        found += [Parameter(name, "body", False, part) for name, part in operation.body.properties.items()]
    return found


def paging_of(operation: Operation) -> dict[str, Parameter]:
    """The parameters that pick a page, by role."""
    found: dict[str, Parameter] = {}
    for parameter in asked(operation):
        if parameter.schema.types & {"integer", "number"}:
            role = next((role for role, pattern in _PAGING if pattern.fullmatch(parameter.name)), None)
            if role:
                found.setdefault(role, parameter)
    return found
