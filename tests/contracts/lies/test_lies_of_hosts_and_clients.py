"""Lies of a real host, whose records few requests show; of clients in recorded traffic; and what the generator saw."""

import tempfile
from collections.abc import Sequence
from functools import cache, partial
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from in_memory import CONTRACT, ORIGIN, RECIPE, Ask, Call, workspace
from lie_kinds import Lie, answers, hears, items_of, only, page, record, says
from lying_rows import UNSEEN, Row, assert_accused, client_of
from lying_rows import Accusation as A
from schemathesis.engine import Status

from contracts import pytest_workers
from contracts.real_host import read_plan, safe_records
from contracts.real_host.ledger import Ledger
from contracts.real_host.record_life import RecordLifecycle
from contracts.real_host.write_gate import WriteGate
from contracts.rules import collections as lists
from contracts.rules import consistency, request_conformance, response_conformance
from contracts.rules import lifecycle as rules
from contracts.rules.location import Location as At
from contracts.rules.rule import Finding
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.schemathesis_engine import Progress, _Reader
from contracts.traffic.attribution import Attribution
from contracts.traffic.judge import TrafficOptions
from contracts.traffic.recording import Recorded, Recording
from contracts.transport.exchange import Exchange

pytestmark = pytest.mark.xdist_group("lies")
LEADS, LEAD, INQUIRIES, ME = "GET /v1/leads", "GET /v1/leads/{}", "GET /v1/inquiries", "GET /v1/organization"
MAKE_LEAD, CHANGE_LEAD, DROP_LEAD = "POST /v1/leads", "PUT /v1/leads/{}", "DELETE /v1/leads/{}"
MAKE, CHANGE = "POST /v1/faqs", "PUT /v1/faqs/{}"


@cache
def catalogue() -> Catalogue:
    return Catalogue(CONTRACT)


def reading(name: str, lie: Lie, *due: A) -> Row:
    """All reads that a real host gets, with a lie among the answers."""

    def run() -> Sequence[Finding]:
        client = client_of(lie)
        reads = read_plan.ReadRun(client, catalogue())
        for step in read_plan.plan(catalogue(), {}):
            try:
                reads.make(step)
            except ScenarioSkipped:
                continue
        return list(client.findings.values())

    return Row(f"reads of a host: {name}", run, due)


def living(name: str, path: str, lie: Lie, *due: A) -> Row:
    """The life of a marked record on a real host, with a lie in it."""

    def run() -> Sequence[Finding]:
        offer = next(offer for offer in safe_records.offers(catalogue()) if offer.path == path)
        with tempfile.TemporaryDirectory() as folder:
            gate = WriteGate([offer], Ledger.begin(f"{folder}/ledger", ORIGIN, "org", 0.0), clock=lambda: 0.0)
            client = client_of(partial(through, gate, lie), key=workspace(RECIPE))
            RecordLifecycle(client, offer, gate).live()
            gate.ledger.close()  # type: ignore[union-attr]
        return list(client.findings.values())

    return Row(f"a record on a host: {name}", run, due)


def through(gate: WriteGate, lie: Lie, call: Call, ask: Ask) -> Exchange:
    """A request and its answer, as they pass the gate for writes."""
    if call.method == "GET":
        return lie(call, ask)
    gate.sending(call.method, call.path, call.body)
    exchange = lie(call, ask)
    gate.answered(exchange)
    return exchange


def asked(name: str, method: str, target: str, body: bytes, *due: A, kind: str = "application/json") -> Row:
    """A recorded request that was answered as if nothing were wrong."""

    def run() -> Sequence[Finding]:
        head = {"content-type": kind} if body else {}
        exchange = Exchange(method, f"https://api.sophiie.ai{target}", head, body, 200, {}, b"")
        other = Exchange("GET", "https://api.sophiie.ai/v1/organization", {}, b"", 200, {}, b"")
        recording = Recording("HAR", [Recorded(1, "/0", exchange), Recorded(2, "/1", other)])
        return Attribution(CONTRACT, recording, TrafficOptions(requests_only=True)).outcome("x").findings

    return Row(f"recorded traffic: {name}", run, due)


