"""Lists: newest first, stable, in pages that are a partition of the list, with the right totals."""

from math import ceil

import pytest
from desk import Desk, items

LISTS = {
    "/v1/leads": "leads",
    "/v1/inquiries": "inquiries",
    "/v1/appointments": "appointments",
    "/v1/members": "members",
    "/v1/organization/members": "members",
    "/v1/faqs": "faqs",
    "/v1/policies": "policies",
    "/v1/scenarios": "scenarios",
    "/v1/transfers": "transfers",
}


def lists(api: Desk) -> dict[str, list[int | str]]:
    """The ids that each list must show, in order; nested lists under their first parent that has any."""
    lead, company = api.records("leads/notes")[0]["leadId"], api.records("companies/notes")[0]["companyId"]
    nested = {
        f"/v1/leads/{lead}/notes": [it["id"] for it in api.records("leads/notes") if it["leadId"] == lead],
        f"/v1/leads/{lead}/activities": [it["id"] for it in api.records("leads/activities") if it["leadId"] == lead],
        f"/v1/companies/{company}/notes": [
            it["id"] for it in api.records("companies/notes") if it["companyId"] == company
        ],
    }
    found = {path: [it["id"] for it in api.records(kind)][::-1] for path, kind in LISTS.items()}
    found["/v1/organization/members"] = [it["membershipId"] for it in api.records("members")][::-1]
    return {**found, **{path: ids[::-1] for path, ids in nested.items()}}


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_pages_of_any_size_are_a_partition_of_the_list(api: Desk, limit: int) -> None:
    for path, ids in lists(api).items():
        pages = list(api.pages(path, limit=limit))
        assert [item["id"] for page in pages for item in items(page)] == ids, path
        assert [page["currentPage"] for page in pages] == list(range(1, len(pages) + 1))
        assert {(page["totalCount"], page["totalPages"]) for page in pages} == {(len(ids), ceil(len(ids) / limit))}


def test_without_parameters_a_page_is_the_first_fifty(api: Desk) -> None:
    for path in lists(api):
        assert api.get(path) == api.get(path, page=1, limit=50)


def test_a_page_past_the_end_is_empty_with_the_same_totals(api: Desk) -> None:
    for path in lists(api):
        last = api.get(path, limit=2)
        for page in (last["totalPages"] + 1, 10**9, 2**31 - 1):
            answer = api.get(path, limit=2, page=page)
            assert items(answer) == []
            assert (answer["currentPage"], answer["totalCount"]) == (page, last["totalCount"])
            assert answer["totalPages"] == last["totalPages"]


def test_an_empty_list_has_no_pages(api: Desk) -> None:
    for lead in api.records("leads"):
        api.delete(f"/v1/leads/{lead['id']}")
    for path in ("/v1/leads", "/v1/inquiries", "/v1/appointments"):
        answer = api.get(path)
        assert (items(answer), answer["totalPages"], answer["totalCount"]) == ([], 0, 0)


def test_lists_are_newest_first(api: Desk) -> None:
    for kind in sorted(set(LISTS.values())):
        created = [it["createdAt"] for it in api.records(kind)]
        assert created == sorted(created)
    api.workspace.clock.advance(1)
    for path, body in (
        ("/v1/leads", {"firstName": "Avery"}),
        ("/v1/faqs", {"question": "Why?", "answer": "Because."}),
        ("/v1/policies", {"title": "No dogs", "content": "None at all."}),
    ):
        (made,) = api.post(path, body).values()
        assert items(api.get(path, limit=1))[0]["id"] == made["id"]


def test_records_of_one_moment_are_in_the_order_of_their_arrival(api: Desk) -> None:
    made = [api.post("/v1/faqs", {"question": str(number), "answer": "x"})["faq"]["id"] for number in range(5)]
    assert [it["id"] for it in api.get("/v1/faqs", limit=5)["faqs"]] == made[::-1]
    api.put(f"/v1/faqs/{made[0]}", {"answer": "changed"})
    assert [it["id"] for it in api.get("/v1/faqs", limit=5)["faqs"]] == made[::-1]


@pytest.mark.parametrize("limit", ["0", "101", "x", "1.5", ""])
def test_a_limit_out_of_range_is_refused(api: Desk, limit: str) -> None:
    for path in lists(api):
        api.refused(400, "GET", path, limit=limit)
