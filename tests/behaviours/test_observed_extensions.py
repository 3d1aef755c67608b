"""What an Overlay of `learn` says in extensions of the document is served: the order of a list, a second deletion."""

from pathlib import Path
from typing import Any

from foreign import COUNT, TEXT, Foreign, having, listing, operation, query

THING = having(id=COUNT, name=TEXT)
PAGES = query("page", "limit", schema=COUNT)


def served(folder: Path, listed: Any = None, deleted: Any = None) -> Foreign:
    paths = {
        "/things": {
            "get": operation(listing(THING), parameters=list(PAGES), **(listed or {})),
            "post": operation(THING, "201", body=THING),
        },
        "/things/{id}": {"get": operation(THING), "delete": operation(None, "204", **(deleted or {}))},
    }
    return Foreign(folder, paths)


def test_a_list_is_newest_first_unless_the_document_says_otherwise(tmp_path: Path) -> None:
    usual, other = served(tmp_path), served(tmp_path, {"x-list-order": "oldest first"})
    for api in (usual, other):
        api.good("POST", "/things", {"name": "new"})
    newest, oldest = usual.get("/things"), other.get("/things")
    assert (newest[0]["name"], oldest[-1]["name"]) == ("new", "new")
    assert [*reversed(newest)] == oldest


def test_the_pages_of_a_list_keep_its_order(tmp_path: Path) -> None:
    api = served(tmp_path, {"x-list-order": "oldest first"})
    pages = [api.get(f"/things?page={page}&limit=2") for page in (1, 2)]
    assert [*pages[0], *pages[1]] == api.get("/things")[:4]


def test_a_second_deletion_has_the_status_of_the_document(tmp_path: Path) -> None:
    usual, other = served(tmp_path), served(tmp_path, deleted={"x-deleted-status": 410})
    for api, status in ((usual, 404), (other, 410)):
        made = api.good("POST", "/things", {"name": "new"})["id"]
        found = [api.ask("DELETE", f"/things/{id}").status for id in (made, made, 2_000_000_000)]
        assert found == [204, status, 404]


def test_a_status_that_cannot_be_is_not_served(tmp_path: Path) -> None:
    for odd in (200, 700, "410", None):
        api = served(tmp_path, deleted={"x-deleted-status": odd})
        made = api.good("POST", "/things", {"name": "new"})["id"]
        assert [api.ask("DELETE", f"/things/{made}").status for _ in range(2)] == [204, 404]
