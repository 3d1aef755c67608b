"""Clients of the API: each flawed one breaks one rule of the lint, the sound ones break none."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx

from mock_server.testing import Sophiie

LEAD = {"firstName": "Ana", "lastName": "Diaz", "email": "ana@example.com", "suburb": "Newtown"}
Client = Callable[[Sophiie], Any]


def pages(sophiie: Sophiie, path: str = "/v1/leads", **query: Any) -> Iterator[dict[str, Any]]:
    """The answers of a list, to its end."""
    page, last = 1, 1
    while page <= last:
        answer = get(sophiie, path, page=page, limit=5, **query)
        yield answer
        page, last = page + 1, answer["totalPages"]


def get(sophiie: Sophiie, path: str, **query: Any) -> Any:
    """A read that waits as long as a 429 says, and tries again after a fault of the server's."""
    for _ in range(4):
        answer = sophiie.client.get(path, params=query)
        if answer.status_code != 429 and answer.status_code < 500:
            break
        sophiie.clock.advance(float(answer.headers.get("x-ratelimit-reset", 2)))
    return answer.raise_for_status().json()


def ids(answer: Mapping[str, Any], kind: str = "leads", name: str = "id") -> list[str]:
    return [record[name] for record in answer[kind]]


# --- sound ones -------------------------------------------------------------------------------------------------


def copies_everything(sophiie: Sophiie) -> None:
    for answer in pages(sophiie):
        for id in ids(answer)[:2]:
            get(sophiie, f"/v1/leads/{id}/activities")
    list(pages(sophiie, "/v1/inquiries", expand="lead"))


def keeps_one_lead(sophiie: Sophiie) -> None:
    made = sophiie.client.post("/v1/leads", json=LEAD).raise_for_status().json()["lead"]
    path = f"/v1/leads/{made['id']}"
    sophiie.client.put(path, json={"suburb": "Enmore"}).raise_for_status()
    assert get(sophiie, path)["suburb"] == "Enmore"
    sophiie.client.delete(path).raise_for_status()
    assert sophiie.client.get(path).status_code == 404


def reads_then_deletes(sophiie: Sophiie) -> None:
    for id in [id for answer in pages(sophiie) for id in ids(answer)]:
        sophiie.client.delete(f"/v1/leads/{id}").raise_for_status()


def shows_the_newest_few(sophiie: Sophiie) -> None:
    get(sophiie, "/v1/inquiries", limit=3)
    get(sophiie, "/v1/organization")


def waits_and_goes_on(sophiie: Sophiie) -> None:
    sophiie.faults.add("GET /v1/leads", {"status": 503}, count=1)
    list(pages(sophiie))


def gives_up_after_four_tries(sophiie: Sophiie) -> None:
    sophiie.faults.add("GET /v1/leads", {"status": 503})
    try:
        list(pages(sophiie))
    except httpx.HTTPStatusError:
        return


def looks_before_it_repeats(sophiie: Sophiie) -> None:
    sophiie.faults.add("POST /v1/leads", {"status": 502}, count=1)
    if sophiie.client.post("/v1/leads", json=LEAD).status_code == 502:
        known = {lead["email"] for answer in pages(sophiie) for lead in answer["leads"]}
        if LEAD["email"] not in known:
            sophiie.client.post("/v1/leads", json=LEAD).raise_for_status()


def finds_one_on_the_first_page(sophiie: Sophiie) -> None:
    for answer in pages(sophiie):
        found = [lead["id"] for lead in answer["leads"] if lead["email"]]
        if found:
            sophiie.client.put(f"/v1/leads/{found[0]}", json={"suburb": "Enmore"}).raise_for_status()
            return


def looks_once_an_hour(sophiie: Sophiie) -> None:
    for _ in range(6):
        list(pages(sophiie))
        sophiie.clock.advance(3600)


SOUND: tuple[Client, ...] = (
    *(copies_everything, keeps_one_lead, reads_then_deletes, shows_the_newest_few, waits_and_goes_on),
    *(gives_up_after_four_tries, looks_before_it_repeats, finds_one_on_the_first_page, looks_once_an_hour),
)

