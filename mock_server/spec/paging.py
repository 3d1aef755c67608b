"""Find which parameters of a list select a page, a window, or the place after another record."""

import re
from collections.abc import Collection, Mapping

from mock_server.spec.envelope import Envelope
from mock_server.spec.operation import Operation
from mock_server.spec.page_links import total_of
from mock_server.spec.parameter import Parameter

_NUMBERS = (
    ("page", r"page([_-]?(number|no|index))?|page\[number\]"),
    ("limit", r"\$?(limit|top|take)|per[_-]?page|page([_-]?(size|limit)|\[(size|limit)\])|size|max[_-]?results"),
    ("offset", r"\$?(offset|skip)|page\[offset\]"),
    ("start", r"start[_-]?(index|at)"),
)
_CURSORS = (
    ("cursor", r"(next[_-]?|page[_-]?|pagination[_-]?)?cursor|page\[(cursor|after)\]"),
    ("cursor", r"((next[_-]?)?page|next|pagination|continuation)[_-]?token|continuation|\$?skiptoken"),
    ("cursor", r"after([_-]?(id|cursor))?|start(ing)?[_-]?after([_-]?id)?|since[_-]?id|last[_-]?id"),
    ("cursor", r"marker|bookmark|scroll[_-]?id|offset"),
    ("before", r"before([_-]?(id|cursor))?|ending[_-]?before|page\[before\]|prev(ious)?[_-]?cursor"),
)
_DATES = ("date", "date-time")


def query_parameters(operation: Operation) -> list[Parameter]:
    """The parameters that select in a list: those of its query, and the fields of a search's body."""
    found = [it for it in operation.parameters if it.location == "query"]
    if operation.method == "POST" and operation.body is not None:
        found += [Parameter(name, "body", False, part) for name, part in operation.body.properties.items()]
    return found


def paging_of(operation: Operation, fields: Collection[str] = ()) -> dict[str, Parameter]:
    """The parameters that select a page, by role. A text parameter that names one of ``fields`` is a filter."""
    found: dict[str, Parameter] = {}
    for parameter in query_parameters(operation):
        is_number = bool(parameter.schema.types & {"integer", "number"})
        role = _role(parameter.name, _NUMBERS) if is_number else ""
        if not role and "string" in parameter.schema.types and parameter.name not in fields:
            role = _role(parameter.name, _CURSORS) if parameter.schema.node.get("format") not in _DATES else ""
        if role:
            found.setdefault(role, parameter)
    for role, name in (("start", "count"), ("cursor", "first")):  # as SCIM and Relay call the size of a page
        if role in found and "limit" not in found:
            size = next((it for it in query_parameters(operation) if it.name == name), None)
            found |= {"limit": size} if size and size.schema.types & {"integer", "number"} else {}
    return found


def leads_on(operation: Operation, wrapper: Envelope | None, paging: Mapping[str, Parameter]) -> bool:
    """True if a list's answer can say where other pages are: in its body, or in its headers."""
    named = operation.success.header_names
    bare = wrapper is not None and wrapper.key is None and not wrapper.keyed
    in_headers = any(total_of(name) for name in named) or (bool(paging) and ("link" in named or bare))
    return in_headers or (wrapper is not None and wrapper.leads_on)


def _role(name: str, patterns: tuple[tuple[str, str], ...]) -> str:
    return next((role for role, pattern in patterns if re.fullmatch(pattern, name, re.IGNORECASE)), "")
