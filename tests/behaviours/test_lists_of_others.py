"""Lists of other documents: in whatever wrapper, paged in whatever way, narrowed and sorted by whatever is spelt so."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from foreign import COUNT, FLAG, TEXT, Foreign, having, listing, operation, query

Serve = Callable[..., Foreign]
ADDRESS = {"type": "string", "format": "uri"}
MAYBE = {"type": ["string", "null"]}
MAYBE_ADDRESS = {"type": ["string", "null"], "format": "uri"}
THING = having(id=COUNT, name=TEXT, size=COUNT)
THINGS = listing(THING)


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    return lambda paths, **more: Foreign(tmp_path, paths, **more)


def things(answer: Any, *parameters: Any, thing: Any = THING, **more: Any) -> dict[str, Any]:
    """A list that answers like this, and what is needed to fill it and to get one."""
    return {
        "/things": {
            "get": operation(answer, parameters=list(parameters), **more),
            "post": operation(thing, "201", body=thing),
        },
        "/things/{id}": {"get": operation(thing)},
    }


WRAPPERS: Sequence[tuple[str, Any, Callable[[Any], Any]]] = [
    ("bare", THINGS, lambda it: it),
    *((name, having(**{name: THINGS, "total": COUNT}), lambda it, name=name: it[name]) for name in
      ("data", "items", "results", "value", "entries", "Resources", "things")),
    ("with an id of its own", having(id=TEXT, things=THINGS), lambda it: it["things"]),
    ("HAL", having(_embedded=having(things=THINGS), _links=having(self=having(href=TEXT))),
     lambda it: it["_embedded"]["things"]),
    ("in a result", having(result=having(records=THINGS, total=COUNT)), lambda it: it["result"]["records"]),
    ("a map", having(things={"type": "object", "additionalProperties": THING}), lambda it: [*it["things"].values()]),
    ("a bare map", {"type": "object", "additionalProperties": THING}, lambda it: [*it.values()]),
    ("beside what was included", having(data=THINGS, included=listing(having(id=COUNT))), lambda it: it["data"]),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "items"), [row[1:] for row in WRAPPERS], ids=[row[0] for row in WRAPPERS])
def test_a_list_is_found_in_any_wrapper(serve: Serve, answer: Any, items: Callable[[Any], Any]) -> None:
    api = serve(things(answer))
    made = api.good("POST", "/things", {"name": "new"})
    listed = items(api.get("/things"))
    assert len(listed) == 4
    assert made in listed
    assert all(api.get(f"/things/{thing['id']}") == thing for thing in listed)


def test_what_json_api_holds_in_attributes_is_created_changed_and_narrowed(serve: Serve) -> None:
    thing = having(type={"const": "things"}, id=TEXT, attributes=having(name=TEXT, size=COUNT))
    one = having(data=thing)
    paths = {
        "/things": {
            "get": operation(having(data=listing(thing)), parameters=query("filter[name]", "sort")),
            "post": operation(one, "201", body=one),
        },
        "/things/{id}": {"get": operation(one), "patch": operation(one, body=one)},
    }
    api = serve(paths)
    sent = {"data": {"type": "things", "attributes": {"name": "a", "size": 5}}}
    id = api.good("POST", "/things", sent)["data"]["id"]
    changed = api.good("PATCH", f"/things/{id}", {"data": {"id": id, "type": "things", "attributes": {"size": 6}}})
    assert changed["data"]["attributes"] == {"name": "a", "size": 6}
    assert [it["id"] for it in api.get("/things?filter[name]=a")["data"]] == [id]
    sizes = [it["attributes"]["size"] for it in api.get("/things?sort=-size")["data"]]
    assert sizes == sorted(sizes, reverse=True)


def walk(api: Foreign, target: str, items: Callable[[Any], Any], onward: Callable[[Any], str | None]) -> Iterator[Any]:
    """Every record, page by page, as far as the answers lead."""
    for _ in range(20):
        page = api.get(target)
        yield from items(page)
        follow = onward(page)
        if follow is None:
            return
        target = follow
    raise AssertionError("pages without an end")


def local(address: str | None) -> str | None:
    """The path and the query of an address."""
    parts = urlsplit(address or "")
    return f"{parts.path}?{parts.query}" if address else None


LIMIT = query("limit", schema=COUNT)[0]
PAGED: Sequence[tuple[str, Any, Sequence[Any], Callable[[Any], Any], Callable[[Any], str | None]]] = [
    (
        "a cursor",
        having(data=THINGS, next_cursor=MAYBE),
        [LIMIT, *query("cursor")],
        lambda it: it["data"],
        lambda it: f"/things?limit=2&cursor={it['next_cursor']}" if it["next_cursor"] else None,
    ),
    (
        "the last id",
        having(data=THINGS, has_more=FLAG),
        [LIMIT, *query("starting_after")],
        lambda it: it["data"],
        lambda it: f"/things?limit=2&starting_after={it['data'][-1]['id']}" if it["has_more"] else None,
    ),
    (
        "a token",
        having(things=THINGS, nextPageToken=TEXT),
        [LIMIT, *query("pageToken")],
        lambda it: it["things"],
        lambda it: f"/things?limit=2&pageToken={it['nextPageToken']}" if it.get("nextPageToken") else None,
    ),
    (
        "a cursor two levels down",
        having(results=THINGS, paging=having(next=having(after=TEXT, link=TEXT) | {"required": ["after"]})),
        [LIMIT, *query("after")],
        lambda it: it["results"],
        lambda it: f"/things?limit=2&after={it['paging']['next']['after']}" if it.get("paging") else None,
    ),
    (
        "an offset that is a token",
        having(data=THINGS, next_page={"type": ["object", "null"], "properties": {"offset": TEXT, "uri": ADDRESS}}),
        [LIMIT, *query("offset")],
        lambda it: it["data"],
        lambda it: local(it["next_page"]["uri"]) if it["next_page"] else None,
    ),
    (
        "addresses",
        having(results=THINGS, count=COUNT, next=MAYBE_ADDRESS, previous=MAYBE_ADDRESS),
        [LIMIT, *query("offset", schema=COUNT)],
        lambda it: it["results"],
        lambda it: local(it["next"]),
    ),
    (
        "links",
        having(data=THINGS, links=having(next=MAYBE, prev=MAYBE, first=TEXT)),
        [*query("page[size]", "page[number]", schema=COUNT), LIMIT],
        lambda it: it["data"],
        lambda it: local(it["links"]["next"]),
    ),
    (
        "HAL",
        having(_embedded=having(things=THINGS), _links=having(next=having(href=TEXT))),
        [LIMIT, *query("page", schema=COUNT)],
        lambda it: it["_embedded"]["things"],
        lambda it: local(it["_links"]["next"]["href"]) if it.get("_links") else None,
    ),
    (
        "OData",
        having(value=THINGS, **{"@odata.nextLink": TEXT}),
        [*query("$top", "$skip", schema=COUNT), LIMIT],
        lambda it: it["value"],
        lambda it: local(it.get("@odata.nextLink")),
    ),
    (
        "the number of the next page",
        having(things=THINGS, next_page={"type": ["integer", "null"]}),
        [LIMIT, *query("page", schema=COUNT)],
        lambda it: it["things"],
        lambda it: f"/things?limit=2&page={it['next_page']}" if it["next_page"] else None,
    ),
]


@pytest.mark.parametrize(
    ("answer", "parameters", "items", "onward"), [row[1:] for row in PAGED], ids=[row[0] for row in PAGED]
)
def test_pages_lead_through_the_whole_list(
    serve: Serve, answer: Any, parameters: Any, items: Callable[[Any], Any], onward: Callable[[Any], str | None]
) -> None:
    api = serve(things(answer, *parameters))
    for number in range(4):
        api.good("POST", "/things", {"name": str(number)})
    size = next((it["name"] for it in parameters if it["name"] in ("page[size]", "$top")), "limit")
    every = items(api.get(f"/things?{size}=100"))
    assert len(every) == 7
    assert [*walk(api, f"/things?{size}=2", items, onward)] == every


def test_the_way_back_leads_to_the_page_before(serve: Serve) -> None:
    answer = having(results=THINGS, next=MAYBE_ADDRESS, previous=MAYBE_ADDRESS)
    api = serve(things(answer, LIMIT, *query("page", schema=COUNT)))
    first = api.get("/things?limit=2")
    second = api.get(str(local(first["next"])))
    assert (first["previous"], second["next"]) == (None, None)
    assert api.get(str(local(second["previous"]))) == first


def test_before_a_record_stands_the_page_that_ends_with_it(serve: Serve) -> None:
    api = serve(things(having(data=THINGS), LIMIT, *query("starting_after", "ending_before")))
    every = [it["id"] for it in api.get("/things")["data"]]
    before = api.get(f"/things?limit=1&ending_before={every[2]}")["data"]
    assert [it["id"] for it in before] == [every[1]]


def test_a_bare_list_leads_on_by_its_headers(serve: Serve) -> None:
    paths = things(THINGS, LIMIT, *query("page", schema=COUNT))
    headers = {"Link": {"schema": TEXT, "example": "<https://a.example?page=2>; rel=next"},
               "X-Total-Count": {"schema": COUNT}}  # fmt: skip
    paths["/things"]["get"]["responses"]["200"]["headers"] = {**headers, "X-Total": {"schema": COUNT, "example": 99}}
    api = serve(paths)
    link = api.ask("GET", "/things?limit=2&api_key=secret").get("link")
    assert '<http://localhost/things?limit=2&page=2>; rel="next"' in link
    assert "secret" not in link
    answer = api.ask("GET", "/things?limit=2&page=2")
    assert 'rel="prev"' in answer.get("link")
    assert 'rel="next"' not in answer.get("link")
    assert answer.get("x-total") == "3"


def test_pages_that_are_counted_from_zero(serve: Serve) -> None:
    number = {"name": "page", "in": "query", "schema": {"type": "integer", "default": 0}}
    api = serve(things(having(content=THINGS, number=COUNT, page=COUNT), LIMIT, number))
    every = api.get("/things")["content"]
    assert api.get("/things?limit=2&page=1")["content"] == every[2:]
    assert api.get("/things?limit=2&page=1")["page"] == 1


WHEN = {"type": "string", "format": "date-time"}
EVENT = having(id=COUNT, price={"type": "number"}, created_at=WHEN, status=TEXT, kind={"enum": ["b", "a", "c"]})
RANGE = {"type": "object", "properties": {"gte": WHEN, "lt": WHEN}}


@pytest.mark.parametrize(
    ("parameter", "asked", "left"),
    [
        (query("min_price", schema=COUNT)[0], "min_price=20", [20, 30]),
        (query("price_max", schema=COUNT)[0], "price_max=20", [10, 20]),
        (query("price__gt", schema=COUNT)[0], "price__gt=20", [30]),
        (query("filter[price][lte]", schema=COUNT)[0], "filter[price][lte]=10", [10]),
        (query("priceFrom", schema=COUNT)[0], "priceFrom=30", [30]),
        ({"name": "created_at", "in": "query", "style": "deepObject", "schema": RANGE},
         "created_at[gte]=2026-01-02T00:00:00Z&created_at[lt]=2026-01-03T00:00:00Z", [20]),
        (query("created_after", schema=WHEN)[0], "created_after=2026-01-02T12:00:00Z", [30]),
        (query("since", schema={"type": "string", "format": "date"})[0], "since=2026-01-03", [30]),
        (query("end_date", schema={"type": "string", "format": "date"})[0], "end_date=2026-01-01", [10]),
        (query("created[lte]", schema=COUNT)[0], "created[lte]=1767225600", [10]),
    ],
)  # fmt: skip
def test_a_range_narrows_by_the_field_that_it_names(serve: Serve, parameter: Any, asked: str, left: list[int]) -> None:
    post = having(price={"type": "number"}, created_at=WHEN, status=TEXT, kind={"enum": ["b", "a", "c"]})
    paths = things(listing(EVENT), parameter, thing=EVENT)
    paths["/things"]["post"] = operation(EVENT, "201", body=post)
    api = serve(paths)
    for day in (1, 2, 3):
        api.good("POST", "/things", {"price": day * 10, "status": "mine", "created_at": f"2026-01-0{day}T00:00:00Z"})
    found = api.ask("GET", f"/things?{asked}")
    assert found.explain == ""
    assert sorted(it["price"] for it in found.json if it["status"] == "mine") == left


@pytest.mark.parametrize(
    ("parameters", "asked", "names"),
    [
        (query("sort"), "sort=name", "ab"),
        (query("sort"), "sort=-name", "ba"),
        (query("sort"), "sort=name:desc", "ba"),
        (query("sortBy", "order"), "sortBy=name&order=desc", "ba"),
        (query("order_by"), "order_by=name%20desc", "ba"),
        (query("orderBy", "orderDirection"), "orderBy=Name&orderDirection=ASC", "ab"),
        (query("sort"), "sort=size,-name", "ba"),
        (query("$orderby"), "$orderby=name desc".replace(" ", "%20"), "ba"),
    ],
)
def test_a_list_is_sorted_by_the_field_that_the_query_names(
    serve: Serve, parameters: Any, asked: str, names: str
) -> None:
    api = serve(things(THINGS, *parameters))
    for name in ("b", "a"):
        api.good("POST", "/things", {"name": name, "size": 0})
    answer = api.ask("GET", f"/things?{asked}")
    assert answer.explain == ""
    assert "".join(it["name"] for it in answer.json if it["size"] == 0) == names


def test_an_order_that_names_no_field_says_so(serve: Serve) -> None:
    api = serve(things(THINGS, *query("sort")))
    assert "`colour` names no field" in api.ask("GET", "/things?sort=colour").explain


def test_a_search_is_narrowed_by_its_body(serve: Serve) -> None:
    body = having(name=TEXT, min_size=COUNT, limit=COUNT, sort=TEXT)
    search = operation(having(results=THINGS, total=COUNT), body=body)
    api = serve({**things(THINGS), "/things/search": {"post": search}})
    for size in (1, 2, 3):
        api.good("POST", "/things", {"name": "mine", "size": size})
    found = api.good("POST", "/things/search", {"name": "mine", "min_size": 2, "limit": 1, "sort": "size"})
    assert (found["total"], [it["size"] for it in found["results"]]) == (2, [2])


def test_a_list_by_another_name_shows_the_same_records(serve: Serve) -> None:
    schemas = {"Thing": THING}
    thing = {"$ref": "#/components/schemas/Thing"}
    paths = {
        **things(listing(thing), thing=thing),
        "/things/findByName": {"get": operation(listing(thing), parameters=query("name"))},
    }
    api = serve(paths, components={"schemas": schemas})
    made = api.good("POST", "/things", {"name": "found"})
    assert api.get("/things/findByName?name=found") == [made]


def test_an_expression_narrows_a_list_and_says_where_it_cannot(serve: Serve) -> None:
    api = serve(things(having(value=THINGS), *query("$filter")))
    for name in ("a", "b"):
        api.good("POST", "/things", {"name": name, "size": 70_000})
    assert [it["name"] for it in api.get("/things?$filter=size%20eq%2070000%20and%20name%20ne%20%27a%27")["value"]] == [
        "b"
    ]
    assert "ignored" not in api.ask("GET", "/things?$filter=size%20gt%205").explain
    answer = api.ask("GET", "/things?$filter=colour%20eq%205")
    assert len(answer.json["value"]) == 5
    assert "the expression in $filter is ignored: `colour` is no field of these records" in answer.explain
