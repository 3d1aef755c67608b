"""Finds a workspace by its id, or by a key that opens it."""

from collections import deque
from typing import Protocol, TypeVar

from mock_server.workspaces.plan import WorkspaceConfig, digest

MAX_TOKENS = 10_000
"""Access tokens that are valid at the same time."""


class _Tenant(Protocol):
    id: str
    origin: WorkspaceConfig


T = TypeVar("T", bound=_Tenant)


class WorkspaceIndex(dict[str, T]):
    """The workspaces in memory by id. ``by_key`` has them by the digests of their keys."""

    def __init__(self) -> None:
        super().__init__()
        self.by_key: dict[str, T] = {}
        self.given_keys: dict[str, str] = {}
        """Digests of keys that were given at the start, and the ids of the workspaces that they open."""
        self._tokens: deque[str] = deque()

    def add(self, workspace: T) -> None:
        """Let a workspace be found. One with the same id is replaced."""
        self[workspace.id] = workspace
        self.by_key |= dict.fromkeys(workspace.origin.keys, workspace)
        self.by_key |= {key: workspace for key, id in self.given_keys.items() if id == workspace.id}

    def discard(self, workspace: T) -> None:
        """Let a workspace be found no more."""
        del self[workspace.id]
        self.by_key = {key: other for key, other in self.by_key.items() if other is not workspace}

    def open_with(self, id: str, key: str) -> None:
        """Let ``key`` open a workspace until this process ends; the workspace may come later."""
        self.given_keys[digest(key)] = id
        if id in self:
            self.by_key[digest(key)] = self[id]

    def open_with_token(self, id: str, token: str) -> None:
        """Let an access token open a workspace, unless it opens one already. The oldest of many tokens ends."""
        key = digest(token)
        if not token or key in self.by_key or key in self.given_keys:
            return
        self.open_with(id, token)
        self._tokens.append(key)
        if len(self._tokens) > MAX_TOKENS:
            oldest = self._tokens.popleft()
            del self.given_keys[oldest]
            self.by_key.pop(oldest, None)
