"""Any sequence of calls, against plain dictionaries: in memory, and in a SQLite file that is read back at the end."""

import asyncio
import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

from desk import Desk, items, snapshot
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from inprocess import assert_consistent
from starlette.applications import Starlette

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.store.base import Log, NoLog
from mock_server.store.open_log import open_log
from mock_server.store.state import WorkspaceState
from mock_server.workspaces.plan import WorldPlan
from mock_server.world.recipe import load_recipe

PHONES = ("+61255501231", "+61255501232", "+61255501233", None)
MAILS = ("a@example.com", "b@example.com", None)
NAMES = ("One", "Two", "Three")
SIMPLE = {  # kind → wrapper, the field that must be unique, what else a new one needs
    "faqs": ("faq", None, {"question": "Why?", "answer": "Because."}),
    "policies": ("policy", None, {"title": "No dogs", "content": "None at all."}),
    "scenarios": ("scenario", "name", {"prompt": "p", "response": "r"}),
    "transfers": (
        "transfer",
        "label",
        {"method": "WARM", "destinationType": "DEPARTMENT", "destination": "d", "conditions": "c"},
    ),
}

contacts = st.fixed_dictionaries({}, optional={"phone": st.sampled_from(PHONES), "email": st.sampled_from(MAILS)})
names = st.sampled_from(NAMES)
places = st.integers(0, 5)
NUMBERS = itertools.count()


