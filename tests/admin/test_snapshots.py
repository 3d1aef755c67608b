"""Snapshots: what was saved comes back byte for byte, in this workspace, in another, from a file; and what changed."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from desk import Desk, Tenant
from starlette.applications import Starlette
from wire import ask

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.store.snapshot import Snapshot, changes
from mock_server.store.snapshot_file import checksum, imported, written
from mock_server.store.sqlite_log import SqliteLog
from mock_server.store.state import WorkspaceState
from mock_server.support.exact_json import NotJson, read_json
from mock_server.workspaces.plan import WorldPlan
from mock_server.workspaces.workspace import Workspaces
from mock_server.world.recipe import Recipe, recipes

# Every built-in world; the busy one with fewer leads, since it takes half a minute as it is: it does with
# SOPHIIE_MOCK_LEADS=10000.
HOOK = {"hookUrl": "http://127.0.0.1:9/", "trigger": "LEAD_CREATED"}
MAX_LEADS = int(os.environ.get("SOPHIIE_MOCK_LEADS", "200"))
WORLDS = [replace(recipe, leads=min(recipe.leads, MAX_LEADS)) for recipe in recipes()]


@pytest.fixture
def desk(app: Starlette, tenant: Tenant) -> Desk:
    return Desk(app, *tenant())


def exported(snapshot: Snapshot) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(b"".join(written(snapshot)))
    return whole


def state(desk: Desk) -> str:
    """A hash of all that a snapshot holds."""
    clock = desk.workspace.clock
    return str(exported(Snapshot("x", desk.workspace.state, clock.stamp(), clock.frozen))["sha256"])


def told_by(desk: Desk) -> Any:
    """The business's records; those of the mock itself tell of requests too, and those are counted on."""
    state = desk.workspace.state
    return {kind: desk.records(kind) for kind in state.kinds if not kind.startswith("$")}


def stir(desk: Desk) -> None:
    """Change something of everything."""
    desk.simulate("call", count=3, over=86_400)
    desk.simulate("appointment", action="book")
    desk.ask("POST", "/v1/leads", {"firstName": "Ana", "suburb": "Ryde"})
    desk.advance(86_400 * 3)


@pytest.mark.parametrize("recipe", WORLDS, ids=lambda it: it.name)
def test_every_world_makes_the_round_trip(app: Starlette, recipe: Recipe) -> None:
    name = f"round-trip-{recipe.name}"
    desk = Desk(app, app.state.workspaces.create(name, WorldPlan(recipe, limit=0), [name], frozen=True), name)
    desk.done("POST", "/snapshots", {"name": "start"})
    before = state(desk)
    stir(desk)
    stirred = state(desk)
    assert stirred != before
    told = told_by(desk)
    desk.done("POST", "/snapshots", {"name": "stirred"})
    desk.done("POST", "/snapshots/start/restore")
    assert state(desk) == before
    stir(desk)
    assert told_by(desk) == told  # the same things from the same state make the same records
    desk.done("POST", "/snapshots/stirred/restore")
    assert state(desk) == stirred


@pytest.mark.slow
@pytest.mark.parametrize("recipe", WORLDS, ids=lambda it: it.name)
def test_every_world_goes_through_a_file(app: Starlette, recipe: Recipe) -> None:
    name = f"file-{recipe.name}"
    desk = Desk(app, app.state.workspaces.create(name, WorldPlan(recipe, limit=0), [name], frozen=True), name)
    stir(desk)
    stirred, file = state(desk), desk.done("GET", "/snapshots/@now/export")
    desk.simulate("call")
    assert state(desk) != stirred
    file["name"] = "file"
    assert desk.admin("POST", "/snapshots/import", file).status == 201
    assert desk.done("GET", "/snapshots/file/export") == file
    desk.done("POST", "/snapshots/file/restore")
    assert state(desk) == stirred == file["sha256"] == checksum(file)
    assert desk.done("GET", "/snapshots/file/diff/@now")["changes"] == []


