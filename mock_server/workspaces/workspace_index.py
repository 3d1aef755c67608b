"""Finds a workspace by its id, or by a key that opens it."""

from typing import Protocol, TypeVar

from mock_server.workspaces.plan import WorkspaceConfig, digest


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
