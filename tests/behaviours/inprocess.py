"""One workspace, spoken to in process as a client would; and what must be true of it at any time."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.applications import Starlette
from wire import Answer, answer_of, scope_of

from mock_server.store.base import Row
from mock_server.store.state import WorkspaceState
from mock_server.workspaces.workspace import Workspace

LEAD_KINDS = ("inquiries", "appointments", "leads/notes", "leads/activities")
UNREAD = {
    "CALL": "unreadCalls",
    "EMAIL": "unreadEmails",
    "CHATBOT": "unreadChatbotThreads",
    "SMS": "unreadSMS",
    "WEBFORM": "unreadWebformSubmissions",
}


@dataclass
class Api:
    """``get`` and friends give the body of a success, and fail on anything else; ``ask`` gives any answer."""

    app: Starlette
    workspace: Workspace
    key: str
    loop: asyncio.AbstractEventLoop

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Answer:
        target = f"{path}?{urlencode(query, doseq=True)}" if query else path
        raw = None if body is None else orjson.dumps(body)
        scope = scope_of(method, target, key=self.key, body=raw)
        return self.loop.run_until_complete(answer_of(self.app, scope, raw))

    def good(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = self.ask(method, path, body, **query)
        assert answer.status in (200, 201), (method, path, body, answer.status, answer.body, answer.explain)
        return answer.json

    def get(self, path: str, **query: Any) -> Any:
        return self.good("GET", path, **query)

    def post(self, path: str, body: Any) -> Any:
        return self.good("POST", path, body)

    def put(self, path: str, body: Any) -> Any:
        return self.good("PUT", path, body)

    def delete(self, path: str, body: Any = None) -> Any:
        return self.good("DELETE", path, body)

    def refused(self, status: int, method: str, path: str, body: Any = None, **query: Any) -> Answer:
        """An answer of this status, after which everything is as it was before."""
        before = snapshot(self.workspace.state)
        answer = self.ask(method, path, body, **query)
        assert answer.status == status, (method, path, body, answer.status, answer.body, answer.explain)
        assert snapshot(self.workspace.state) == before, f"{method} {path} was refused and has changed something"
        return answer

    def all(self, path: str, **query: Any) -> list[Any]:
        """Every item of a list, page by page."""
        return [item for page in self.pages(path, **query) for item in items(page)]

    def pages(self, path: str, limit: int = 100, **query: Any) -> Iterator[Any]:
        page = 1
        while True:
            answer = self.get(path, page=page, limit=limit, **query)
            yield answer
            if page >= answer["totalPages"]:
                return
            page += 1

    def records(self, kind: str) -> list[Mapping[str, Any]]:
        """What the workspace holds, hidden fields included, oldest first."""
        return [row.record for row in self.workspace.state.rows(kind)]

    def events(self) -> list[Mapping[str, Any]]:
        return self.records("$events")


def items(page: Mapping[str, Any]) -> list[Any]:
    """The one array of a page."""
    (found,) = [value for value in page.values() if isinstance(value, list)]
    return found


def snapshot(state: WorkspaceState) -> tuple[dict[str, list[Row]], dict[str, int]]:
    """Rows are never changed in place, so equal rows are equal content."""
    return {kind: list(state.rows(kind)) for kind in state.kinds if state.rows(kind)}, dict(state.counters)


def assert_consistent(api: Api) -> None:
    """What holds in every world holds after any sequence of calls."""
    leads = {lead["id"]: lead for lead in api.records("leads")}
    members = {member["id"] for member in api.records("members")}
    for kind in ("leads", *LEAD_KINDS):
        ids = [record["id"] for record in api.records(kind)]
        assert len(ids) == len(set(ids)), f"an id of {kind} comes twice"
    for kind in LEAD_KINDS:
        for record in api.records(kind):
            assert record["leadId"] in leads, f"a record of {kind} of a lead that is gone"
            assert record.get("userId") is None or record["userId"] in members
    for lead in leads.values():
        mine = [it for it in api.records("inquiries") if it["leadId"] == lead["id"]]
        assert_tallied(lead, mine)
    appointments = {record["id"] for record in api.records("appointments")}
    for note in api.records("leads/notes"):
        assert note["appointmentId"] is None or note["appointmentId"] in appointments


def assert_tallied(lead: Mapping[str, Any], inquiries: Sequence[Mapping[str, Any]]) -> None:
    unread = Counter(it["source"] for it in inquiries if not it["isRead"])
    assert {source: lead[counter] for source, counter in UNREAD.items()} == {
        source: unread[source] for source in UNREAD
    }
    assert lead["hasFlaggedInquiry"] == any(it["isFlagged"] for it in inquiries)
    assert [it["isFirstInquiry"] for it in inquiries] == [number == 0 for number in range(len(inquiries))]
    if not inquiries:
        assert lead["lastInquiry"] is lead["lastInquiryId"] is lead["lastInquiryDate"] is None
        return
    last = inquiries[-1]
    assert lead["read"] == (not unread)
    assert (lead["lastInquiryId"], lead["lastInquiryDate"]) == (last["id"], last["createdAt"])
    assert lead["lastInquiry"] == {name: last[name] for name in lead["lastInquiry"]}
