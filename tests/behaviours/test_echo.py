"""Answers that no record is behind say again what the request said: calculations, uploads, reports of a range."""

from collections.abc import Callable
from pathlib import Path

import pytest
from foreign import COUNT, FLAG, TEXT, Foreign, having, listing, operation, query

Serve = Callable[..., Foreign]
QUOTE = {**having(id=TEXT, weight=COUNT, express=FLAG, unit_price=COUNT), "required": ["id", "weight"]}


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    return lambda **paths: Foreign(tmp_path, {f"/{name}": item for name, item in paths.items()})


def test_a_calculation_shows_what_it_was_asked_with_names_in_any_spelling(serve: Serve) -> None:
    api = serve(quotes={"post": operation(QUOTE, body=having(weight=COUNT, express=FLAG, unitPrice=COUNT))})
    made = api.good("POST", "/quotes", {"weight": 70_001, "express": False, "unitPrice": 70_002})
    assert (made["weight"], made["express"], made["unit_price"]) == (70_001, False, 70_002)
    assert made["id"]


def test_what_an_answer_has_one_level_down_is_shown_there(serve: Serve) -> None:
    inner = having(name=TEXT, size=COUNT)
    api = serve(quotes={"post": operation(having(id=TEXT, data=inner), body=having(data=having(name=TEXT)))})
    assert api.good("POST", "/quotes", {"data": {"name": "mine"}})["data"]["name"] == "mine"


def test_several_in_a_body_are_answered_one_by_one(serve: Serve) -> None:
    api = serve(quotes={"post": operation(listing(QUOTE), body=listing(having(weight=COUNT)))})
    assert [it["weight"] for it in api.good("POST", "/quotes", [{"weight": n} for n in (3, 1, 2)])] == [3, 1, 2]


def test_a_value_that_the_answer_does_not_admit_is_not_shown(serve: Serve) -> None:
    answer = {**having(weight={"type": "integer", "maximum": 9}, secret={**TEXT, "writeOnly": True})}
    api = serve(quotes={"post": operation(answer, body=having(weight=COUNT, secret=TEXT))})
    made = api.good("POST", "/quotes", {"weight": 70_001, "secret": "x"})
    assert made["weight"] <= 9
    assert "secret" not in made


def test_what_was_asked_decides_over_what_was_made_up_beside_it(serve: Serve) -> None:
    home = {"properties": {"kind": {"const": "home"}, "street": TEXT}, "required": ["street"]}
    shop = {"properties": {"kind": {"const": "shop"}, "sign": TEXT}, "required": ["sign"]}
    place = {"type": "object", "required": ["kind"], "oneOf": [home, shop], "unevaluatedProperties": False}
    api = serve(places={"post": operation(place, body=place)})
    for sent in ({"kind": "home", "street": "a"}, {"kind": "shop", "sign": "b"}):
        assert api.good("POST", "/places", sent) == sent


def test_an_example_of_the_document_is_answered_as_it_is(serve: Serve) -> None:
    post = operation(QUOTE, body=having(weight=COUNT))
    post["responses"]["200"]["content"]["application/json"]["example"] = {"id": "q1", "weight": 5}
    assert serve(quotes={"post": post}).good("POST", "/quotes", {"weight": 7}) == {"id": "q1", "weight": 5}


def test_a_report_is_of_the_range_that_was_asked_for(serve: Serve) -> None:
    day = {"type": "string", "format": "date"}
    report = {**having(**{"from": day, "to": day, "total": COUNT}), "required": ["from", "to", "total"]}
    api = serve(stats={"get": operation(report, parameters=query("from", "to", schema=day))})
    asked = api.get("/stats?from=2026-01-01&to=2026-02-01")
    assert (asked["from"], asked["to"]) == ("2026-01-01", "2026-02-01")
    assert api.get("/stats?from=2026-01-05")["from"] == "2026-01-05"
    assert api.get("/stats")["from"] == api.get("/stats")["from"]