def answered(name: str, body: bytes, *due: A) -> Row:
    def run() -> Sequence[Finding]:
        head = {"content-type": "application/json"}
        exchange = Exchange("GET", "https://api.sophiie.ai/v1/organization", {}, b"", 200, head, body)
        return (
            Attribution(CONTRACT, Recording("HAR", [Recorded(1, "/0", exchange)]), TrafficOptions())
            .outcome("x")
            .findings
        )

    return Row(f"recorded traffic: {name}", run, due)


def generated() -> Sequence[Finding]:
    """A failure of a check, as the generator tells it."""
    request = SimpleNamespace(method="GET", uri=f"{ORIGIN}/v1/leads/ld_1", headers={}, body=b"")
    response = SimpleNamespace(
        status_code=200, headers={"content-type": ["application/json"]}, content=b"{}", elapsed=0.1
    )
    failure = SimpleNamespace(case_id=None, message="It is\nshort", title="", instance_path=["tags", 0])
    node = SimpleNamespace(status=Status.FAILURE, name="response_schema_conformance")
    node.failure_info = SimpleNamespace(failure=failure)
    case = SimpleNamespace(value=SimpleNamespace(operation=SimpleNamespace(label="GET /v1/leads/{id}")))
    seen = SimpleNamespace(request=request, response=response)
    found: list[Finding] = []
    reader = _Reader(CONTRACT, None, Progress(found.append, lambda note: None, lambda phase: None))
    reader._scenario(SimpleNamespace(checks={"1": [node]}, cases={"1": case}, interactions={"1": seen}))
    return found


def repeats_the_first() -> Lie:
    """The second page shows items of the first."""
    first: list[Any] = []

    def change(items: list[Any], call: Call) -> list[Any]:
        first.extend(items if page(call) == 1 else [])
        return first[: len(items)] if page(call) == 2 else items

    return says(LEADS, items_of("leads", change))


LONG = orjson.dumps({"firstName": "x" * 70_000, "email": 7})
LATE = says(
    LEADS, only(lambda call: page(call) == 2, lambda body, call: {**body, "totalCount": body["totalCount"] + 1})
)