@pytest.mark.parametrize("recipe", WORLDS, ids=lambda it: it.name)
def test_every_world_goes_through_a_file_into_a_state_file(app: Starlette, recipe: Recipe, tmp_path: Path) -> None:
    contract = app.state.workspaces.contract
    log = SqliteLog(tmp_path / "state")
    workspaces = Workspaces(contract, log, 10)
    made = workspaces.create("w", WorldPlan(recipe), ["k"], frozen=True)
    file = exported(Snapshot("file", made.state.fork(), made.clock.stamp(), True))
    with workspaces.transaction(made) as tx:
        tx.put("faqs", 1, {"id": 1, "question": "Why?"})
    workspaces.return_to(made, imported(json.loads(json.dumps(file))))
    log.close()
    log = SqliteLog(tmp_path / "state")
    again = Workspaces(contract, log, 10)
    again.restore()
    kept = again.get("w")
    assert kept is not None
    assert exported(Snapshot("file", kept.state, kept.clock.stamp(), kept.clock.frozen)) == file
    log.close()


def test_a_fork_is_a_workspace_of_its_own(app: Starlette, desk: Desk) -> None:
    stir(desk)
    desk.done("POST", "/snapshots", {"name": "a"})
    made = desk.done("POST", "/snapshots/a/fork")
    workspace = app.state.workspaces.get(made["id"])
    twin = Desk(app, workspace, made["key"])
    assert state(twin) == state(desk)
    assert twin.ask("GET", "/v1/leads?limit=5").body == desk.ask("GET", "/v1/leads?limit=5").body
    before = state(desk)
    stir(twin)
    assert state(desk) == before
    assert desk.admin("POST", "/snapshots/a/fork", {"id": made["id"]}).json["pointer"] == "/id"
    assert desk.done("POST", "/snapshots/a/fork", {"id": f"{made['id']}-b"})["key"] != made["key"]


def test_a_diff_reads_like_what_happened(desk: Desk) -> None:
    lead = desk.ask("POST", "/v1/leads", {"firstName": "Ana", "suburb": "Ryde"}).json["lead"]
    other = desk.ask("POST", "/v1/leads", {"firstName": "Bo", "suburb": "Ryde"}).json["lead"]
    desk.done("POST", "/snapshots", {"name": "before"})
    desk.simulate("sms", **{"from": lead["id"]})
    with desk.app.state.workspaces.transaction(desk.workspace) as tx:
        tx.remove("leads", other["id"])
    told = desk.done("GET", "/snapshots/before/diff/@now")
    changes = {(c["kind"], c["id"], c["field"]): (c["before"], c["after"]) for c in told["changes"]}
    assert changes["leads", lead["id"], "unreadSMS"] == (0, 1)
    assert changes["leads", other["id"], None][1] is None
    assert {"op": "replace", "path": f"/leads/{lead['id']}/unreadSMS", "value": 1} in told["patch"]
    assert {"op": "remove", "path": f"/leads/{other['id']}"} in told["patch"]
    assert any(patch["op"] == "add" and patch["path"].startswith("/leads~1activities/") for patch in told["patch"])
    assert not told["truncated"]
    assert desk.done("GET", "/snapshots/before/diff/before")["changes"] == []


def test_the_digest_of_a_file_is_that_of_its_content(desk: Desk) -> None:
    stir(desk)
    file = desk.done("GET", "/snapshots/@now/export")
    assert file["sha256"] == checksum(file)
    assert list(file["records"]) == sorted(file["records"])


