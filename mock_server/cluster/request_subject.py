"""Which workspace a request is about: the one that a path or a header names, or the one that a key opens."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from starlette.types import Scope

from mock_server.config.control_paths import OPEN
from mock_server.workspaces.workspace import DEFAULT

CONTROL = "/__admin"
_NAMING = (
    re.compile(r"/__admin/workspaces/([^/]+)$"),
    re.compile(r"/__admin/inbox/([^/]+)/(?!expect$)[^/]+(?:/expect)?$"),
)
_WORKSPACE_HEADER = b"x-mock-workspace"


_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def changes_rules(scope: Scope) -> bool:
    """Tell whether a request may set something in the memory of a workspace, or brings a delivery to an inbox."""
    return scope["path"].startswith(CONTROL) and scope["method"] not in _READING


def opens(scope: Scope) -> bool:
    """Tell whether a request leaves an entry in the journal, which is stored only after its answer."""
    return not scope["path"].startswith(CONTROL)


class Subject(NamedTuple):
    """The id of a workspace, or digests of keys that may open one, the likeliest first.

    With neither, a request can be served by any server, unless it is for ``otherwise``.
    """

    workspace: str | None = None
    keys: Sequence[str] = ()
    otherwise: str | None = None


def subject_of(scope: Scope, shown: Callable[[Scope], Sequence[str]], *, open_api: bool) -> Subject:
    """Find the subject of a request. With an ``open_api`` a request without a key is for the default workspace."""
    path: str = scope["path"]
    if path in OPEN:
        return Subject()
    if not path.startswith(CONTROL):
        return Subject(keys=shown(scope), otherwise=DEFAULT if open_api else None)
    for pattern in _NAMING:
        if named := pattern.match(path):
            return Subject(unquote(named[1]))
    if path == "/__admin/workspaces":  # a new one may be made anywhere
        return Subject()
    given = next((value for name, value in scope["headers"] if name == _WORKSPACE_HEADER), None)
    if given is not None:
        return Subject(given.decode("latin-1"))
    keys = shown(scope)
    return Subject(keys=keys) if keys else Subject(DEFAULT)
