"""What a run leaves behind of a real host: no id, no text, no key of a map of what it answered."""

import json
from collections.abc import Mapping
from io import StringIO
from typing import Any

import pytest
from recording import HOST, KEY, FakeClock, recording
from rich.console import Console

from contracts.cli import epilogue
from contracts.learn.gap_ledger import asked_words, load_ledger
from contracts.options.options import Options
from contracts.report import terminal
from contracts.report.har import HarRecorder
from contracts.report.shapes_report import ShapeRecorder
from contracts.report.summary import RunReport
from contracts.report.writers import WRITERS
from contracts.run.run_plan import RunPlan
from contracts.run.session import RunSession, make_run
from contracts.spec.document import load
from contracts.transport.exchange import Exchange, shape
from contracts.transport.pacing import Pace
from contracts.transport.private_texts import PrivateTexts
from contracts.transport.redaction import ReportRedactor
from contracts.transport.target import Target
from mock_server.support.redaction import MASK

CONTRACT = load()
RECORD = "lead_q8Zk3TTc0nfidential"
INQUIRY = "inq_Vb71confidential"
CANARIES = (
    *(RECORD, INQUIRY, "Wilhelmina", "Kurrajong", "0491570006", "61491570157", "Pelican Street", "allergic"),
    "88213377",
)


def answer(method: str, path: str) -> tuple[int, Mapping[str, str], bytes]:
    """Wrong in many ways, and each holds data of somebody: as a value, an id, and as a key."""
    item = {
        "id": RECORD, "leadId": RECORD, "inquiryId": INQUIRY, "firstName": "Wilhelmina", "lastName": 'Kurra"Kurrajong',
        "phone": "0491570006", "status": "allergic to bees", "createdAt": "Pelican Street 4", "accountId": 88213377,
        "61491570157": {"Wilhelmina Kurrajong": RECORD}, "metadata": {RECORD: {"+61491570157": "allergic"}},
        "source": "Pelican Street", "count": "88213377",
    }  # fmt: skip
    other = {**item, "id": INQUIRY, "firstName": None}
    names = ("leads", "members", "inquiries", "faqs", "policies", "appointments", "transfers", "scenarios", "calls")
    body: dict[str, Any] = {name: [item, item, other] for name in names}
    body |= {"totalCount": 2, "totalPages": 7, **item, "lead": other, "data": [item], "Wilhelmina": "Kurrajong"}
    status = 500 if "organization" in path else 404 if path.count("/") > 3 else 200
    return status, {"content-type": "application/json", "x-owner": RECORD}, json.dumps(body).encode()


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    clock = FakeClock()
    pace = Pace(KEY, folder=tmp_path_factory.mktemp("pace"), clock=clock, sleep=clock.sleep)
    with recording(answer, clock) as host:
        target = Target(HOST, KEY, ids={})
        session = RunSession(RunPlan.of(CONTRACT, target, Options()), pace=pace, reroutes=host.reroutes)
        session.subscribe(HarRecorder(session.result))
        session.subscribe(ShapeRecorder(session.result, asked_words(load_ledger())))
        outcome = make_run(session)
    assert len(outcome.findings) > 10
    redactor = ReportRedactor([KEY], people=True)
    file = StringIO()
    console = Console(file=file, width=300)
    report = RunReport(outcome, redactor)
    terminal.write(report, console, verbose=True)
    epilogue.proposals(outcome, CONTRACT, redactor, console)
    epilogue.entries(outcome, redactor, console, wanted=True)
    return {kind: writer(RunReport(outcome, redactor)) for kind, writer in WRITERS.items()} | {
        "terminal": file.getvalue()
    }


@pytest.mark.parametrize("sink", [*WRITERS, "terminal"])
def test_nothing_that_a_real_host_answered_is_in_a_report(sink: str, outputs: dict[str, str]) -> None:
    assert [canary for canary in CANARIES if canary in outputs[sink]] == []
    assert len(outputs[sink]) > 1000


def test_a_shape_shows_the_names_of_the_document_only() -> None:
    value = {"id": "x", "Anna": {"id": 1}, "Ben": {"id": 2}, "+61 400": [{"Carl": None}]}
    assert shape(value, {"id"}) == f"{{id: text, {MASK}: {{id: integer}}, {MASK}: [{{{MASK}: null}}]}}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the record lead_q8Zk3", "the record ***"),
        ("name: 'Anna Smith'", "name: '***'"),
        ('name: "it\'s"', 'name: "***"'),
        ("name: 'cut sho", "name: '***'"),
        ("Anna Smith is not Anna Smithers", "*** is not Anna Smithers"),
        ("status: 'open'", "status: 'open'"),
        ("of 4711 records, number 12", "of *** records, number 12"),
    ],
)
def test_what_was_answered_is_masked_in_a_text_of_ours(text: str, shown: str) -> None:
    body = b'{"id": "lead_q8Zk3", "name": "Anna Smith", "status": "open", "rowId": 4711, "n": 12}'
    private = PrivateTexts({"id", "name", "status", "open"})
    private.seen(Exchange("GET", "https://h/", {}, b"", 200, {}, body, private=True))
    assert private.mask(text) == shown
