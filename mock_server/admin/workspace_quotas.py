"""How many workspaces the holder of a named token may have at a time."""

from starlette.requests import Request

from mock_server.admin.askers import asker_of
from mock_server.admin.context import ControlRefused
from mock_server.workspaces.workspace import Workspaces


def owner_of_one_more(request: Request, workspaces: Workspaces) -> str:
    """The name of the token that makes a workspace; an empty text where it is none of a file.

    Raises ControlRefused where that token has as many workspaces as it may.
    """
    token = asker_of(request.scope).token
    if token is None:
        return ""
    owned = sum(workspace.origin.terms.owner == token.name for workspace in workspaces)
    if token.workspaces is not None and owned >= token.workspaces:
        what = f"the token {token.name} may have {token.workspaces:,} workspaces at a time, and has {owned:,}"
        raise ControlRefused(429, f"{what}; remove those that are not used")
    return token.name
