"""The organization: two shapes of the same people, and the catalogue."""

import pytest
from desk import Desk


def test_both_lists_of_members_show_the_same_people_in_the_same_order(api: Desk) -> None:
    users, memberships = api.all("/v1/members"), api.all("/v1/organization/members", limit=2)
    shared = ("role", "firstName", "lastName", "isDisabled", "responsibility")
    assert [[it[name] for name in shared] for it in users] == [[it[name] for name in shared] for it in memberships]
    assert [it["email"] for it in users] == [it["user"]["email"] for it in memberships]
    assert all(isinstance(it["id"], str) for it in users)
    assert all(type(it["id"]) is int for it in memberships)
    assert len({it["id"] for it in memberships}) == len(memberships) == api.get("/v1/members")["totalCount"]


@pytest.mark.parametrize("kind", ["services", "products"])
def test_the_catalogue_is_grouped_and_its_totals_are_right(api: Desk, kind: str) -> None:
    catalogue = api.get(f"/v1/organization/{kind}")
    categories = catalogue["categories"]
    held = [item for category in categories for item in category[kind]]
    assert catalogue["totalCategories"] == len(categories) > 1
    assert catalogue[f"total{kind.capitalize()}"] == len(held) == len(api.records(kind))
    assert sorted(item["id"] for item in held) == sorted(item["id"] for item in api.records(kind))
    for category in categories:
        assert category["type"] == kind.upper()[:-1]
        assert category[kind], "an empty category is not listed"
        assert {item["tradeCategoryId"] for item in category[kind]} == {category["id"]}


def test_a_category_without_entries_is_not_listed(api: Desk) -> None:
    before = api.get("/v1/organization/services")["totalCategories"]
    with api.app.state.workspaces.transaction(api.workspace) as tx:
        tx.put("trade_categories", 999, {"id": 999, "name": "Roofs", "type": "SERVICE"})
    assert api.get("/v1/organization/services")["totalCategories"] == before


def test_the_organization_and_its_hours_are_one_record_each(api: Desk) -> None:
    (organization,) = api.records("organization")
    assert api.get("/v1/organization") == {name: organization[name] for name in api.get("/v1/organization")}
    assert len(api.get("/v1/organization/availability")["days"]) == 7