def broken(file: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    lead = file["records"]["leads"][0]
    bare = {name: value for name, value in file.items() if name != "sha256"}
    wrong = {"id": lead["id"], "arrival": 0, "record": {**lead["record"], "firstName": 7}}
    thing = {"arrival": 4, "record": {}}
    stray = {"id": "ld_x", "arrival": 0, "record": lead["record"]}
    return [
        ({**file, "version": 2}, "/version"),
        ({**file, "now": "soon"}, "/now"),
        ({**file, "now": "2026-99-99T00:00:00.000Z", "sha256": ""}, "/now"),
        ({**file, "frozen": not file["frozen"]}, "/sha256"),
        ({**bare, "records": {"leads": [wrong]}}, "/records/leads/0/record"),
        ({**bare, "records": {"leads": [stray]}}, "/records/leads/0/record/id"),
        ({**bare, "records": {"leads": [lead, lead]}}, "/records/leads/1/id"),
        ({**bare, "records": {"things": [{**thing, "id": 1}, {**thing, "id": 2}]}}, "/records/things/1/arrival"),
        ({**bare, "records": {"leads/notes": [3]}}, "/records/leads~1notes/0"),
        ({**bare, "records": {"$events": []}}, "/records/$events"),
        *(
            ({**bare, "records": {kind: []}}, "/records")
            for kind in ("../x", "a/..", "a/./b", "/a", "a//b", "", "\x1b[1m")
        ),
    ]


def test_a_broken_file_is_refused_with_a_pointer_and_nothing_is_taken(desk: Desk) -> None:
    file = desk.done("GET", "/snapshots/@now/export") | {"name": "x"}
    before = state(desk)
    for wrong, pointer in broken(file):
        refused = desk.admin("POST", "/snapshots/import", wrong)
        assert (refused.status, refused.json["pointer"]) == (400, pointer)
    assert desk.done("GET", "/snapshots")["snapshots"] == []
    assert state(desk) == before


@pytest.mark.parametrize("path", ["/büros", "/.well-known/things", "/things(old)", "/@me/things", "/a b", "/a..b"])
def test_an_export_is_imported_whatever_the_document_calls_its_records(tmp_path: Path, path: str) -> None:
    shown = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
    answer = {"description": "", "content": {"application/json": {"schema": {"type": "array", "items": shown}}}}
    paths = {path: {"get": {"responses": {"200": answer}}}}
    document = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths}
    (tmp_path / "document.json").write_text(json.dumps(document))
    app = create_app(Settings(spec=str(tmp_path / "document.json")))
    desk = Desk(app, app.state.workspaces.get("default"), app.state.key)
    file = desk.done("GET", "/snapshots/@now/export") | {"name": "x"}
    assert path[1:] in file["records"]
    assert desk.done("POST", "/snapshots/import", file)["records"][path[1:]] > 0


# Each is a field of a record of the mock's own, and what somebody may have written there.
FORGED: list[tuple[str, str, Any]] = [
    ("$subscriptions", "trigger", None),
    ("$subscriptions", "hookUrl", 5),
    ("$deliveries", "attempts", [{}]),
    ("$deliveries", "dueAt", "9999-99-99T00:00:00.000Z"),
    ("$deliveries", "state", "lost"),
    ("$events", "body", []),
    ("$agenda", "wanted", {"kind": "call"}),
    ("$agenda", "id", 7),
]


@pytest.mark.parametrize(("kind", "field", "value"), FORGED)
def test_a_signed_file_with_a_record_of_ours_that_is_none_is_refused(
    desk: Desk, kind: str, field: str, value: Any
) -> None:
    desk.ask("POST", "/api/webhooks/zapier/subscribe?org_id=o&user_id=u", HOOK)
    desk.ask("POST", "/v1/leads", {"firstName": "Ana", "suburb": "Ryde"})
    desk.simulate("sms", count=2, over=60)
    file = desk.done("GET", "/snapshots/@now/export") | {"name": "x"}
    assert desk.admin("POST", "/snapshots/import", file).status == 201
    for wrong in ("changed", "left out"):
        file["records"][kind][0]["record"].pop(field)
        if wrong == "changed":
            file["records"][kind][0]["record"][field] = value
        refused = desk.admin("POST", "/snapshots/import", file | {"sha256": checksum(file)})
        assert refused.status == 400
        assert refused.json["pointer"].startswith(f"/records/{kind}/0/record"), refused.json


