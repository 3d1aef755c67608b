"""One workspace of a running server, with everything that can be done to it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any

import httpx

from mock_server.testing.control import Control, Refused, plain
from mock_server.testing.handles import Clock, Faults, Inbox, Requests, Snapshot, World

_TIMEOUT = 130.0  # seconds: longer than the longest wait that a control route allows
_TOLD = 5  # requests in the report of a failing test


@contextmanager
def workspace(url: str, token: str = "", *, frozen: bool = True, **plan: Any) -> Iterator["Sophiie"]:
    """A fresh workspace of the server at ``url``, gone afterwards.

    ``plan`` is what ``POST /__admin/workspaces`` takes: world, seed, now, rateLimit. Its clock stands still unless
    ``frozen`` is false. ``token`` is for a server that others can reach too. Raises Refused.
    """
    headers = {"x-mock-admin-token": token} if token else {}
    with httpx.Client(base_url=url, timeout=_TIMEOUT, headers=headers, verify=False, trust_env=False) as http:
        asked = {name: value for name, value in plan.items() if value is not None}
        made = Control(http)("POST", "/workspaces", {"frozen": frozen, **asked})
        sophiie = Sophiie(url, made, Control(http, made["id"]))
        try:
            yield sophiie
        finally:
            sophiie.client.close()
            Control(http)("DELETE", f"/workspaces/{made['id']}")


class Sophiie:
    """One workspace. ``client`` is an httpx client with its key; ``control`` any control route, about it."""

    def __init__(self, url: str, made: Mapping[str, Any], control: Control) -> None:
        self.url = url
        self.id: str = made["id"]
        self.api_key: str = made["key"]
        self.seed: int = made["seed"]
        self.organization: Mapping[str, Any] = made["organization"]
        self.control = control
        self.world = World(control, made)
        self.clock = Clock(control)
        self.requests = Requests(control)
        self.faults = Faults(control)
        self._snapshots = 0

    def __repr__(self) -> str:
        return f"<Sophiie {self.id} at {self.url}>"

    @cached_property
    def client(self) -> httpx.Client:
        headers = {"authorization": f"Bearer {self.api_key}"}
        return httpx.Client(base_url=self.url, headers=headers, verify=False, trust_env=False)

    @cached_property
    def inbox(self) -> "Inbox":
        """A receiver of webhooks that comes with the server."""
        return self.inbox_named("test")

    def inbox_named(self, name: str) -> "Inbox":
        return Inbox(self.control, self.client, f"/inbox/{self.id}/{name}")

    def simulate(self, kind: str, **wanted: Any) -> Any:
        """Something happens to the business: a ``call`` comes in, a visit is booked; what was made of it."""
        return self.control("POST", "/simulate", {"kind": kind, **plain(wanted)})

    def snapshot(self) -> "Snapshot":
        """Everything as it is now, to come back to."""
        self._snapshots += 1
        name = f"snapshot-{self._snapshots}"
        self.control("POST", "/snapshots", {"name": name})
        return Snapshot(self.control, name)

    def settle(self) -> None:
        """Wait until every webhook that is due has been delivered, or has failed."""
        self.control("POST", "/webhooks/drain", {})

    def reset(self) -> None:
        """Back to the seed."""
        self.control("POST", "/reset", {})

    def report(self) -> str:
        """What a person wants to know of a failing test: how to make it again, what was asked, what is still owed."""
        with suppress(Refused):  # a receiver that is slow is no reason to say nothing
            self.control("POST", "/webhooks/drain", {"timeout": 1})
        lines = [f"world {self.world.name}, seed {self.seed}, now {self.world.start}, workspace {self.id}"]
        found = self.control("GET", f"/requests?limit={_TOLD}")
        none = "" if found["requests"] else " none came with this workspace's key"
        lines.append(f"last {len(found['requests'])} of {found['meta']['total']} requests, newest first:{none}")
        for one in found["requests"]:
            why = f"  {'; '.join(one['explain'])}" if one["explain"] else ""
            lines.append(f"  {one['id']} {one['method']} {one['request']['url']} {one['status']}{why}")
        owed = [f"  {state}: {self._told(one)}" for state in ("pending", "failed") for one in self._deliveries(state)]
        return "\n".join([*lines, *(["webhooks that were not delivered:", *owed] if owed else [])])

    def _deliveries(self, state: str) -> Any:
        return self.control("GET", f"/webhooks/deliveries?state={state}&limit={_TOLD}")["items"]

    @staticmethod
    def _told(delivery: Mapping[str, Any]) -> str:
        return f"{delivery['trigger']} to {delivery['url']}\n    {delivery['reason'] or 'due ' + delivery['dueAt']}"
