"""The world on the document that is served: ours needs nothing made up, another one gets what it asks for."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.app import load_contract
from mock_server.config.settings import Settings
from mock_server.spec.contract import Contract
from mock_server.spec.document import parse as document
from mock_server.store.base import Layer
from mock_server.store.state import WorkspaceState
from mock_server.workspaces.fitting import completing, timestamps, valid
from mock_server.workspaces.seeding import DocumentIds, refitting, seeded
from mock_server.world.build import build
from mock_server.world.clock import parse, stamp
from mock_server.world.ids import FIRST_FREE_INDEX, rng
from mock_server.world.recipe import Recipe, load_recipe

OURS = load_contract(Settings())
WIDGETS = load_contract(Settings(spec=str(Path(__file__).parents[1] / "documents" / "widgets.yaml")))
START = parse("2026-03-04T05:06:07Z")
KEPT_BY_OTHERS = {"organization/members", "organization/services", "organization/products"}


def recipe(name: str) -> Recipe:
    found = load_recipe(name)
    return replace(found, leads=min(found.leads, 200))  # a sample of the busy one


def never() -> Any:
    raise AssertionError("something had to be made up")


@pytest.mark.parametrize("name", ["default", "small", "empty", "edge", "busy"])
def test_every_record_of_our_worlds_is_whole_and_valid_in_every_shape_as_it_is(name: str) -> None:
    for kind, records in build(recipe(name), 1, START, DocumentIds(OURS, 1)).items():
        family = OURS.families.get(kind)
        for record in records if family else ():
            assert family is not None
            assert completing(family)(record, never) is record, (kind, record)
            for view in family.views:
                view.render(record)


@given(st.integers(0, 2**32), st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))
@settings(max_examples=10)
def test_so_are_those_of_any_seed_and_time(seed: int, start: datetime) -> None:
    told = build(recipe("small"), seed, parse(start.isoformat()), DocumentIds(OURS, seed))
    for kind, records in told.items():
        if family := OURS.families.get(kind):
            fit = completing(family)
            assert all(fit(record, never) is record for record in records)


def test_on_our_document_a_workspace_holds_the_world_and_nothing_else() -> None:
    state = seeded(OURS, recipe("small"), 1, START)
    told = build(recipe("small"), 1, START, DocumentIds(OURS, 1))
    assert {kind: [row.record for row in state.rows(kind)] for kind in state.kinds} == told
    assert set(OURS.families) - set(state.kinds) == KEPT_BY_OTHERS | {
        f"api/webhooks/zapier/{kind}" for kind in ("leads", "inquiries", "appointments")
    }


def content(state: WorkspaceState) -> dict[str, list[Mapping[str, Any]]]:
    return {kind: [row.record for row in state.rows(kind)] for kind in state.kinds}


def test_the_same_seed_and_start_give_the_same_records_on_any_document() -> None:
    for contract in (OURS, WIDGETS):
        one, two = (content(seeded(contract, recipe("small"), 7, START)) for _ in range(2))
        assert one == two
        assert one != content(seeded(contract, recipe("small"), 8, START))


def test_kinds_without_a_story_get_a_few_records_of_the_past_below_their_parents() -> None:
    state = seeded(WIDGETS, recipe("small"), 1, START)
    widgets, parts = content(state)["widgets"], content(state)["widgets/parts"]
    assert len(widgets) == len(parts) == recipe("small").generic == 3
    assert [it["createdAt"] for it in widgets] == [f"2026-03-0{day}T05:06:07.000Z" for day in (1, 2, 3)]
    assert {part["widget_id"] for part in parts} == {it["uuid"] for it in widgets}
    assert [state.rows("status")[0].record["machines"] >= 1, len(state.rows("status"))] == [True, 1]
    assert not seeded(WIDGETS, replace(recipe("small"), generic=0), 1, START).rows("widgets")


def test_ids_are_as_the_document_wants_them_and_never_two_alike() -> None:
    ids, family = DocumentIds(WIDGETS, 1), WIDGETS.families["widgets"]
    made = [ids.make("widgets", index) for index in (*range(500), *range(FIRST_FREE_INDEX, FIRST_FREE_INDEX + 500))]
    assert family.id_schema is not None
    assert all(family.id_schema.accepts(id) for id in made)
    assert len(set(made)) == len(made)
    assert made[:500] == [DocumentIds(WIDGETS, 1).make("widgets", index) for index in range(500)]
    assert made[0] != DocumentIds(WIDGETS, 2).make("widgets", 0)
    assert DocumentIds(WIDGETS, 1).make("widgets/parts", 4) == 5
    assert str(DocumentIds(OURS, 1).make("leads", 0)).startswith("ld_")


FAMILY = WIDGETS.families["widgets"]
GOOD = seeded(WIDGETS, recipe("small"), 1, START).rows("widgets")[0].record
names = st.sampled_from(sorted(FAMILY.fields))
garbage = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3), st.just([]), st.just({"width": "x"}))


@given(
    st.dictionaries(st.sampled_from(sorted(FAMILY.fields)), garbage), st.sets(st.sampled_from(sorted(FAMILY.fields)))
)
def test_whatever_a_record_holds_it_becomes_valid_and_keeps_what_was_right(
    wrong: dict[str, Any], absent: set[str]
) -> None:
    record = {name: value for name, value in {**GOOD, "hidden": 1, **wrong}.items() if name not in absent}
    made = valid(FAMILY, record, lambda: rng(1, "x"))
    assert all(view.schema.accepts(view.project(made)) for view in FAMILY.views)
    right = [name for name in record if name not in wrong]
    assert {name: made[name] for name in right} == {name: record[name] for name in right}
    assert valid(FAMILY, made, never) is made
    assert made == valid(FAMILY, record, lambda: rng(1, "x"))
    assert made.keys() - record.keys() <= {name for shape in FAMILY.shapes for name in shape.required}


def test_a_record_of_the_world_gets_optional_fields_too() -> None:
    fit = completing(FAMILY)
    made = [fit({"id": str(GOOD["uuid"])}, partial(rng, 1, str(number))) for number in range(20)]
    assert all(record.keys() >= FAMILY.fields for record in made)
    assert {record["note"] is None for record in made} == {True, False}
    assert {record["labels"] == [] for record in made} == {True}, "a default is what a record starts with"
    assert len({record["code"] for record in made}) > 1


def test_no_record_is_invented_inside_another() -> None:
    """A property that only comes when asked for (`expand`) is not made up: it would be a record that no list has."""
    inquiry = seeded(OURS, recipe("small"), 1, START).rows("inquiries")[0].record
    assert "lead" in OURS.families["inquiries"].fields
    assert "lead" not in inquiry
    assert "lead" not in valid(OURS.families["inquiries"], {**inquiry, "tag": 5}, lambda: rng(1))


def tiny(properties: Mapping[str, Any], **more: Any) -> Contract:
    item = {"type": "object", "properties": {"id": {"type": "integer"}, **properties}}
    answer = {"description": "", "content": {"application/json": {"schema": {"type": "array", "items": item}}}}
    root = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/v1/things": {"get": {}}}}
    root["paths"]["/v1/things"]["get"]["responses"] = {"200": answer}  # type: ignore[index]
    return Contract([document({**root, **more}, "tiny")])


def test_times_come_in_the_form_that_the_document_has() -> None:
    forms = {
        "createdAt": {"type": "string", "format": "date-time"},
        "updated_on": {"type": "string", "format": "date"},
        "created": {"type": "integer"},
        "modifiedTime": {"type": "boolean"},
        "starts": {"type": "string", "format": "date-time"},
    }
    stamps = timestamps(tiny(forms).families["things"], stamp(START))
    assert {name: stamps[name] for name in list(forms)[:3]} == {
        "createdAt": "2026-03-04T05:06:07.000Z",
        "updated_on": "2026-03-04",
        "created": 1772600767,
    }
    assert "starts" not in stamps
    record = seeded(tiny(forms), recipe("empty"), 1, START)
    assert not record.rows("things")
    record = seeded(tiny(forms), replace(recipe("empty"), generic=1), 1, START)
    assert record.rows("things")[0].record["modifiedTime"] in (True, False)


def test_what_was_kept_under_another_document_is_fitted_when_it_is_taken_up() -> None:
    state = seeded(OURS, recipe("small"), 1, START)
    other = tiny({"title": {"type": "string"}, "weight": {"type": "number"}})
    rows = {**{kind: state.rows(kind) for kind in state.kinds}, "things": state.rows("policies")}
    layer = Layer(1, rows=rows, counters={"things": 3})
    taken = WorkspaceState.restored(layer, refitting(other, 1))
    assert dict(taken.counters) == {"things": 3}
    assert taken.rows("leads") == state.rows("leads")
    assert [row.id for row in taken.rows("things")] == [row.id for row in state.rows("policies")]
    wanted = tiny({"title": {"type": "integer"}})
    fitted = WorkspaceState.restored(layer, refitting(wanted, 1))
    assert all(type(row.record["title"]) is int for row in fitted.rows("things"))
    assert [row.key for row in fitted.rows("things")] == [row.key for row in state.rows("policies")]
