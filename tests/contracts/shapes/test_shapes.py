"""Recordings: what they keep of an exchange, and that no value of one can get into them."""

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.errors import CannotRun
from contracts.shapes.exchanges import Breach, Fact, Keyword, Order, Part, ShapedExchange, ShapeRecording
from contracts.shapes.observer import Observer
from contracts.shapes.recording_file import is_recording, load_recording, save, to_text
from contracts.shapes.shape import Shape, load_shape
from contracts.shapes.text_classes import Kind, Size, TextFormat, size_of, text_class
from contracts.shapes.vocabulary import HeaderName, Name, Word, is_private
from contracts.spec.document import Contract, load
from contracts.spec.json_file import opened
from contracts.transport.exchange import Exchange

BEGAN = datetime(2026, 3, 4, tzinfo=UTC)
CANARIES = ("Canary7", "canary@example.com", "+61491570006", "ld_canary", "canaryname")
LEAD: dict[str, Any] = {
    "id": "ld_canary", "firstName": "Canary7", "lastName": None, "suburb": "Canary7", "email": "canary@example.com",
    "phone": "+61491570006", "businessName": None, "socials": {"canaryname": "Canary7"}, "status": "active",
    "createdAt": "2026-03-04T05:06:07.089Z", "nickName": "Canary7",
}  # fmt: skip


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load()


def exchange(method: str, path: str, status: int, answer: Any, sent: Any = None, **headers: str) -> Exchange:
    body = b"" if sent is None else json.dumps(sent).encode()
    asked = {"authorization": "Bearer sk_live_Canary7", **headers}
    given = {"content-type": "application/json", "x-request-id": "Canary7"}
    return Exchange(method, f"http://recorded{path}", asked, body, status, given, json.dumps(answer).encode())


def observed(contract: Contract, *exchanges: Exchange) -> list[ShapedExchange]:
    observer = Observer(contract, {"*": ["status"]}, BEGAN)
    return [observer.observe(one) for one in exchanges]


def page(*leads: Any, **more: Any) -> Any:
    return {"leads": list(leads), "totalPages": 1, "currentPage": 1, "totalCount": len(leads), **more}


def test_a_recording_of_the_first_version_can_be_read(contract: Contract, tmp_path: Path) -> None:
    kept = tmp_path / "recording.json"
    kept.write_bytes(gzip.decompress(Path(__file__).with_name("recording-1.json.gz").read_bytes()))
    recording = load_recording(opened(kept, ""), contract)
    assert (len(recording.exchanges), recording.day) == (40, date(2026, 11, 30))


@pytest.mark.parametrize(
    ("value", "kind"),
    [(5, Kind.INTEGER), (5.0, Kind.INTEGER), (1e20, Kind.INTEGER), (5.5, Kind.NUMBER), (True, Kind.BOOLEAN)],
)
def test_a_number_without_a_fraction_is_an_integer(contract: Contract, value: Any, kind: Kind) -> None:
    [seen] = observed(contract, exchange("GET", "/v1/leads", 200, page({"id": value})))
    assert seen.body is not None
    [item] = [part.items for name, part in seen.body.members.items() if str(name) == "leads"]
    assert item is not None
    assert [part.kinds for name, part in item.members.items() if str(name) == "id"] == [{kind}]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2026-03-04T05:06:07.089Z", TextFormat.MOMENT),
        ("2026-03-04T05:06:07+10:00", TextFormat.OTHER_MOMENT),
        ("2026-03-04", TextFormat.DATE),
        ("a@b.example", TextFormat.EMAIL),
        ("+61491570006", TextFormat.PHONE),
        ("https://a.example/x", TextFormat.URL),
        ("0b9c7f0e-5a6d-4c58-9d4f-0a1b2c3d4e5f", TextFormat.UUID),
        ("2000", TextFormat.DIGITS),
        ("Stone Bakery", TextFormat.PLAIN),
        ("", TextFormat.PLAIN),
    ],
)
def test_a_text_is_kept_as_its_form(text: str, form: TextFormat) -> None:
    assert text_class(text) == (form, size_of(len(text)))


