"""Patches of records of other documents, and what a PUT does with the fields that it leaves out."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from foreign import COUNT, TEXT, Foreign, having, listing, operation

Serve = Callable[..., Foreign]
MERGE, PATCH = "application/merge-patch+json", "application/json-patch+json"
THING = {**having(id=COUNT, name=TEXT, size=COUNT, note=TEXT), "required": ["id", "name"]}
BODY = having(name=TEXT, size=COUNT, note=TEXT)


@pytest.fixture
def serve(tmp_path: Path) -> Callable[..., Foreign]:
    def made(*statuses: str, **item: Any) -> Foreign:
        patch = operation(THING, body={})
        patch["requestBody"]["content"] = {MERGE: {"schema": {"type": "object"}}, PATCH: {"schema": listing({})}}
        patch["responses"] |= {status: {"description": "no"} for status in statuses}
        paths = {
            "/things": {"get": operation(listing(THING)), "post": operation(THING, "201", body=BODY)},
            "/things/{id}": {"get": operation(THING), **(item or {"patch": patch})},
        }
        return Foreign(tmp_path, paths)

    return made


def created(api: Foreign) -> str:
    return f"/things/{api.good('POST', '/things', {'name': 'a', 'size': 1, 'note': 'n'})['id']}"


@pytest.mark.parametrize(("documented", "status"), [((), 400), (("409",), 409), (("409", "422"), 409), (("422",), 422)])
def test_a_patch_whose_test_fails_changes_nothing(serve: Serve, documented: Sequence[str], status: int) -> None:
    api = serve(*documented)
    thing = created(api)
    patches = [{"op": "replace", "path": "/name", "value": "b"}, {"op": "test", "path": "/size", "value": 2}]
    assert api.ask("PATCH", thing, patches, PATCH).status == status
    assert api.get(thing)["name"] == "a"


def test_an_unknown_operation_of_a_patch_is_no_conflict(serve: Serve) -> None:
    api = serve("409")
    assert api.ask("PATCH", created(api), [{"op": "jump", "path": "/name"}], PATCH).status == 400


@pytest.mark.parametrize(
    ("body", "media"),
    [
        ([{"op": "replace", "path": "/name", "value": 5}], PATCH),
        ([{"op": "remove", "path": "/name"}], PATCH),
        ({"name": 5}, MERGE),
        ({"name": None}, MERGE),
    ],
)
def test_a_patch_that_leaves_no_valid_record_is_refused(serve: Serve, body: Any, media: str) -> None:
    api = serve()
    thing = created(api)
    assert api.ask("PATCH", thing, body, media).status == 400
    assert api.get(thing)["name"] == "a"


def test_a_put_with_a_required_body_replaces_the_record(serve: Serve) -> None:
    api = serve(put=operation(THING, body={**BODY, "required": ["name"]}))
    thing = created(api)
    api.good("PUT", thing, {"name": "b"})
    assert api.get(thing).keys() == {"id", "name"}


def test_a_put_beside_a_patch_replaces_the_record(serve: Serve) -> None:
    api = serve(put=operation(THING, body=BODY), patch=operation(THING, body=BODY))
    thing = created(api)
    api.good("PUT", thing, {"size": 2})
    assert api.get(thing) == {"id": int(thing[8:]), "name": "a", "size": 2}


def test_a_put_that_may_give_a_part_changes_that_part(serve: Serve) -> None:
    api = serve(put=operation(THING, body=BODY))
    thing = created(api)
    api.good("PUT", thing, {"size": 2})
    assert api.get(thing)["note"] == "n"
