"""A workspace of a real server, for tests of what the control plane shows of webhooks and does with them."""

from typing import Any

import httpx

SUBSCRIBE = "/api/webhooks/zapier/subscribe?org_id=org_1&user_id=usr_1"
UNSUBSCRIBE = "/api/webhooks/zapier/unsubscribe?org_id=org_1&user_id=usr_1"


class HooksDesk:
    """``ask`` gives the whole answer of a control route, ``done`` the JSON of one that went well.

    It speaks to a running server and not in process like ``Desk``: deliveries leave over sockets, and its inboxes
    receive them on the same port.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = httpx.Client(base_url=url, timeout=20, verify=False)
        made = self._client.post("/__admin/workspaces", json={"world": "small", "frozen": True}).json()
        self.id, self._key = made["id"], made["key"]

    def close(self) -> None:
        self._client.close()

    def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"x-mock-workspace": self.id}
        return self._client.request(
            method, f"/__admin{path}", headers=headers, **({} if body is None else {"json": body})
        )

    def done(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.ask(method, path, body)
        assert answer.is_success, answer.text
        return answer.json()

    def refused(self, method: str, path: str, body: Any = None, *, status: int = 400) -> Any:
        """The problem; and nothing of the webhooks has changed."""
        before = self.state()
        answer = self.ask(method, path, body)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
        problem = answer.json()
        assert problem["status"] == status
        assert problem["detail"]
        assert self.state() == before
        return problem

    def state(self) -> Any:
        kinds = ("subscriptions", "events", "deliveries", "secrets")
        return [self.done("GET", f"/webhooks/{kind}") for kind in kinds]

    def api(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"authorization": f"Bearer {self._key}"}
        answer = self._client.request(method, path, json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json()

    def hook(self, name: str = "hooks") -> str:
        return f"{self.url}/__admin/inbox/{self.id}/{name}"

    def subscribe(self, url: str = "", trigger: str = "LEAD_CREATED") -> int:
        return int(self.api("POST", SUBSCRIBE, {"hookUrl": url or self.hook(), "trigger": trigger})["id"])

    def answering(self, status: int, name: str = "hooks", **more: Any) -> None:
        self.done("PUT", f"/inbox/{self.id}/{name}", {"status": status, **more})

    def lead(self, **fields: Any) -> str:
        return str(self.api("POST", "/v1/leads", {"firstName": "Ana", "suburb": "Newtown", **fields})["lead"]["id"])

    def drain(self) -> Any:
        return self.done("POST", "/webhooks/drain", {"timeout": 5})

    def received(self, name: str = "hooks") -> list[Any]:
        return list(self.done("GET", f"/inbox/{self.id}/{name}")["received"])

    def deliveries(self, query: str = "") -> list[Any]:
        """Oldest first."""
        return list(self.done("GET", f"/webhooks/deliveries{query}")["items"][::-1])