@pytest.mark.parametrize(
    "broken",
    [
        {"kinds": frozenset(["Canary7"])},
        {"words": frozenset(["Canary7"])},
        {"members": {"Canary7": Shape()}},
        {"members": {Name("a"): "Canary7"}},
        {"optional": frozenset(["Canary7"])},
        {"items": "Canary7"},
    ],
)
def test_a_plain_text_cannot_be_made_part_of_a_shape(broken: Any) -> None:
    with pytest.raises((TypeError, AttributeError)):
        Shape(**broken)


@pytest.mark.parametrize(
    "broken",
    [
        {"parameters": {"canary": Shape()}},
        {"headers": frozenset(["canary"])},
        {"facts": frozenset(["canary"])},
        {"order": {Name("createdAt"): "canary"}},
        {"kept": frozenset(["canary"])},
        {"subject": ("canary",)},
        {"body": "canary"},
        {"media": "canary/x"},
    ],
)
def test_a_plain_text_cannot_be_made_part_of_an_exchange(broken: Any) -> None:
    with pytest.raises(TypeError):
        ShapedExchange(**{"minute": 0, "method": "GET", "operation": "", "subject": (), "status": 200, **broken})


@pytest.mark.parametrize("text", ["Jo Stone", "x", "jo@example.com", "+61491570006", "a" * 40, "1st", "über"])
def test_a_word_of_another_form_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="form") as refusal:
        Word(text)
    assert text not in str(refusal.value) or len(text) == 1


@pytest.mark.parametrize("name", ["firstName", "addressLine1", "email", "text", "policyTitle", "userId"])
def test_the_name_of_a_private_member_is_known(name: str) -> None:
    assert is_private(name)


@pytest.mark.parametrize("name", ["status", "role", "source", "direction", "destinationType"])
def test_the_name_of_a_closed_set_is_not_private(name: str) -> None:
    assert not is_private(name)


def test_no_value_of_an_exchange_is_in_the_file(contract: Contract) -> None:
    found = observed(
        contract,
        exchange("GET", "/v1/leads?limit=20&canaryQuery1x=Canary7", 200, page(LEAD, {**LEAD, "Canary7": 1})),
        exchange("GET", "/v1/leads/ld_canary", 200, LEAD),
        exchange("POST", "/v1/leads", 201, {"lead": LEAD}, LEAD),
        exchange("GET", "/v1/canaryname/Canary7", 404, {"message": "Canary7", "error": {"message": "canaryname"}}),
        exchange("GET", "/v1/leads", 400, {"message": "Canary7"}),
    )
    text = to_text(ShapeRecording(date(2026, 3, 4), (), found)).decode()
    assert [canary for canary in CANARIES if canary in text] == []
    assert "sk_live" not in text
    assert "nickName" in text
    assert '"active"' in text


def test_a_recording_reads_back_as_it_was_written(contract: Contract, tmp_path: Path) -> None:
    found = observed(contract, exchange("POST", "/v1/leads?x=1", 201, {"lead": LEAD}, {"firstName": "A", "zip": 1}))
    recording = ShapeRecording(date(2026, 3, 4), ("00",), found)
    save(recording, tmp_path / "a.json")
    whole = opened(tmp_path / "a.json", "")
    assert is_recording(whole)
    assert load_recording(whole, contract) == recording


@pytest.mark.parametrize(
    "broken",
    [
        {"operation": "GET /canary"},
        {"body": 7},
        {"body": "canary"},
        {"facts": ["canary"]},
        {"method": "canary"},
        {"headers": ["A b"]},
        {"status": "canary"},
    ],
)
def test_a_recording_that_was_changed_is_refused_with_its_place(
    contract: Contract, tmp_path: Path, broken: Any
) -> None:
    [one] = observed(contract, exchange("GET", "/v1/leads", 200, page(LEAD)))
    whole = json.loads(to_text(ShapeRecording(date(2026, 3, 4), (), [one])))
    whole["exchanges"][0] |= broken
    (tmp_path / "a.json").write_text(json.dumps(whole))
    with pytest.raises(CannotRun, match="/exchanges/0") as refusal:
        load_recording(opened(tmp_path / "a.json", ""), contract)
    assert "canary" not in str(refusal.value)


