"""Another organization on a mock, for the runs about tenancy and limits: a workspace with a key of its own."""

from collections.abc import Sequence
from dataclasses import replace

from contracts.scenarios.client import ScenarioClient
from contracts.transport.exchange import Exchange

_WORKSPACES = "/__admin/workspaces"
ANOTHER = b'{"world": "edge", "seed": 1000003}'  # another trade and seed: nothing is alike by chance


class SecondTenant:
    """There for as long as a run needs it. ``plan`` is what the control plane is told to make."""

    def __init__(self, plan: bytes = ANOTHER) -> None:
        self.key = ""
        """Empty when the target would not have it."""
        self._plan = plan
        self._made: Exchange | None = None

    def create(self, client: ScenarioClient) -> None:
        """Create the workspace on a mock; nothing happens on a target that makes none."""
        headers = {"Content-Type": "application/json"}
        made = client.send("POST", client.target.origin + _WORKSPACES, headers, self._plan)
        if isinstance(made.field("key"), str) and isinstance(made.field("id"), str):
            self.key, self._made = made.field("key"), made

    def delete(self, client: ScenarioClient) -> None:
        """Delete the workspace, if it was created."""
        if self._made is not None:
            client.send("DELETE", f"{client.target.origin}{_WORKSPACES}/{self._made.field('id')}", {})
            self._made = None

    def show_evidence(self, evidence: Sequence[Exchange], known_as: str = "") -> Sequence[Exchange]:
        """The evidence for a person, beginning with the creation of the workspace, which is gone by then.

        ``known_as``: a key that stands in reports for that of a second organization.
        """
        if self._made is None or not any(_has(exchange, self.key) for exchange in evidence):
            return evidence
        return self._made, *(_with(exchange, self.key, known_as or self.key) for exchange in evidence)


def _has(exchange: Exchange, key: str) -> bool:
    return any(key in value for value in exchange.sent_headers.values())


def _with(exchange: Exchange, key: str, other: str) -> Exchange:
    headers = {name: value.replace(key, other) for name, value in exchange.sent_headers.items()}
    return replace(exchange, sent_headers=headers)
