"""The workspaces that a failing test used, for their part of its report."""

from collections.abc import Iterator, Mapping
from typing import Any

from mock_server.testing.async_handles import AsyncSophiie
from mock_server.testing.factory import WorkspaceFactory
from mock_server.testing.sophiie import Sophiie


def reports(held: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The report of each workspace among the values of fixtures, under the name of its first fixture."""
    found: dict[str, tuple[str, Sophiie]] = {}
    for name, value in held.items():
        for sophiie in _workspaces(value):
            if not sophiie.closed:
                found.setdefault(sophiie.id, (name, sophiie))
    for name, sophiie in found.values():
        yield name, sophiie.report()


def workspaces_in(held: Mapping[str, Any]) -> Iterator[Sophiie]:
    """The workspaces among the values of fixtures that are still there, each once."""
    found = {one.id: one for value in held.values() for one in _workspaces(value) if not one.closed}
    yield from found.values()


def _workspaces(value: Any) -> Iterator[Sophiie]:
    """The workspaces in a fixture's value: itself, or one of those that it contains."""
    if isinstance(value, WorkspaceFactory):
        value = value.workspaces
    if isinstance(value, Mapping):
        value = list(value.values())
    for one in value if isinstance(value, list | tuple) else [value]:
        if isinstance(one, AsyncSophiie):
            yield one.sophiie
        elif isinstance(one, Sophiie):
            yield one
