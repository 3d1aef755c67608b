"""A second organization on a mock, for the runs about tenancy: a workspace with another world."""

from contracts.probe import Probe

_WORKSPACES = "/__admin/workspaces"
_ANOTHER = b'{"world": "edge", "seed": 1000003}'  # another trade and seed: nothing is alike by chance


class Neighbour:
    """There for as long as a run needs it."""

    def __init__(self) -> None:
        self._id = ""

    def move_in(self, probe: Probe) -> str:
        """Its key; empty when the target would not have it."""
        made = probe.send("POST", probe.target.origin + _WORKSPACES, {"Content-Type": "application/json"}, _ANOTHER)
        key, id = made.field("key"), made.field("id")
        if not isinstance(key, str) or not isinstance(id, str):
            return ""
        self._id = id
        return key

    def move_out(self, probe: Probe) -> None:
        if self._id:
            probe.send("DELETE", f"{probe.target.origin}{_WORKSPACES}/{self._id}", {})
            self._id = ""
