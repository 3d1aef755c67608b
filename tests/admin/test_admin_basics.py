import asyncio
import json

from starlette.applications import Starlette
from wire import TINY, ask

from mock_server import __version__
from mock_server.admin.context import ControlRefused, refused
from mock_server.api.problem import from_starlette
from mock_server.app import create_app
from mock_server.config.settings import Settings, table
from mock_server.spec.gaps import Gap


def test_health_says_that_it_is_ready(app: Starlette) -> None:
    assert ask(app, "GET", "/__admin/health", key=None).json == {"status": "ok", "invalidAnswers": 0}


def test_a_bug_of_the_control_plane_is_a_problem_without_details() -> None:
    answer = asyncio.run(from_starlette(None, KeyError("sk_live_abcdef")))  # type: ignore[arg-type]
    assert (answer.status_code, answer.media_type) == (500, "application/problem+json")
    assert b"sk_live" not in answer.body


def test_a_body_that_dawdles_ends_its_connection() -> None:
    error = ControlRefused(400, "too slow", headers=[(b"connection", b"close")])
    answer = asyncio.run(refused(None, error))  # type: ignore[arg-type]
    assert answer.headers["connection"] == "close"


def test_version_says_what_this_is(app: Starlette) -> None:
    assert ask(app, "GET", "/__admin/version").json == {
        "name": "sophiie-mock",
        "version": __version__,
        "unofficial": True,
    }


def test_settings_are_shown_as_they_are_in_force() -> None:
    chosen = Settings(**TINY, seed=7, allow_host=("mock.test",))
    shown = ask(create_app(chosen), "GET", "/__admin/settings").json
    assert list(shown) == [item.name for item in table()]
    assert (shown["seed"], shown["allow_host"]) == (7, ["mock.test"])


def test_provenance_has_every_operation_and_the_whole_ledger(app: Starlette) -> None:
    found = ask(app, "GET", "/__admin/provenance").json
    assert found["operations"].keys() == app.state.workspaces.contract.operations.keys()
    assert found["operations"]["GET /v1/leads/{}"] == "documented"
    assert {"rate-limit-window", "cors"} <= {gap["id"] for gap in found["gaps"]}
    assert set(found["gaps"][0]) == set(Gap.__dataclass_fields__)


def test_an_axis_has_facts_or_a_reason_and_nothing_is_summed(app: Starlette) -> None:
    told = ask(app, "GET", "/__admin/evidence").json
    assert {*told} == {"operations"}
    for one in told["operations"]:
        assert {*one} == {"operation", "provenance", "axes"}
        assert all(bool(axis["facts"]) != bool(axis.get("reason")) for axis in one["axes"].values())


def test_of_a_document_of_somebody_else_there_is_no_evidence() -> None:
    told = ask(create_app(Settings(**TINY)), "GET", "/__admin/evidence").json["operations"]
    (theirs,) = [one for one in told if one["operation"] == "GET /v1/leads"]
    assert theirs["provenance"]["date"] is None
    assert [axis["facts"] for axis in theirs["axes"].values()] == [[]] * 6
    assert "not about this one" in theirs["axes"]["driven by a real client"]["reason"]


def test_its_answers_are_json(app: Starlette) -> None:
    for path in ("health", "version", "settings", "provenance"):
        answer = ask(app, "GET", f"/__admin/{path}")
        assert answer.get("content-type") == "application/json"
        json.loads(answer.body)
