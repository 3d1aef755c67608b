"""What comes in is kept to the last digit, and nothing is taken that could not be written again."""

from pathlib import Path

import pytest
from desk import Desk, Tenant
from messages import assert_message
from starlette.applications import Starlette
from wire import Answer, ask

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.store.sqlite_log import SqliteLog
from mock_server.support.exact_json import ENVELOPE_DEPTH, MAX_JSON_DEPTH

LONG = b"[12345678901234567890123456, 0.10000000000000001, 18446744073709551616, -0.0, 1.0]"
BEYOND_DOUBLES = LONG.replace(b"]", b", 1E+400]")  # a person who stubs or sends an event may want it, a client may not
SCENARIO = b'{"name": "N", "prompt": "p", "response": "r", "isActive": true, "questions": [], "outcome": %s}'
WRITTEN = LONG.replace(b" ", b"")


@pytest.fixture
def desk(app: Starlette, tenant: Tenant) -> Desk:
    return Desk(app, *tenant())


def api(desk: Desk, body: bytes) -> Answer:
    return ask(desk.app, "POST", "/v1/scenarios", key=desk.key, body=body)


def control(desk: Desk, path: str, body: bytes) -> Answer:
    named = [("x-mock-workspace", desk.workspace.id)]
    return ask(desk.app, "POST", f"/__admin{path}", key=None, body=body, headers=named)


def test_a_record_has_every_digit_that_was_sent(desk: Desk) -> None:
    assert api(desk, SCENARIO % (b'{"type": "x", "n": %s}' % LONG)).status == 201
    for _ in range(2):
        assert b'"n":%s' % WRITTEN in desk.ask("GET", "/v1/scenarios?limit=1").body
    assert b'"n":%s' % WRITTEN in desk.admin("GET", "/records/scenarios?limit=1").body


def test_a_restart_keeps_every_digit(tmp_path: Path) -> None:
    for made in (True, False):
        log = SqliteLog(tmp_path / "state")
        app = create_app(Settings(world="small", rate_limit="off"), log)
        desk = Desk(app, app.state.workspaces.get("default"), "sk_test_local")
        if made:
            assert api(desk, SCENARIO % (b'{"type": "x", "n": %s}' % LONG)).status == 201
        assert b'"n":%s' % WRITTEN in desk.ask("GET", "/v1/scenarios?limit=1").body
        log.close()


def test_a_snapshot_keeps_every_digit(desk: Desk) -> None:
    api(desk, SCENARIO % (b'{"type": "x", "n": %s}' % LONG))
    file = desk.admin("GET", "/snapshots/@now/export").body
    assert b'"n":%s' % WRITTEN in file
    assert control(desk, "/snapshots/import", file.replace(b'"name":"now"', b'"name":"a"')).status == 201
    assert b'"n":%s' % WRITTEN in desk.admin("GET", "/snapshots/a/export").body
    assert desk.done("GET", "/snapshots/a/diff/@now")["changes"] == []


def test_an_event_and_a_mapping_have_every_digit(desk: Desk) -> None:
    control(desk, "/webhooks/events", b'{"type": "LEAD_CREATED", "body": {"n": %s}}' % BEYOND_DOUBLES)
    assert b'"n":%s' % BEYOND_DOUBLES.replace(b" ", b"") in desk.admin("GET", "/webhooks/events").body
    stub = b'{"request": {"urlPath": "/v1/faqs"}, "response": {"jsonBody": {"n": %s}}, "allowInvalid": true}'
    assert b'"n":%s' % BEYOND_DOUBLES.replace(b" ", b"") in control(desk, "/mappings", stub % BEYOND_DOUBLES).body
    assert b'"n":%s' % BEYOND_DOUBLES.replace(b" ", b"") in desk.ask("GET", "/v1/faqs").body


# What is sent, and the levels that it has around the value.
DOORS = {
    "/mappings": ('{"request": {"urlPath": "/v1/a"}, "response": {"jsonBody": %s}, "allowInvalid": true}', 2),
    "/webhooks/events": ('{"type": "LEAD_CREATED", "body": %s}', 1),
    "/requests/count": ('{"bodyPatterns": [{"equalToJson": %s}], "allowUnknown": true}', 3),
}


@pytest.mark.parametrize("path", DOORS)
def test_a_control_route_takes_what_it_can_show_and_no_more(desk: Desk, path: str) -> None:
    text, around = DOORS[path]
    assert control(desk, path, (text % nested(MAX_JSON_DEPTH - around)).encode()).status < 300
    for levels in (MAX_JSON_DEPTH, 255, 500, 1_023):
        refused = control(desk, path, (text % nested(levels)).encode())
        assert (refused.status, refused.json["detail"]) == (400, f"nested deeper than {MAX_JSON_DEPTH} levels")
    for listed in ("/mappings", "/webhooks/events", "/webhooks/deliveries"):
        assert desk.admin("GET", listed).status == 200


def test_what_was_exported_is_taken_back_however_deep(desk: Desk) -> None:
    deep = b'{"type": "x", "n": %s}' % nested(MAX_JSON_DEPTH - 2).encode()
    assert api(desk, SCENARIO % deep).status == 201
    file = desk.admin("GET", "/snapshots/@now/export").body.replace(b'"name":"now"', b'"name":"deep"')
    assert control(desk, "/snapshots/import", file).status == 201
    assert desk.admin("GET", "/snapshots/deep/export").status == 200
    deeper = file.replace(nested(MAX_JSON_DEPTH - 2).encode(), nested(MAX_JSON_DEPTH + ENVELOPE_DEPTH).encode())
    assert control(desk, "/snapshots/import", deeper).status == 400


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_a_document_may_have_an_integer_of_any_size(tmp_path: Path, name: str) -> None:
    tiny = (Path(__file__).parent.parent / "tiny.json").read_text()
    file = tmp_path / name
    file.write_text(tiny.replace('"info": {', '"x-most": 12345678901234567890123456,\n  "info": {', 1))
    app = create_app(Settings(world="empty", spec=str(file)))
    assert b"12345678901234567890123456" in ask(app, "GET", "/openapi").body


def test_an_integer_may_be_written_with_a_point(desk: Desk) -> None:
    assert repr(desk.done("POST", "/workspaces", {"seed": 7.0, "id": "pointed"})["seed"]) == "7"
    desk.done("DELETE", "/workspaces/pointed")
    assert len(desk.done("POST", "/simulate", {"kind": "call", "count": 2.0})["happened"]) == 2
    rule = desk.fault({"status": 503.0}, nth=1.0)
    assert (repr(rule["response"]["status"]), repr(rule["nth"])) == ("503", "1")
    assert desk.ask().status == 503
    mapping = {
        "request": {"urlPath": "/v1/leads"},
        "response": {"status": 203.0, "jsonBody": {"a": 1.0}},
        "priority": 1.0,
        "allowInvalid": True,
    }
    desk.done("POST", "/mappings", mapping)
    assert (desk.ask().status, desk.ask().body) == (203, b'{"a":1.0}')


def test_a_world_that_cannot_start_then_is_refused_with_a_pointer(desk: Desk) -> None:
    refused = desk.admin("POST", "/workspaces", {"now": "8000-01-01T00:00:00Z"})
    assert (refused.status, refused.json["pointer"]) == (400, "/now")
    assert_message(refused.json["detail"])