class Calls(RuleBasedStateMachine):
    """``leads`` and ``simple`` map ids to fields, in the order of creation; ``inquiries`` lists (lead, source)."""

    def __init__(self, app: Starlette, loop: asyncio.AbstractEventLoop, log: Log) -> None:
        super().__init__()
        self.log = log
        id = f"machine-{next(NUMBERS)}"
        plan = WorldPlan(load_recipe("empty"), limit=0)
        workspace = app.state.workspaces.create(id, plan, [f"sk_test_mock_{id}"], frozen=True)
        self.api = Desk(app, workspace, f"sk_test_mock_{id}", loop)
        self.leads: dict[str, dict[str, Any]] = {}
        self.inquiries: list[tuple[str, str]] = []
        self.simple = {kind: {it["id"]: it for it in self.api.all(f"/v1/{kind}")[::-1]} for kind in SIMPLE}
        self.member = self.api.records("members")[0]["id"]
        self.events = 0

    def lead_at(self, place: int) -> str:
        return list(self.leads)[place % len(self.leads)] if self.leads else "ld_nobody"

    def taken(self, fields: dict[str, Any], own: str = "") -> bool:
        return any(
            fields.get(name) and fields[name] == lead.get(name)
            for id, lead in self.leads.items()
            for name in ("email", "phone")
            if id != own
        )

    @rule(seconds=st.integers(0, 5))
    def wait(self, seconds: int) -> None:
        self.api.workspace.clock.advance(seconds)

    @rule(name=names, contact=contacts)
    def create_lead(self, name: str, contact: dict[str, Any]) -> None:
        body = {"firstName": name, **contact}
        if self.taken(contact):
            self.api.refused(409, "POST", "/v1/leads", body)
            return
        lead = self.api.post("/v1/leads", body)["lead"]
        self.leads[lead["id"]] = body
        self.events += 1

    @rule(place=places, contact=contacts, name=names)
    def update_lead(self, place: int, contact: dict[str, Any], name: str) -> None:
        id, body = self.lead_at(place), {"firstName": name, **contact}
        status = 404 if id not in self.leads else 409 if self.taken(contact, id) else 200
        if status != 200:
            self.api.refused(status, "PUT", f"/v1/leads/{id}", body)
            return
        self.api.put(f"/v1/leads/{id}", body)
        self.leads[id] = {**self.leads[id], **body}
        self.events += 1

    @rule(place=places)
    def delete_lead(self, place: int) -> None:
        id = self.lead_at(place)
        if id not in self.leads:
            self.api.refused(404, "DELETE", f"/v1/leads/{id}")
            return
        self.api.delete(f"/v1/leads/{id}")
        del self.leads[id]
        self.inquiries = [(lead, source) for lead, source in self.inquiries if lead != id]
        self.events += 1

    @rule(name=names, phone=st.sampled_from(PHONES[:-1]))
    def call(self, name: str, phone: str) -> None:
        self.api.post("/v1/calls", {"name": name, "phoneNumber": phone})
        known = next((id for id, lead in self.leads.items() if lead.get("phone") == phone), None)
        if known is None:
            known = self.api.get("/v1/leads", limit=1)["leads"][0]["id"]
            self.leads[known] = {"firstName": name, "phone": phone}
            self.events += 1
        self.inquiries.append((known, "CALL"))
        self.events += 1

    @rule(place=places, go_on=st.booleans())
    def send_sms(self, place: int, go_on: bool) -> None:
        id = self.lead_at(place)
        body: dict[str, Any] = {"userId": self.member, "leadId": id, "message": "Hello"}
        mine = [it for it in self.api.records("inquiries") if it["leadId"] == id and it["source"] == "SMS"]
        if go_on:
            body["messageThreadId"] = mine[0]["messageThreadId"] if mine else 99
        if id not in self.leads or (go_on and not mine):
            self.api.refused(404, "POST", "/v1/sms", body)
            return
        self.api.post("/v1/sms", body)
        if not go_on:
            self.inquiries.append((id, "SMS"))
            self.events += 1

    @rule(kind=st.sampled_from(sorted(SIMPLE)), name=names, update=st.booleans(), place=places)
    def write(self, kind: str, name: str, update: bool, place: int) -> None:
        wrapper, unique, rest = SIMPLE[kind]
        body = {**rest, **({unique: name} if unique else {})}
        records = self.simple[kind]
        own = list(records)[place % len(records)] if update and records else None
        if unique and any(it[unique] == name for id, it in records.items() if id != own):
            method, path = ("POST", f"/v1/{kind}") if own is None else ("PUT", f"/v1/{kind}/{own}")
            self.api.refused(409, method, path, body)
            return
        made = self.api.post(f"/v1/{kind}", body) if own is None else self.api.put(f"/v1/{kind}/{own}", body)
        records[made[wrapper]["id"]] = made[wrapper]

    @rule(kind=st.sampled_from(sorted(SIMPLE)), place=places)
    def delete(self, kind: str, place: int) -> None:
        records = self.simple[kind]
        id = list(records)[place % len(records)] if records else 999
        if not records:
            self.api.refused(404, "DELETE", f"/v1/{kind}/{id}")
            return
        self.api.delete(f"/v1/{kind}/{id}")
        del records[id]

    @invariant()
    def the_workspace_holds_what_the_model_says(self) -> None:
        assert [it["id"] for it in self.api.records("leads")] == list(self.leads)
        assert [(it["leadId"], it["source"]) for it in self.api.records("inquiries")] == self.inquiries
        for kind, records in self.simple.items():
            assert [it["id"] for it in self.api.records(kind)] == list(records)
        assert len(self.api.events()) == self.events
        assert_consistent(self.api)

    def teardown(self) -> None:
        """The lists show it, and the log has kept it."""
        for lead in self.api.all("/v1/leads", limit=3):
            assert self.leads[lead["id"]].items() <= lead.items()
            sources = [source for id, source in self.inquiries if id == lead["id"]][::-1]
            assert [it["source"] for it in self.api.all("/v1/inquiries", leadId=lead["id"])] == sources
        for kind, records in self.simple.items():
            assert self.api.all(f"/v1/{kind}", limit=3) == list(records.values())[::-1]
            assert self.api.get(f"/v1/{kind}")["totalCount"] == len(records)
        assert len(items(self.api.get("/v1/leads", limit=100))) == len(self.leads)
        for saved in self.log.load():
            if saved.id == self.api.workspace.id:
                assert content(WorkspaceState.restored(saved.layer)) == content(self.api.workspace.state)
                assert dict(saved.layer.counters) == dict(self.api.workspace.state.counters)
        self.log.remove(self.api.workspace.id)


def content(state: WorkspaceState) -> dict[str, list[tuple[Any, Any, Any]]]:
    rows, _ = snapshot(state)
    return {kind: [(row.id, row.key, row.record) for row in some] for kind, some in rows.items()}


def test_in_memory_any_sequence_of_calls_does_what_the_model_does(loop: asyncio.AbstractEventLoop) -> None:
    compare(NoLog(), loop)


def test_any_sequence_of_calls_does_what_the_model_does(
    new_place: Callable[[], str], loop: asyncio.AbstractEventLoop
) -> None:
    log = open_log(new_place())
    compare(log, loop)
    log.close()


def compare(log: Log, loop: asyncio.AbstractEventLoop) -> None:
    app = create_app(Settings(world="empty", rate_limit="off", self_check="all"), log)
    run_state_machine_as_test(
        partial(Calls, app, loop, log),  # type: ignore[arg-type]  # it asks for any maker
        settings=settings(max_examples=10, stateful_step_count=20),
    )
