"""What actions, soft deletions and operations on several records do in other documents."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from foreign import COUNT, FLAG, TEXT, Foreign, having, listing, operation, query

Serve = Callable[..., Foreign]
MOMENT = {"type": ["string", "null"], "format": "date-time"}
JOB = {
    **having(
        id=COUNT, title=TEXT, status={"enum": ["open", "done"]}, archived_at=MOMENT, deleted=FLAG, deletedAt=MOMENT
    ),
    "required": ["id", "status", "archived_at", "deleted", "deletedAt"],
}
NOW = "2026-03-04T05:06:07.000Z"


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    def made(job: Any = JOB, **paths: Any) -> Foreign:
        more = {f"/jobs/{name.replace('__', '/').replace('_', '-')}": item for name, item in paths.items()}
        root = {
            "/jobs": {"get": operation(listing(job)), "post": operation(job, "201", body=having(title=TEXT))},
            "/jobs/{id}": {"get": operation(job), "delete": operation(job)},
        }
        root["/jobs"] |= more.pop("/jobs/", {})
        return Foreign(tmp_path, {**root, **more})

    return made


def test_a_soft_deletion_says_when_it_was_and_no_listed_record_is_deleted(serve: Serve) -> None:
    api = serve()
    made = api.good("POST", "/jobs", {"title": "a"})
    assert (made["deleted"], made["deletedAt"]) == (False, None)
    assert [(it["deleted"], it["deletedAt"]) for it in api.get("/jobs")] == [(False, None)] * 4
    gone = api.good("DELETE", f"/jobs/{made['id']}")
    assert (gone["title"], gone["deleted"], gone["deletedAt"][:19]) == ("a", True, NOW[:19])
    assert made["id"] not in [it["id"] for it in api.get("/jobs")]


def test_an_action_notes_its_time_and_its_opposite_removes_it(serve: Serve) -> None:
    api = serve(**{"{id}__archive": {"post": operation(JOB)}, "{id}__unarchive": {"post": operation(JOB)}})
    id = api.good("POST", "/jobs", {})["id"]
    assert api.good("POST", f"/jobs/{id}/archive")["archived_at"][:19] == NOW[:19]
    assert api.get(f"/jobs/{id}")["archived_at"] is not None
    assert api.good("POST", f"/jobs/{id}/unarchive")["archived_at"] is None


def test_an_action_may_stand_below_a_word_for_actions(serve: Serve) -> None:
    api = serve(**{"{id}__actions__complete": {"post": operation(JOB)}})
    id = api.good("POST", "/jobs", {})["id"]
    assert api.good("POST", f"/jobs/{id}/actions/complete")["status"] == "done"
    assert api.get(f"/jobs/{id}")["status"] == "done"


@pytest.mark.parametrize("word", ["bulk", "batch_create", "createMany"])
def test_several_records_are_created_at_once(serve: Serve, word: str) -> None:
    api = serve(**{word: {"post": operation(listing(JOB), "201", body=listing(having(title=TEXT)))}})
    path = f"/jobs/{word.replace('_', '-')}"
    made = api.good("POST", path, [{"title": "a"}, {"title": "b"}, {"title": "c"}])
    assert [it["title"] for it in made] == ["a", "b", "c"]
    assert [api.get(f"/jobs/{it['id']}") for it in made] == made


def test_several_records_may_stand_in_a_property_of_body_and_answer(serve: Serve) -> None:
    answer, body = having(jobs=listing(JOB)), having(jobs=listing(having(title=TEXT)))
    api = serve(bulk={"post": operation(answer, "201", body=body)})
    made = api.good("POST", "/jobs/bulk", {"jobs": [{"title": "a"}, {"title": "b"}]})["jobs"]
    assert [api.get(f"/jobs/{it['id']}")["title"] for it in made] == ["a", "b"]


def deletions() -> Any:
    ids = {"name": "ids", "in": "query", "explode": False, "schema": listing(COUNT)}
    yield "", {"delete": operation(status="204", parameters=[ids])}, ("DELETE", "/jobs?ids={0},{1}", None)
    for word in ("bulk_delete", "delete"):
        item = {"post": operation(having(deleted=COUNT), body=having(job_ids=listing(COUNT)))}
        yield word, item, ("POST", f"/jobs/{word.replace('_', '-')}", "job_ids")
    yield (
        "batchDelete",
        {"post": operation(having(count=COUNT), body=listing(COUNT))},
        ("POST", "/jobs/batchDelete", ""),
    )


@pytest.mark.parametrize(("word", "item", "request_"), [*deletions()], ids=["query", "body", "delete", "bare list"])
def test_several_records_are_removed_at_once(serve: Serve, word: str, item: Any, request_: Any) -> None:
    api = serve(**{word: item})
    ids = [api.good("POST", "/jobs", {})["id"] for _ in range(3)]
    method, target, name = request_
    body = None if name is None else {name: [*ids[:2], 999]} if name else [*ids[:2], 999]
    answer = api.good(method, target.format(*ids), body)
    assert answer in (None, {"deleted": 2}, {"count": 2})
    assert [api.ask("GET", f"/jobs/{id}").status for id in ids] == [404, 404, 200]


def test_a_list_in_the_body_of_one_record_makes_one_record(serve: Serve) -> None:
    api = serve(job=having(id=COUNT, title=TEXT))
    before = len(api.get("/jobs"))
    api.good("POST", "/jobs", {"title": "a", "lines": [{"n": 1}, {"n": 2}]})
    assert len(api.get("/jobs")) == before + 1


def test_a_query_without_ids_removes_nothing(serve: Serve) -> None:
    flag = query("force", schema=FLAG)
    api = serve(**{"": {"delete": operation(status="204", parameters=list(flag))}})
    api.good("DELETE", "/jobs?force=true")
    assert len(api.get("/jobs")) == 3
