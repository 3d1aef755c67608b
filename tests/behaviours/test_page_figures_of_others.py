"""The figures of a page in other documents: as Spring, SCIM, Jira, OData and Laravel write them, and in headers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from foreign import COUNT, FLAG, TEXT, Foreign, having, listing, operation, query

Serve = Callable[..., Foreign]
THING = having(id=COUNT, name=TEXT)
THINGS = listing(THING)


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    def five(answer: Any, *parameters: Any, **headers: Any) -> Foreign:
        get = operation(answer, parameters=[it for some in parameters for it in some])
        get["responses"]["200"]["headers"] = {name: {"schema": schema} for name, schema in headers.items()}
        api = Foreign(tmp_path, {"/things": {"get": get, "post": operation(THING, "201", body=THING)}})
        for number in range(2):
            api.good("POST", "/things", {"name": f"new {number}"})
        return api

    return five


def zero_based(name: str) -> Any:
    return query(name, schema={"type": "integer", "default": 0})


def test_a_spring_page_says_which_page_it_is_and_whether_it_is_the_last(serve: Serve) -> None:
    page = having(
        content=THINGS, number=COUNT, size=COUNT, totalPages=COUNT, totalElements=COUNT, numberOfElements=COUNT,
        first=FLAG, last=FLAG, empty=FLAG, pageable=having(pageNumber=COUNT, pageSize=COUNT, offset=COUNT),
    )  # fmt: skip
    api = serve(page, zero_based("page"), query("size", schema=COUNT))
    figures = {"size": 2, "totalPages": 3, "totalElements": 5, "empty": False}
    first, last = api.get("/things?size=2"), api.get("/things?page=2&size=2")
    assert first | {"content": []} == {
        **figures, "content": [], "number": 0, "numberOfElements": 2, "first": True, "last": False,
        "pageable": {"pageNumber": 0, "pageSize": 2, "offset": 0},
    }  # fmt: skip
    assert last | {"content": []} == {
        **figures, "content": [], "number": 2, "numberOfElements": 1, "first": False, "last": True,
        "pageable": {"pageNumber": 2, "pageSize": 2, "offset": 4},
    }  # fmt: skip
    beyond = api.get("/things?page=9&size=2")
    assert (beyond["content"], beyond["numberOfElements"], beyond["empty"], beyond["last"]) == ([], 0, True, True)


def test_a_hal_page_says_its_number_one_level_down(serve: Serve) -> None:
    page = having(size=COUNT, totalElements=COUNT, totalPages=COUNT, number=COUNT)
    api = serve(having(_embedded=having(things=THINGS), page=page), zero_based("page"), query("size", schema=COUNT))
    assert api.get("/things?page=1&size=2")["page"] == {"size": 2, "totalElements": 5, "totalPages": 3, "number": 1}


def test_a_list_of_scim_starts_at_one_and_counts_what_it_has(serve: Serve) -> None:
    answer = having(Resources=THINGS, totalResults=COUNT, startIndex=COUNT, itemsPerPage=COUNT)
    api = serve(answer, query("startIndex", "count", schema=COUNT))
    everything = api.get("/things")["Resources"]
    page = api.get("/things?startIndex=2&count=2")
    assert page == {"Resources": everything[1:3], "totalResults": 5, "startIndex": 2, "itemsPerPage": 2}
    assert api.get("/things?startIndex=5&count=2")["itemsPerPage"] == 1


def test_a_list_that_starts_at_zero_begins_with_the_record_of_that_number(serve: Serve) -> None:
    answer = having(values=THINGS, startAt=COUNT, maxResults=COUNT, total=COUNT, isLast=FLAG)
    api = serve(answer, zero_based("startAt"), query("maxResults", schema=COUNT))
    everything = api.get("/things")["values"]
    page = api.get("/things?startAt=1&maxResults=2")
    assert page == {"values": everything[1:3], "startAt": 1, "maxResults": 2, "total": 5, "isLast": False}
    assert api.get("/things?startAt=3&maxResults=2")["isLast"] is True


def test_a_count_beside_the_total_is_that_of_the_page(serve: Serve) -> None:
    meta = having(total=COUNT, count=COUNT, per_page=COUNT, current_page=COUNT, total_pages=COUNT)
    api = serve(having(data=THINGS, meta=meta), query("page", "per_page", schema=COUNT))
    figures = {"total": 5, "count": 1, "per_page": 2, "current_page": 3, "total_pages": 3}
    assert api.get("/things?page=3&per_page=2")["meta"] == figures


def test_odata_counts_all_records(serve: Serve) -> None:
    api = serve({**having(value=THINGS), "properties": {"value": THINGS, "@odata.count": COUNT}}, query("$top"))
    assert api.get("/things")["@odata.count"] == 5


def test_a_documented_link_header_without_an_example_leads_on_and_back(serve: Serve) -> None:
    limit = query("limit", schema=COUNT)
    api = serve(having(data=THINGS), limit, query("after", "before"), Link=TEXT, **{"X-Total-Count": COUNT})
    answer = api.ask("GET", "/things?limit=2")
    assert 'rel="next"' in answer.get("link")
    assert answer.get("x-total-count") == "5"
    assert 'rel="next"' not in api.ask("GET", "/things?limit=9").get("link")


def test_a_connection_has_as_many_edges_as_are_asked_for_first(serve: Serve) -> None:
    page = having(edges=listing(having(node=THING)), pageInfo=having(hasNextPage=FLAG, endCursor=TEXT))
    api = serve(page, query("first", schema=COUNT), query("after"))
    one = api.get("/things?first=3")
    other = api.get(f"/things?first=3&after={one['pageInfo']['endCursor']}")
    assert [len(it["edges"]) for it in (one, other)] == [3, 2]
    assert [it["pageInfo"]["hasNextPage"] for it in (one, other)] == [True, False]
