"""Another organization on a mock, for scenarios about tenancy and limits: a workspace with a key of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from contracts.scenarios.client import ScenarioClient
from contracts.transport.exchange import Exchange

_WORKSPACES = "/__admin/workspaces"
# Another trade and seed than the target's: records that are alike would look like a leak. The second is for a target
# that has the first one's trade.
ANOTHER = b'{"world": "edge", "seed": 1000003}'
_OF_A_THIRD_TRADE = b'{"world": {"business": "air", "leads": 12}, "seed": 1000003}'


class SecondTenant:
    """A second workspace that exists as long as a run needs it. ``plan`` is the request that makes it."""

    def __init__(self, plan: bytes = ANOTHER) -> None:
        self.key = ""
        """The key of the workspace; empty if the target did not make one."""
        self._plan = plan
        self._made: Exchange | None = None

    def create(self, client: ScenarioClient) -> None:
        """Create the workspace on a mock; do nothing on a target without a control plane."""
        self._create(client, self._plan)
        if self._plan == ANOTHER and self._is_alike(client):
            self.delete(client)
            self._create(client, _OF_A_THIRD_TRADE)

    def _create(self, client: ScenarioClient, plan: bytes) -> None:
        headers = {"Content-Type": "application/json"}
        made = client.send("POST", client.target.origin + _WORKSPACES, headers, plan)
        if isinstance(made.field("key"), str) and isinstance(made.field("id"), str):
            self.key, self._made = made.field("key"), made

    def _is_alike(self, client: ScenarioClient) -> bool:
        """Tell whether another workspace has the same business as this one."""
        if self._made is None:
            return False
        listed = client.send("GET", client.target.origin + _WORKSPACES, {}).field("workspaces")
        others = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
        names = [_business(item) for item in others if item.get("id") != self._made.field("id")]
        return _business({"organization": self._made.field("organization")}) in names

    def delete(self, client: ScenarioClient) -> None:
        """Delete the workspace, if it was created."""
        if self._made is not None:
            client.send("DELETE", f"{client.target.origin}{_WORKSPACES}/{self._made.field('id')}", {})
            self._made = None

    def show_evidence(self, evidence: Sequence[Exchange], known_as: str = "") -> Sequence[Exchange]:
        """Prepend the creation of the workspace, which is deleted by then, so that a person can repeat the evidence.

        ``known_as``: the placeholder of the second organization's key in reports.
        """
        if self._made is None or not any(_has(exchange, self.key) for exchange in evidence):
            return evidence
        return self._made, *(_with(exchange, self.key, known_as or self.key) for exchange in evidence)


def _business(workspace: Mapping[str, Any]) -> Any:
    organization = workspace.get("organization")
    return organization.get("name") if isinstance(organization, dict) else None


def _has(exchange: Exchange, key: str) -> bool:
    return any(key in value for value in exchange.sent_headers.values())


def _with(exchange: Exchange, key: str, other: str) -> Exchange:
    headers = {name: value.replace(key, other) for name, value in exchange.sent_headers.items()}
    return replace(exchange, sent_headers=headers)
