"""The HAR of the proxy: no value of an account, and whoever learns from it learns what the traffic itself shows."""

import json
from pathlib import Path
from typing import Any

import pytest
from test_learn import CONTRACT, DIFFERENT, GAPS, LEAD, exchange, leads, oldest_first, organization, refusal

from contracts.learn.gap_ledger import asked_words
from contracts.learn.observed_file import learn
from contracts.learn.sources import load_source
from contracts.proxy.made_up_exchanges import MadeUpExchanges
from contracts.proxy.made_up_values import MadeUpValues
from contracts.report.har import ExchangeLog, har_text
from contracts.shapes.exchanges import Fact, ShapedExchange
from contracts.shapes.observer import Observer, now
from contracts.shapes.shaping import Place
from contracts.shapes.vocabulary import Vocabulary
from contracts.transport.exchange import Exchange
from contracts.transport.redaction import ReportRedactor

CANARIES = ("Canary", "canary", "+61491570006", "0491", "ld_can", "Sydney", "88213377", "2026-03", "sk_live")
MOMENTS = ("2026-03-01T05:06:07.089Z", "2026-03-04 05:06:07+10:00")
MORE = [
    exchange("PUT", "/v1/leads/ld_canary", 200, {"lead": {**LEAD, "phone": None}},
             {"phone": None, "suburb": "Canary7"}),
    exchange("PUT", "/v1/leads/ld_canary", 200, {"lead": {**LEAD, "suburb": "B"}}, {"suburb": "Canary7"}),
    exchange("DELETE", "/v1/leads/ld_canary", 200, {"message": "Canary7"}),
    exchange("GET", "/v1/leads/ld_canary", 404, refusal(404, "Canary7 is gone")),
    exchange("GET", "/v1/leads?limit=1&page=9&suburb=Canary7&Canary7=1", 200, {**leads(MOMENTS[0]), "currentPage": 9}),
    exchange("GET", "/v1/leads", 200, {"leads": [], "totalPages": 1, "currentPage": 1, "totalCount": 0}),
    exchange("GET", "/v1/organization", 200, {"Canary7": {"+61491570006": 88213377}, "name": "canary@example.com"}),
    organization(website="https://canary7.example", socials={"0491570006": "88213377"}, timeFormat=88213377),
    exchange("GET", "/v1/inquiries", 200, {"inquiries": [{"createdAt": MOMENTS[1], "score": 88213377.5, "n": -3}]}),
    exchange("GET", "/Canary7/elsewhere", 404, {"canary": ["Canary7"]}),
    exchange("POST", "/v1/leads", 201, {"lead": {**LEAD, "id": "Canary-7f3a9c1e-0000-4000-8000-000000000000"}},
             {"firstName": "C", "email": "Canary7", "phone": "0491570006", "Canary7": [{"a": "88213377"}]}),
]  # fmt: skip
ALL = [*(row[0] for row in DIFFERENT), oldest_first(), *MORE]


def written(folder: Path, *exchanges: Exchange) -> Path:
    made_up, log = MadeUpExchanges(CONTRACT, asked_words(GAPS), "https://api.sophiie.ai"), ExchangeLog([])
    for one in exchanges:
        log.keep(made_up.replaced(one))
    text = har_text(log.kept, "proxy", "made up", ReportRedactor([], people=False))
    (folder / "a.har").write_text(text)
    return folder / "a.har"


def observed(*exchanges: Exchange) -> list[ShapedExchange]:
    observer = Observer(CONTRACT, asked_words(GAPS), now())
    return [observer.observe(one) for one in exchanges]


def test_no_value_is_in_the_file(tmp_path: Path) -> None:
    text = written(tmp_path, *ALL).read_text()
    assert [canary for canary in CANARIES if canary in text] == []


@pytest.mark.slow
@pytest.mark.parametrize("one", ALL, ids=[f"{one.method} {one.path} {at}" for at, one in enumerate(ALL)])
def test_the_file_shows_what_the_traffic_shows(tmp_path: Path, one: Exchange) -> None:
    known = organization()  # a file without any request to the API is none to learn from
    [expected, _], [found, _] = (
        observed(one, known),
        load_source(written(tmp_path, one, known), CONTRACT, asked_words(GAPS)).exchanges,
    )
    assert facts_of(found) == facts_of(expected)


def facts_of(it: ShapedExchange) -> dict[str, Any]:
    """Everything but the times, and the header fields that are not kept."""
    return {
        "operation": it.operation, "status": it.status, "facts": it.facts, "kept": it.kept, "altered": it.altered,
        "breaches": it.breaches, "order": it.order, "media": it.media, "parameters": it.parameters.keys(),
        "body": it.body and it.body.to_dict(), "sent": it.sent and it.sent.to_dict(),
    }  # fmt: skip


def test_one_record_stays_one_record(tmp_path: Path) -> None:
    paths = [exchange("GET", f"/v1/leads/{id}", 200, {**LEAD, "id": id}) for id in ("ld_a", "ld_b", "ld_a")]
    [one, other, again] = load_source(written(tmp_path, *paths), CONTRACT, asked_words(GAPS)).exchanges
    assert (one.subject, other.subject, again.subject) == ((1,), (2,), (1,))
    assert Fact.UNKNOWN_RECORD not in again.facts


def test_different_values_stay_different() -> None:
    made_up = MadeUpValues(CONTRACT)
    assert len({made_up.text(f"ld_{letter}") for letter in "abcdefghijklm"}) == 13
    anything = Place(CONTRACT.documents[0], {}, Vocabulary(CONTRACT, asked_words(GAPS)), "")
    assert len({made_up.number(number, anything) for number in range(1, 500)}) == 499


def test_all_of_it_together_is_learned_alike(tmp_path: Path) -> None:
    file = written(tmp_path, *ALL)
    found = learn(CONTRACT, GAPS, [load_source(file, CONTRACT, asked_words(GAPS))])
    kinds = {str(one.mismatch.kind) for one in found.differences}
    assert {str(row[1]) for row in DIFFERENT} <= kinds
    assert json.loads(file.read_text())["log"]["creator"]["name"] == "sophiie-mock proxy"