# --- flawed ones ------------------------------------------------------------------------------------------------


def first_page_only(sophiie: Sophiie) -> None:
    get(sophiie, "/v1/leads", page=1, limit=5)


def stops_at_a_failed_page(sophiie: Sophiie) -> None:
    get(sophiie, "/v1/leads", page=1, limit=5)
    sophiie.faults.add("GET /v1/leads", {"status": 500})
    sophiie.client.get("/v1/leads", params={"page": 2, "limit": 5})


def pages_while_writing(sophiie: Sophiie) -> None:
    for answer in pages(sophiie):
        for id in ids(answer)[:1]:
            sophiie.client.delete(f"/v1/leads/{id}")


def no_retry_after_429(sophiie: Sophiie) -> None:
    sophiie.faults.add("GET /v1/organization", {"status": 429}, count=1)
    sophiie.client.get("/v1/organization")
    sophiie.client.get("/v1/members")


def retry_before_reset(sophiie: Sophiie) -> None:
    for _ in range(3):
        if sophiie.client.get("/v1/organization").status_code == 429:
            sophiie.clock.advance(2)
            sophiie.client.get("/v1/organization")


def unsafe_retry(sophiie: Sophiie) -> None:
    sophiie.faults.add("POST /v1/leads", {"status": 500}, count=1)
    while sophiie.client.post("/v1/leads", json=LEAD).status_code >= 500:
        sophiie.clock.advance(1)


def unknown_parameter(sophiie: Sophiie) -> None:
    sophiie.client.get("/v1/inquiries", params={"lead_id": "ld_1", "limit": 3})


def unknown_field(sophiie: Sophiie) -> None:
    sophiie.client.post("/v1/leads", json=LEAD | {"sub_urb": "Enmore"})


def unknown_path(sophiie: Sophiie) -> None:
    sophiie.client.get("/v1/lead")


def key_in_url(sophiie: Sophiie) -> None:
    sophiie.client.get("/v1/organization", params={"api_key": sophiie.api_key})


def polls_where_a_webhook_exists(sophiie: Sophiie) -> None:
    for _ in range(6):
        sophiie.client.get("/v1/leads", params={"limit": 1})
        sophiie.clock.advance(60)


def n_plus_one_reads(sophiie: Sophiie) -> None:
    for answer in pages(sophiie, "/v1/inquiries"):
        for id in ids(answer, "inquiries", "leadId"):
            get(sophiie, f"/v1/leads/{id}")


def over_rate_limit(sophiie: Sophiie) -> None:
    for count in range(61):
        sophiie.client.get("/v1/organization")
        sophiie.clock.advance(0.1 * (count % 2))


def asks_for_deleted(sophiie: Sophiie) -> None:
    id = ids(get(sophiie, "/v1/leads", limit=1))[0]
    sophiie.client.delete(f"/v1/leads/{id}").raise_for_status()
    for _ in range(3):
        sophiie.client.get(f"/v1/leads/{id}")


def made_twice(sophiie: Sophiie) -> None:
    for _ in range(2):
        sophiie.client.post("/v1/leads", json={"firstName": "Ana", "suburb": "Newtown"})


def repeats_refused(sophiie: Sophiie) -> None:
    for _ in range(3):
        sophiie.client.post("/v1/policies", json={"title": "Fees"})


FLAWED: tuple[Client, ...] = (
    *(first_page_only, stops_at_a_failed_page, pages_while_writing, no_retry_after_429, retry_before_reset),
    *(unsafe_retry, unknown_parameter, unknown_field, unknown_path, key_in_url, polls_where_a_webhook_exists),
    *(n_plus_one_reads, over_rate_limit, asks_for_deleted, made_twice, repeats_refused),
)
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "retry_before_reset": {"rate_limit": 1},
    "over_rate_limit": {"rate_limit": "off"},
}