@pytest.mark.parametrize(
    ("kind", "way"), [("leads", "arrival"), ("faqs", "id"), ("$events", "arrival"), ("", "counters")]
)
def test_an_integer_with_a_point_is_refused(desk: Desk, kind: str, way: str) -> None:
    desk.ask("POST", "/v1/leads", {"firstName": "Ana", "suburb": "Ryde"})
    file = desk.done("GET", "/snapshots/@now/export") | {"name": "x"}
    if kind:
        file["records"][kind][0][way] = 7.0
    else:
        file["counters"]["a/b"] = 7.0
    refused = desk.admin("POST", "/snapshots/import", file | {"sha256": checksum(file)})
    assert (refused.status, desk.done("GET", "/snapshots")) == (400, {"snapshots": []})
    assert refused.json["pointer"] == (f"/records/{kind}/0/{way}" if kind else "/counters/a~1b")
    assert "7.0" in refused.json["detail"]


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def test_a_record_that_is_taken_can_be_kept_however_deep_it_is(tmp_path: Path) -> None:
    settings = Settings(world="empty", rate_limit="off", state=str(tmp_path / "state.db"))
    log = SqliteLog(Path(settings.state))
    app = create_app(settings, log)
    desk = Desk(app, app.state.workspaces.get("default"), app.state.key)
    file = desk.done("GET", "/snapshots/@now/export")
    taken = {}
    for levels in range(90, 110):
        record = {"id": 1, "deep": nested(levels - 1)}
        file["records"]["wombats"] = [{"id": 1, "arrival": 1, "record": record}]
        answer = desk.admin("POST", "/snapshots/import", file | {"name": f"x{levels}", "sha256": checksum(file)})
        taken[levels] = answer.status == 201
        assert taken[levels] or (answer.json["line"], answer.json["status"]) == (1, 400)
    log.close()
    assert taken[100]
    assert not taken[109]
    log = SqliteLog(Path(settings.state))
    create_app(settings, log)
    log.close()


def test_what_is_imported_again_is_in_memory_once_also_after_a_restart(tmp_path: Path) -> None:
    settings = Settings(world="small", rate_limit="off", state=str(tmp_path / "state.db"))
    log = SqliteLog(Path(settings.state))
    app = create_app(settings, log)
    desk = Desk(app, app.state.workspaces.get("default"), app.state.key)
    file = desk.done("GET", "/snapshots/@now/export") | {"name": "x"}
    desk.done("POST", "/snapshots/import", file)
    for start in range(2):
        if start:
            log.close()
            log = SqliteLog(Path(settings.state))
            app = create_app(settings, log)
        workspace = app.state.workspaces.get("default")
        assert workspace.snapshots["x"].state.rows("leads") == workspace.state.rows("leads")  # the very same rows
    log.close()


def test_what_is_imported_with_another_value_is_another_record(desk: Desk) -> None:
    file = desk.done("GET", "/snapshots/@now/export")
    for name, value in (("x", 1), ("y", True)):
        file["records"]["wombats"] = [{"id": 1, "arrival": 1, "record": {"id": 1, "tame": value}}]
        desk.done("POST", "/snapshots/import", file | {"name": name, "sha256": checksum(file)})
        desk.done("POST", f"/snapshots/{name}/restore", {})
        assert desk.records("wombats")[0]["tame"] is value


def test_equal_states_are_compared_a_piece_at_a_time() -> None:
    one, other = (WorkspaceState.of({"faqs": [{"id": number} for number in range(5_000)]}, {}) for _ in range(2))
    found = list(changes(one, other))
    assert set(found) == {None}
    assert len(found) > 10


def test_a_file_of_one_line_is_read_as_well_as_one_of_many(desk: Desk) -> None:
    raw = desk.admin("GET", "/snapshots/@now/export").body
    file = json.loads(raw) | {"name": "x"}
    assert raw.count(b"\n") > 100
    for text in (json.dumps(file), json.dumps(file, indent=2), json.dumps(dict(reversed(file.items())))):
        assert ask(desk.app, "POST", "/__admin/snapshots/import", body=text.encode()).status == 201


@pytest.mark.parametrize(
    "text",
    [
        '{"records":\n {"leads": [{},\n {"a": 1,}]}}',
        '{"records": {"leads": [{}, {"a":\n\n 1,}]}}',
        '{"records": {"leads": [{}, {"a": 1,}]}}',
        '{"records": {"leads": [\n{}\n], }}',
        '{"records": {"leads": [{}]}',
        '{"records": {"leads": [{"a]}]}}',
    ],
)
def test_a_file_that_is_no_json_is_refused_with_line_and_column(desk: Desk, text: str) -> None:
    refused = ask(desk.app, "POST", "/__admin/snapshots/import", body=text.encode())
    with pytest.raises(NotJson) as fault:
        read_json(text)
    assert refused.status == 400
    assert (refused.json["line"], refused.json["column"]) == (fault.value.line, fault.value.column)


