"""The control plane's own document holds at its edges: names, paths, methods, bounds."""

import gzip
import json
from pathlib import Path

import pytest
from desk import Desk, Tenant
from starlette.applications import Starlette
from wire import ask


@pytest.fixture
def desk(tenant: Tenant, app: Starlette) -> Desk:
    return Desk(app, *tenant())


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/faults/heal", "POST"),
        ("/requests/count", "POST"),
        ("/inbox/demo/expect", "POST"),
        ("/faults/some-id", "DELETE, GET, HEAD"),
        ("/inbox/demo", "DELETE, GET, HEAD, POST, PUT"),
    ],
)
def test_allow_is_about_the_path_that_is_written_out(desk: Desk, path: str, methods: str) -> None:
    answer = desk.admin("OPTIONS", path)

    assert (answer.status, answer.get("allow")) == (405, methods)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_name_that_no_inbox_can_have_is_refused(desk: Desk, method: str) -> None:
    assert desk.admin(method, f"/inbox/{'a' * 100}").status == 200
    assert desk.admin(method, f"/inbox/{'a' * 101}").status == 404


def test_a_line_break_in_a_path_stays_in_the_control_plane(desk: Desk) -> None:
    for path in ("/inbox/de%0Amo", "/records/a%0Ab", "/no%0Awhere"):
        answer = desk.admin("PUT", path, {})
        assert answer.get("content-type") in ("application/problem+json", "application/json")
        assert b'"success"' not in answer.body  # of the vendor's error


def test_who_waits_longer_than_a_minute_is_refused(desk: Desk) -> None:
    refused = desk.admin("GET", "/webhooks/attempts?wait=61")

    assert (refused.status, refused.json["parameter"]) == (400, "wait")


def test_a_workspace_as_it_is_can_be_exported_and_imported(desk: Desk) -> None:
    file = desk.done("GET", "/snapshots/@now/export")

    assert file["name"] == "now"
    assert desk.admin("POST", "/snapshots/import", file).status == 201
    assert desk.done("GET", "/snapshots/now/diff/@now")["changes"] == []


def test_a_snapshot_that_the_first_version_exported_can_be_used(desk: Desk) -> None:
    file = json.loads(gzip.decompress(Path(__file__).with_name("snapshot-1.json.gz").read_bytes()))
    assert desk.admin("POST", "/snapshots/import", file).status == 201
    assert desk.admin("POST", "/snapshots/now/restore").status == 200
    assert [lead["firstName"] for lead in desk.get("/v1/leads")["leads"]] == ["Bo", "Ada"]


def test_no_route_answers_for_a_workspace_that_is_not_there(app: Starlette) -> None:
    nobody = [("x-mock-workspace", "nobody")]
    for path in ("/webhooks/triggers", "/clock", "/records", "/inbox/demo"):
        assert ask(app, "GET", f"/__admin{path}", headers=nobody).status == 404
