"""What recordings say of the contract: every difference and no other, gaps answered, and no value of anybody."""

import functools
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from messages import assert_message

from contracts.cli.learn import command
from contracts.learn.conditions import parse_conditions
from contracts.learn.contract_comparison import ContractComparison
from contracts.learn.gap_answers import GapAnswer, Verdict, answer_gaps
from contracts.learn.gap_ledger import asked_words, load_ledger
from contracts.learn.observed_file import Learned, learn
from contracts.shapes.exchanges import ShapeRecording
from contracts.shapes.observer import Observer
from contracts.spec.document import Contract, load
from contracts.transport.exchange import Exchange

BEGAN = datetime(2026, 3, 4, tzinfo=UTC)
GAPS = load_ledger()
MOMENT = "2026-03-04T05:06:07.089Z"
LEAD: dict[str, Any] = {
    "id": "ld_canary", "firstName": "Canary7", "lastName": None, "email": "canary@example.com", "phone": "+61491570006",
    "suburb": "Canary7", "businessName": None, "socials": {}, "status": "active", "createdAt": MOMENT,
}  # fmt: skip
ORGANIZATION: dict[str, Any] = {
    "id": "org_a1", "name": "Canary7", "businessPhone": None, "website": None, "socials": {},
    "timeZone": "Australia/Sydney", "country": "AU", "currency": "AUD", "timeFormat": 12, "weekStart": "Monday",
}  # fmt: skip
CONTRACT = load()


@pytest.fixture(scope="module")
def contract() -> Contract:
    return CONTRACT


def exchange(method: str, path: str, status: int, answer: Any, sent: Any = None, **more: str) -> Exchange:
    body = b"" if sent is None else json.dumps(sent).encode()
    headers = {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in more.items()}}
    asked = {"authorization": "Bearer x", "content-type": "application/json"}
    return Exchange(method, f"http://recorded{path}", asked, body, status, headers, json.dumps(answer).encode())


def learned(*exchanges: Exchange) -> Learned:
    observer = Observer(CONTRACT, asked_words(GAPS), BEGAN)
    recording = ShapeRecording(date(2026, 3, 4), (), [observer.observe(one) for one in exchanges])
    return learn(CONTRACT, GAPS, [recording])


def answer(found: Learned, gap: str) -> GapAnswer:
    return next(one for one in found.answers if one.gap.id == gap)


def organization(**changed: Any) -> Exchange:
    return exchange("GET", "/v1/organization", 200, {**ORGANIZATION, **changed})


def refusal(status: int, text: str = "No") -> Any:
    return {"success": False, "message": text, "error": {"status": status, "message": text}}


def without(name: str) -> Exchange:
    value = {key: member for key, member in ORGANIZATION.items() if key != name}
    return exchange("GET", "/v1/organization", 200, value)


def leads(*created: str) -> Any:
    rows = [{**LEAD, "createdAt": at} for at in created]
    return {"leads": rows, "totalPages": 1, "currentPage": 1, "totalCount": len(rows)}


DIFFERENT: list[tuple[Exchange, str, str, str]] = [
    (organization(extra=1), "undeclared field", "/extra", "a field"),
    (organization(timeFormat="12"), "type", "/timeFormat", "string"),
    (organization(name=None), "null", "/name", "null"),
    (without("currency"), "absent field", "/currency", "never there"),
    (exchange("GET", "/v1/organization", 203, ORGANIZATION), "status", "", "203"),
    (exchange("GET", "/v1/organization", 200, ORGANIZATION, x_plan="Canary7"), "header", "", "the header x-plan"),
    (exchange("GET", "/v1/organization", 401, refusal(401)), "error text", "/message", "another text"),
    (exchange("GET", "/v1/organization", 401, {**refusal(401), "error": {"status": 400, "message": "No"}}),
     "error status", "/error/status", "the body has another status"),
    (exchange("POST", "/v1/leads", 200, {"lead": LEAD}, {"firstName": "Ana"}), "status", "", "200"),
    (exchange("POST", "/v1/leads", 201, {"lead": {**LEAD, "id": "7f"}}, {"firstName": "Ana"}), "id form", "/id",
     "ids begin in another way"),
    (exchange("POST", "/v1/leads", 201, {"lead": {**LEAD, "createdAt": "2026-03-04"}}, {"firstName": "Ana"}),
     "format", "/lead/createdAt", "date"),
    (exchange("POST", "/v1/leads", 201, {"lead": LEAD}, {"firstName": "A"}), "accepted request", "/firstName", "201"),
    (exchange("GET", "/v1/leads?limit=1", 200, {**leads(MOMENT), "totalPages": 3}), "paging", "/totalPages",
     "another number of pages"),
    (exchange("GET", "/v1/organization", 200, ORGANIZATION, content_type="text/html"), "media type", "", "text/html"),
]  # fmt: skip