ROWS = [
    reading(
        "a page counts too many pages",
        says(LEADS, lambda body, call: {**body, "totalPages": 99}),
        A(lists.PAGES, LEADS, At(name="read")),
    ),
    reading(
        "a page lacks one",
        says(LEADS, items_of("leads", lambda items, call: items[1:])),
        A(lists.LIMIT, LEADS, At(name="read")),
    ),
    reading(
        "an id is there twice",
        says(LEADS, items_of("leads", lambda items, call: [*items[:-1], *items[:1]])),
        A(lists.UNIQUE, LEADS, At(name="read")),
    ),
    reading(
        "a filter is not heard",
        hears(INQUIRIES, lambda call: call.ask(leadId=None)),
        A(lists.SOUND, INQUIRIES, At(name="filter")),
    ),
    reading(
        "expanding changes a member",
        says(
            INQUIRIES,
            only(
                lambda call: "expand" in call.query,
                items_of("inquiries", lambda items, call: [{**item, "summary": "Other"} for item in items]),
            ),
        ),
        A(lists.KEEPS, INQUIRIES, At(name="expand")),
    ),
    reading("the second page is the first", repeats_the_first(), A(lists.PARTITION, LEADS, At(name="read"))),
    reading("the second page counts more", LATE, A(lists.COUNT, LEADS, At(name="read"))),
    reading(
        "an item has another name",
        says(LEAD, record(firstName="Other")),
        A(consistency.DETAIL, LEAD, At(name="firstName")),
    ),
    # one record
    living(
        "another text is kept",
        "/v1/faqs",
        says(MAKE, record(answer="Other")),
        A(rules.AS_SENT, MAKE, At(name="answer")),
    ),
    living(
        "a change is not made",
        "/v1/faqs",
        hears(CHANGE, lambda call: call.say({})),
        A(rules.APPLIED, CHANGE, At(name="answer")),
    ),
    living(
        "a change makes another one",
        "/v1/faqs",
        says(CHANGE, record(question="Other")),
        A(rules.KEEPS, CHANGE, At(name="question")),
    ),
    living(
        "what is new cannot be read",
        "/v1/leads",
        answers(LEAD, 404),
        A(rules.READ_BACK, MAKE_LEAD, shown=LEAD),
        A(rules.READ_BACK, CHANGE_LEAD, shown=LEAD),
    ),
    living(
        "it reads with another name",
        "/v1/leads",
        says(LEAD, record(lastName="Other")),
        A(rules.READ_BACK, MAKE_LEAD, At(name="lastName"), shown=LEAD),
        A(rules.READ_BACK, CHANGE_LEAD, At(name="lastName"), shown=LEAD),
    ),
    living(
        "what is deleted is there",
        "/v1/leads",
        answers(DROP_LEAD, 200, {"message": "Done"}),
        A(rules.GONE, DROP_LEAD, At(name="item"), shown=LEAD),
    ),
    # clients
    asked(
        "a path that is none", "GET", "/v1/leeds", b"", A(request_conformance.OPERATION, "GET /v1/leeds", shown=UNSEEN)
    ),
    asked(
        "a parameter that is none",
        "GET",
        "/v1/leads?limt=5",
        b"",
        A(request_conformance.PARAMETER, LEADS, At(part="query", name="limt"), shown=UNSEEN),
    ),
    asked(
        "a limit that is too large",
        "GET",
        "/v1/leads?limit=500",
        b"",
        A(request_conformance.REQUEST, LEADS, At(part="query", name="limit"), shown=UNSEEN),
    ),
    asked(
        "a limit that is no number",
        "GET",
        "/v1/leads?limit=many",
        b"",
        A(request_conformance.REQUEST, LEADS, At(part="query", name="limit"), shown=UNSEEN),
    ),
    asked(
        "a member that is none",
        "POST",
        "/v1/leads",
        b'{"firstName":"A","suburb":"B","phone":"+61491570006","nikname":"C"}',
        A(request_conformance.MEMBER, MAKE_LEAD, At(part="body", pointer="/nikname"), shown=UNSEEN),
    ),
    asked(
        "a member of another type",
        "POST",
        "/v1/leads",
        b'{"firstName":7}',
        A(request_conformance.REQUEST, MAKE_LEAD, At(part="body", pointer="/firstName"), shown=UNSEEN),
    ),
    asked(
        "a body that is no JSON",
        "POST",
        "/v1/leads",
        b"{",
        A(request_conformance.REQUEST, MAKE_LEAD, At(part="body"), shown=UNSEEN),
    ),
    asked(
        "no body", "POST", "/v1/leads", b"", A(request_conformance.REQUEST, MAKE_LEAD, At(part="body"), shown=UNSEEN)
    ),
    asked(
        "a long body that is wrong",
        "POST",
        "/v1/leads",
        LONG,
        A(request_conformance.REQUEST, MAKE_LEAD, At(part="body", pointer="/email"), shown=UNSEEN),
    ),
    answered(
        "an answer without a name", b"{}", A(response_conformance.SCHEMA, ME, At(200, pointer="/name"), shown=UNSEEN)
    ),
    # the generator
    Row(
        "the generator: an item of another type",
        generated,
        [A(response_conformance.SCHEMA, LEAD, At(200, pointer="/tags/*"))],
    ),
    Row(
        "a worker: what it found",
        lambda: [pytest_workers._finding("read_back", LEAD, "documented")],
        [A(rules.READ_BACK, LEAD, shown=UNSEEN)],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_host_or_a_client_that_is_wrong_is_accused(row: Row) -> None:
    assert_accused(row)