def test_a_member_that_some_objects_lack_is_optional(contract: Contract) -> None:
    [one] = observed(contract, exchange("GET", "/v1/leads", 200, page({"id": "ld_1", "phone": None}, {"id": "ld_2"})))
    assert one.body is not None
    item = one.body.at(["leads", "*"])
    assert item is not None
    assert item.optional == {"phone"}
    assert item.members[Name("phone")].kinds == {Kind.NULL}
    assert one.body.members[Name("leads")].counts == {Size.FEW}


def test_merging_is_the_same_in_either_order(contract: Contract) -> None:
    one, two = (
        it.body
        for it in observed(
            contract,
            exchange("GET", "/v1/leads", 200, page(LEAD)),
            exchange("GET", "/v1/leads", 200, page({"id": 7}, nothing=None)),
        )
    )
    assert one is not None
    assert two is not None
    assert one.merge(two).to_dict() == two.merge(one).to_dict()
    assert load_shape(one.merge(two).to_dict()) == one.merge(two)


def test_what_a_request_broke_is_told_by_place_and_keyword(contract: Contract) -> None:
    [one] = observed(contract, exchange("POST", "/v1/leads?canary=1", 400, {}, {"firstName": "A", "Canary7": 1}))
    assert one.breaches == (
        Breach(Part.BODY, (Name("*"),), Keyword.UNKNOWN),
        Breach(Part.BODY, (Name("firstName"),), Keyword.MIN_LENGTH),
        Breach(Part.QUERY, (Name("canary"),), Keyword.UNKNOWN),
    )


def test_the_course_of_a_record_is_kept_without_its_id(contract: Contract) -> None:
    lead = {"id": "ld_canary"}
    steps = observed(
        contract,
        exchange("GET", "/v1/leads", 200, page(lead)),
        exchange("DELETE", "/v1/leads/ld_canary", 200, {"message": "gone"}),
        exchange("DELETE", "/v1/leads/ld_canary", 404, {}),
        exchange("GET", "/v1/leads", 200, page()),
        exchange("GET", "/v1/leads/ld_other", 404, {}),
        exchange("GET", "/v1/leads", 200, page(lead)),
    )
    assert [step.subject for step in steps] == [(), (1,), (1,), (), (2,), ()]
    assert Fact.AFTER_DELETE in steps[2].facts
    assert Fact.LEAVES_OUT_DELETED in steps[3].facts
    assert Fact.UNKNOWN_RECORD in steps[4].facts
    assert Fact.HOLDS_DELETED in steps[5].facts


def test_facts_of_an_answer_tell_no_value(contract: Contract) -> None:
    moments = [f"2026-03-0{day}T05:06:07.089Z" for day in (3, 2, 1)]
    leads = [{"id": f"xx_{moment}", "createdAt": moment} for moment in moments]
    told = {"success": False, "message": "Invalid or expired token"}
    listed, refused, other = observed(
        contract,
        exchange("GET", "/v1/leads?limit=2", 200, page(*leads, totalPages=2)),
        exchange("GET", "/v1/leads", 401, {**told, "error": {"status": 401, "message": told["message"]}}),
        exchange("GET", "/v1/leads", 401, {**told, "message": "No", "error": {"status": 403}}),
    )
    assert listed.order == {Name("createdAt"): Order.NEWEST_FIRST}
    assert {Fact.PAGES_ROUNDED_UP, Fact.OTHER_ID} <= listed.facts
    assert {Fact.TEXT_AS_DOCUMENTED, Fact.STATUS_REPEATED} <= refused.facts
    assert {Fact.TEXT_OTHER, Fact.STATUS_OTHER} <= other.facts


def test_members_that_an_answer_repeats_are_told_by_name(contract: Contract) -> None:
    [one] = observed(
        contract,
        exchange("PUT", "/v1/leads/ld_1", 200, {"lead": {"firstName": "A", "suburb": "B"}},
                 {"firstName": "A", "suburb": "C", "phone": None}),
    )  # fmt: skip
    assert [sorted(names) for names in (one.kept, one.altered)] == [["firstName"], ["suburb"]]
    assert HeaderName("x-request-id") in one.headers