@pytest.mark.parametrize(("different", "kind", "place", "got"), DIFFERENT, ids=[row[1] + row[2] for row in DIFFERENT])
def test_a_difference_is_named_with_its_place(different: Exchange, kind: str, place: str, got: str) -> None:
    found = [(str(it.mismatch.kind), it.mismatch.pointer, it.mismatch.got) for it in learned(different).differences]
    assert (kind, place, got) in found


def test_traffic_as_documented_differs_in_nothing() -> None:
    found = learned(
        organization(),
        exchange("POST", "/v1/leads", 201, {"lead": LEAD}, {"firstName": "Ana"}),
        exchange("GET", "/v1/organization", 401, refusal(401, "Invalid or expired token")),
    )
    assert [one.describe() for one in found.differences] == []
    assert found.actions == []


def test_a_difference_says_how_often_it_was_seen() -> None:
    [one] = learned(organization(), organization(name=None), organization(name=None)).differences
    assert (one.count, one.of) == (2, 3)
    assert_message(one.evidence)


def oldest_first() -> Exchange:
    return exchange("GET", "/v1/leads", 200, leads("2026-03-01T05:06:07.089Z", MOMENT))


def lead_made(id: str, status: int = 201, **changed: str) -> Exchange:
    sent = {"firstName": "Canary7", "email": LEAD["email"], "phone": LEAD["phone"], **changed}
    answer = {"lead": {**LEAD, **changed, "id": id}} if status == 201 else refusal(status)
    return exchange("POST", "/v1/leads", status, answer, sent)


def removed(id: str) -> Exchange:
    return exchange("DELETE", f"/v1/leads/{id}", 200, {"message": "x"})


def inquiries(*leads: str) -> Exchange:
    rows = [{"id": f"in_{lead}", "leadId": lead} for lead in leads]
    return exchange("GET", "/v1/inquiries", 200, {"inquiries": rows})


