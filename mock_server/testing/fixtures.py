"""Make the workspaces of the plugin's fixtures: from the defaults, the suite's options, and a test's marks."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from mock_server.testing.errors import Refused
from mock_server.testing.factory import WorkspaceFactory
from mock_server.testing.remote_server import RunningServer
from mock_server.testing.sophiie import Sophiie
from mock_server.testing.use_record import UseRecord, use_file

if TYPE_CHECKING:
    from mock_server.server import MockServer

_WORDS = ("world", "seed", "now", "frozen", "rate_limit")


@contextmanager
def factory_for(
    request: pytest.FixtureRequest, server: "MockServer | RunningServer", defaults: Mapping[str, Any]
) -> Iterator[WorkspaceFactory]:
    """A workspace factory for the lifetime of a fixture; marks of its scope win over the defaults."""
    folders = [*([] if request.scope == "session" else [request.path.parent]), request.config.rootpath]
    factory = WorkspaceFactory(server.url, server.admin_token, _options(request.node, defaults), folders)
    if (file := use_file(request.config)) is not None:
        factory.on_made = lambda made: UseRecord(file, made, request.node.nodeid).close
    with closing(factory):
        yield factory


def make_workspace(factory: WorkspaceFactory) -> Sophiie:
    """Make a workspace; if that fails, fail the test with the reason alone."""
    try:
        return factory()
    except Refused as refused:
        why = str(refused)
    pytest.fail(f"no workspace for this test: {why}", pytrace=False)


def _options(node: pytest.Item | pytest.Collector, defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The options of the marks: inner marks win over outer ones, and all of them over ``defaults``."""
    options = dict(defaults)
    strange: list[str] = []
    for place in node.listchain():
        for mark in place.own_markers:
            if mark.name == "sophiie":
                options |= mark.kwargs
                strange += ["anything without a name"] if mark.args else []
    strange = [*sorted(options.keys() - set(_WORDS)), *strange]
    if strange:
        pytest.fail(f"sophiie takes {', '.join(_WORDS)}, not {', '.join(strange)}", pytrace=False)
    return options