@pytest.mark.parametrize(
    ("records", "pointer"),
    [
        ('{"leads": [5]}', "/records/leads/0"),
        ('{"leads": [null]}', "/records/leads/0"),
        ('{"leads": [[{}]]}', "/records/leads/0"),
        ('{"leads": [{}], "leads": []}', "/records"),
        ('{"leads": [{}], "leads": [{}]}', "/records/leads/0"),
        ('{"leads": {"0": {}}}', "/records/leads"),
        ('{"leads": [{"id": 1, "arrival": 0, "record": []}]}', "/records/leads/0/record"),
        ("[[{}]]", "/records"),
    ],
)
def test_what_is_no_list_of_records_is_refused_with_its_place(desk: Desk, records: str, pointer: str) -> None:
    head = '{"format": "sophiie-mock/snapshot", "version": 1, "name": "x", "now": "2026-03-04T05:06:07.000Z"'
    text = f'{head}, "frozen": true, "counters": {{}}, "records": {records}}}'
    refused = ask(desk.app, "POST", "/__admin/snapshots/import", body=text.encode())
    assert (refused.status, refused.json.get("pointer")) == (400, pointer), refused.json


def test_names_and_unknown_ones(desk: Desk) -> None:
    assert desk.admin("POST", "/snapshots", {"name": "@now"}).json["pointer"] == "/name"
    desk.done("POST", "/snapshots", {"name": "a"})
    assert desk.done("GET", "/snapshots/a")["records"]["leads"]
    assert desk.done("DELETE", "/snapshots/a") == {"removed": "a"}
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/restore"), ("POST", "/fork"), ("GET", "/export")):
        assert desk.admin(method, f"/snapshots/a{path}").status == 404


def test_a_restore_is_kept_in_the_state_file(tmp_path: Path) -> None:
    settings = Settings(world="small", rate_limit="off", now="2026-03-04T05:06:07Z")
    log = SqliteLog(tmp_path / "state")
    app = create_app(settings, log)
    desk = Desk(app, app.state.workspaces.get("default"), "sk_test_local")
    desk.workspace.clock.freeze()
    desk.done("POST", "/snapshots", {"name": "a"})
    before = exported(desk.workspace.snapshots["a"])["records"]
    stir(desk)
    desk.done("POST", "/snapshots/a/restore")
    log.close()
    log = SqliteLog(tmp_path / "state")
    state = create_app(settings, log).state.workspaces.get("default").state
    assert json.dumps(exported(Snapshot("a", state, "", True))["records"]) == json.dumps(before)
    log.close()


def test_nothing_is_written_over_where_a_files_counters_are_too_low(desk: Desk) -> None:
    kinds = ("leads", "policies", "$events", "$deliveries", "$subscriptions", "$agenda")

    def grow(trigger: str) -> None:
        hook = {"hookUrl": "http://127.0.0.1:9/", "trigger": trigger}
        desk.ask("POST", "/api/webhooks/zapier/subscribe?org_id=o&user_id=u", hook)
        desk.ask("POST", "/v1/leads", {"firstName": "Ana", "suburb": "Ryde"})
        desk.ask("POST", "/v1/policies", {"title": "Terms", "content": "As agreed."})
        desk.simulate("call", count=2, over=86_400)

    grow("LEAD_CREATED")
    file = {**desk.done("GET", "/snapshots/@now/export"), "name": "low", "counters": {}}
    file["sha256"] = checksum(file)
    desk.done("POST", "/snapshots/import", file)
    desk.done("POST", "/snapshots/low/restore")
    before = {kind: len(desk.records(kind)) for kind in kinds}
    grow("LEAD_UPDATED")
    assert all(len(desk.records(kind)) > before[kind] for kind in kinds)
    for kind in kinds:
        rows = desk.workspace.state.rows(kind)
        assert len({row.key for row in rows}) == len(rows)