ANSWERED: list[tuple[str, Callable[[], list[Exchange]], Verdict, str]] = [
    ("lead-create-status", lambda: [exchange("POST", "/v1/leads", 200, {"lead": LEAD}, {"firstName": "Ana"})],
     Verdict.CONTRADICTED, "lead-create-status=200"),
    ("lead-create-status", lambda: [exchange("POST", "/v1/leads", 201, {"lead": LEAD}, {"firstName": "Ana"})],
     Verdict.CONFIRMED, ""),
    ("lead-suburb-required", lambda: [exchange("POST", "/v1/leads", 400, refusal(400), {"firstName": "Ana"})],
     Verdict.CONTRADICTED, "lead-suburb-required=yes"),
    ("lead-first-name-length", lambda: [exchange("POST", "/v1/leads", 201, {"lead": LEAD}, {"firstName": "A"})],
     Verdict.CONTRADICTED, "lead-first-name-length=1"),
    ("unknown-body-keys", lambda: [exchange("PUT", "/v1/leads/ld_1", 400, refusal(400), {"zip": "2000"})],
     Verdict.CONTRADICTED, "unknown-body-keys=rejected"),
    ("empty-update", lambda: [exchange("PUT", "/v1/leads/ld_1", 200, {"lead": LEAD}, {})], Verdict.CONFIRMED, ""),
    ("null-clears-field",
     lambda: [exchange("PUT", "/v1/leads/ld_1", 200, {"lead": {**LEAD, "phone": None}}, {"phone": None})],
     Verdict.CONFIRMED, ""),
    ("list-order", lambda: [oldest_first()], Verdict.CONTRADICTED, ""),
    ("unknown-query-parameters", lambda: [exchange("GET", "/v1/faqs?foo=1", 400, refusal(400))],
     Verdict.CONTRADICTED, ""),
    ("second-delete",
     lambda: [exchange("DELETE", "/v1/leads/ld_1", status, {"message": "x"}) for status in (200, 404)],
     Verdict.CONFIRMED, ""),
    ("unknown-path", lambda: [exchange("GET", "/v1/nothing", 404, {"oops": 1}), organization()],
     Verdict.CONTRADICTED, ""),
    ("rate-limit-headers", lambda: [exchange("GET", "/v1/organization", 200, ORGANIZATION, x_ratelimit_limit="60")],
     Verdict.CONTRADICTED, ""),
    ("lead-conflict", lambda: [lead_made("ld_a"), lead_made("ld_b", 409)], Verdict.CONFIRMED, ""),
    ("lead-conflict", lambda: [lead_made("ld_a"), lead_made("ld_b", 409, email="b@example.com")],
     Verdict.CONFIRMED, ""),
    ("lead-conflict", lambda: [lead_made("ld_a"), lead_made("ld_b", email="b@example.com")],
     Verdict.CONTRADICTED, ""),
    ("lead-conflict", lambda: [lead_made("ld_a"), removed("ld_a"), lead_made("ld_b")], Verdict.OPEN, ""),
    ("lead-conflict", lambda: [lead_made("ld_a"), lead_made("ld_b", 409, email="b@example.com", phone="+61255500001")],
     Verdict.OPEN, ""),
    ("lead-delete-related", lambda: [inquiries("ld_a"), removed("ld_a"), inquiries()], Verdict.CONFIRMED, ""),
    ("lead-delete-related", lambda: [inquiries("ld_a"), removed("ld_a"), inquiries("ld_a")], Verdict.CONTRADICTED, ""),
    ("lead-delete-related", lambda: [inquiries("ld_a"), inquiries()], Verdict.OPEN, ""),
    ("sandbox-keys", lambda: [organization()], Verdict.OPEN, ""),
    ("call-response", lambda: [organization()], Verdict.OPEN, ""),
]  # fmt: skip


@pytest.mark.parametrize(("gap", "made", "verdict", "assumption"), ANSWERED, ids=[f"{r[0]} {r[2]}" for r in ANSWERED])
def test_a_gap_is_answered_by_its_evidence(gap: str, made: Any, verdict: Verdict, assumption: str) -> None:
    found = answer(learned(*made()), gap)
    assert (found.verdict, found.assumption) == (verdict, assumption)


def test_divided_evidence_switches_nothing() -> None:
    both = [exchange("POST", "/v1/leads", status, {"lead": LEAD}, {"firstName": "Ana"}) for status in (200, 201)]
    found = answer(learned(*both), "lead-create-status")
    assert (found.verdict, found.assumption) == (Verdict.CONTRADICTED, "")


@pytest.mark.parametrize("text", ["stats 200", "fact NOTHING"])
def test_a_condition_that_nobody_knows_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no "):
        parse_conditions(text)


def test_every_gap_of_the_ledger_can_be_asked(contract: Contract) -> None:
    observer = Observer(contract, asked_words(GAPS), BEGAN)
    seen = [observer.observe(one) for one, *_ in DIFFERENT]
    comparison = ContractComparison(contract)
    assert len(answer_gaps(GAPS, [ShapeRecording(date(2026, 3, 4), (), seen)], comparison.agrees)) == len(GAPS)


# --- the verb ---------------------------------------------------------------------------------------------------------


def har(*exchanges: Exchange) -> Any:
    entries = []
    for number, one in enumerate(exchanges):
        request: dict[str, Any] = {
            "method": one.method,
            "url": one.url.replace("http://recorded", "https://api.sophiie.ai"),
            "headers": [{"name": name, "value": value} for name, value in one.sent_headers.items()],
        }
        if one.sent_body:
            request["postData"] = {"mimeType": "application/json", "text": one.sent_body.decode()}
        kind = one.headers["content-type"]
        response = {"status": one.status, "headers": [{"name": n, "value": v} for n, v in one.headers.items()],
                    "content": {"mimeType": kind, "text": one.body.decode()}}  # fmt: skip
        entries.append(
            {"request": request, "response": response, "startedDateTime": f"2026-03-04T05:{number:02}:00.000Z"}
        )
    return {"log": {"version": "1.2", "entries": entries}}


