"""A page that joins valid items is valid: what allows us not to read every page again."""

from pathlib import Path

import pytest

from mock_server.app import load_contract
from mock_server.behaviours.pagination import PageWindow
from mock_server.config.settings import Settings
from mock_server.spec.contract import Contract
from mock_server.spec.generation import generate
from mock_server.spec.resources import Role
from mock_server.world.ids import rng

WIDGETS = str(Path(__file__).parent.parent / "documents/widgets.yaml")
CONTRACTS = {"ours": load_contract(Settings()), "theirs": load_contract(Settings(spec=WIDGETS))}
LISTS = [
    (name, key)
    for name, contract in CONTRACTS.items()
    for key, binding in contract.bindings.items()
    if binding.role is Role.LIST and binding.paging and binding.wrapper and not binding.wrapper.rest
]


@pytest.mark.parametrize(("name", "key"), LISTS, ids=lambda part: part)
def test_joining_valid_items_gives_a_valid_page(name: str, key: str) -> None:
    contract: Contract = CONTRACTS[name]
    wrapper, page = contract.bindings[key].wrapper, contract.operations[key].success.schema
    assert wrapper is not None
    assert page is not None
    made = [generate(wrapper.schema, rng(1, key, number), example=False) for number in range(100)]
    valid = [item for item in made if wrapper.view.schema.accepts(item)]
    assert len(valid) == 100
    for offset, limit, total in (
        (0, 50, 0),
        (0, 50, 1),
        (50, 50, 100),
        (100, 50, 100),
        (0, 1, 7),
        (999_950, 50, 1_000_000),
    ):
        figures = PageWindow(offset, limit).figures(total)
        items = valid[: max(0, min(limit, total - offset))]
        answer = wrapper.wrap(items, figures, lambda: rng(1))
        assert page.accepts(answer), page.problems(answer)


def test_one_wrong_item_makes_a_page_wrong() -> None:
    contract = CONTRACTS["ours"]
    wrapper, page = contract.bindings["GET /v1/leads"].wrapper, contract.operations["GET /v1/leads"].success.schema
    assert wrapper is not None
    assert page is not None
    wrong = {**generate(wrapper.schema, rng(1), example=False), "unreadCalls": "many"}
    assert not page.accepts(wrapper.wrap([wrong], PageWindow(0, 50).figures(1), lambda: rng(1)))


def test_there_are_lists_to_look_at() -> None:
    assert {"GET /v1/leads", "GET /v1/inquiries"} <= {key for _, key in LISTS}
    assert len({name for name, _ in LISTS}) == 2
