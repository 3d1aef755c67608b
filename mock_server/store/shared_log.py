"""The interface of a log that several servers share, of whose workspaces each server has only some."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class SharedLog(Protocol):
    """A log beside those of other servers."""

    @property
    def server(self) -> int:
        """The number of this server, which no other one ever had."""

    @property
    def address(self) -> str:
        """The URL under which other servers reach this one."""

    def has(self, workspace: str) -> bool:
        """Tell whether a workspace exists, whichever server has it."""