def run(folder: Path, *arguments: str) -> Any:
    return CliRunner().invoke(command, [*arguments, "-o", str(folder / "observed.yaml")], standalone_mode=False)


def test_no_file_and_no_output_holds_a_value(tmp_path: Path) -> None:
    (tmp_path / "a.har").write_text(json.dumps(har(*(row[0] for row in DIFFERENT), oldest_first())))
    shown = run(tmp_path, str(tmp_path / "a.har"), "--record", str(tmp_path / "shapes.json"), "-v")
    assert shown.return_value == 0
    texts = [shown.output, (tmp_path / "observed.yaml").read_text(), (tmp_path / "shapes.json").read_text()]
    canaries = ("Canary7", "canary@example.com", "+61491570006", "ld_canary", "Sydney")
    assert [canary for canary in canaries for text in texts if canary in text] == []


def test_a_recording_is_learned_from_as_the_traffic_was(tmp_path: Path) -> None:
    (tmp_path / "a.har").write_text(json.dumps(har(*(row[0] for row in DIFFERENT))))
    run(tmp_path, str(tmp_path / "a.har"), "--record", str(tmp_path / "shapes.json"))
    first = (tmp_path / "observed.yaml").read_text()
    run(tmp_path, str(tmp_path / "shapes.json"))
    assert (tmp_path / "observed.yaml").read_text() == first


def test_the_file_is_an_overlay_with_evidence_in_each_action(tmp_path: Path) -> None:
    (tmp_path / "a.har").write_text(json.dumps(har(organization(extra=1), organization(extra=None))))
    run(tmp_path, str(tmp_path / "a.har"))
    overlay = yaml.safe_load((tmp_path / "observed.yaml").read_text())
    assert overlay["overlay"] == "1.0.0"
    field = overlay["actions"][0]
    assert field["update"] == {"extra": {"type": ["integer", "null"], "x-provenance": "observed"}}
    assert field["x-evidence"] == {"count": 2, "of": 2, "first": "2026-03-04", "last": "2026-03-04"}
    assert all(action["description"] for action in overlay["actions"])


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"log": {}}', '{"form": "sophiie-mock shapes 9"}'])
def test_what_is_no_source_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    shown = run(tmp_path, str(tmp_path / "a.json"))
    assert shown.return_value == 2
    assert "Traceback" not in shown.output
    assert not (tmp_path / "observed.yaml").exists()


@pytest.mark.parametrize("place", [["left_out"], ["exchanges", 0, "minute"], ["exchanges", 0, "status"]])
def test_a_recording_with_a_number_of_no_sense_is_refused(tmp_path: Path, place: list[Any]) -> None:
    """It could not be written again."""
    (tmp_path / "a.har").write_text(json.dumps(har(organization())))
    run(tmp_path, str(tmp_path / "a.har"), "--record", str(tmp_path / "shapes.json"))
    recording = json.loads((tmp_path / "shapes.json").read_text())
    *above, last = place
    functools.reduce(lambda node, step: node[step], above, recording)[last] = 10**40
    (tmp_path / "shapes.json").write_text(json.dumps(recording))
    shown = run(tmp_path, str(tmp_path / "shapes.json"), "--record", str(tmp_path / "again.json"))
    assert shown.return_value == 2
    assert f"/{'/'.join(map(str, place[:2]))})" in shown.output


def test_a_source_for_another_api_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.har").write_text(json.dumps(har(exchange("GET", "/elsewhere", 200, {}))))
    assert run(tmp_path, str(tmp_path / "a.har")).return_value == 2


def test_json_tells_every_gap(tmp_path: Path) -> None:
    (tmp_path / "a.har").write_text(json.dumps(har(organization())))
    told = json.loads(run(tmp_path, str(tmp_path / "a.har"), "--json").output)
    assert [gap["id"] for gap in told["gaps"]] == [gap.id for gap in GAPS]
    assert told["differences"] == []
