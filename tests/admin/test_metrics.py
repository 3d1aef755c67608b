"""``/__admin/metrics``: what Prometheus reads of the whole server."""

import asyncio
import json
from pathlib import Path

import pytest
from hooks_desk import HooksDesk
from starlette.applications import Starlette
from wire import TINY, ask

from mock_server.admin.metrics_text import Metric, metrics_text, single
from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.event_loop.stall_count import StallCount
from mock_server.store.sqlite_log import SqliteLog
from mock_server.world.clock import ThreadTime


def metrics(app: Starlette) -> dict[str, float]:
    answer = ask(app, "GET", "/__admin/metrics", key=None)
    assert answer.status == 200
    return numbers(answer.body.decode())


def numbers(text: str) -> dict[str, float]:
    lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


@pytest.fixture
def tiny() -> Starlette:
    return create_app(Settings(**TINY))


def test_prometheus_is_told_what_it_reads(tiny: Starlette) -> None:
    answer = ask(tiny, "GET", "/__admin/metrics", key=None)
    assert answer.get("content-type") == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.body.decode().splitlines()
    names = [line.split()[2] for line in lines if line.startswith("# TYPE ")]
    assert len(names) == len(set(names)) == len([line for line in lines if line.startswith("# HELP ")])
    assert all(name.startswith("sophiie_mock_") for name in names)


def test_each_request_is_counted_by_its_status(tiny: Starlette) -> None:
    ask(tiny, "GET", "/v1/leads")
    ask(tiny, "GET", "/v1/leads")
    ask(tiny, "GET", "/v1/leads", key="wrong")
    ask(tiny, "POST", "/__admin/reset", key=None)  # counts go on; control requests are no requests of the API
    found = metrics(tiny)
    counted = {name: value for name, value in found.items() if "requests_total" in name}
    assert counted == {
        'sophiie_mock_requests_total{status="200"}': 2,
        'sophiie_mock_requests_total{status="401"}': 1,
    }


def test_workspaces_are_counted(tiny: Starlette) -> None:
    ask(tiny, "POST", "/__admin/workspaces", key=None, body=b"{}")
    assert metrics(tiny)["sophiie_mock_workspaces"] == 2


def test_deliveries_are_counted_when_made_and_when_owed(hooks: HooksDesk) -> None:
    def counts() -> list[float]:
        found = numbers(hooks.ask("GET", "/metrics").text)
        name = 'sophiie_mock_delivery_attempts_total{outcome="%s"}'
        return [found[name % "delivered"], found[name % "failed"], found["sophiie_mock_deliveries_owed"]]

    before = counts()
    hooks.subscribe(hooks.hook("good"))
    hooks.api("POST", "/v1/leads", {"firstName": "Ana", "email": "ana@example.com", "suburb": "Ryde"})
    hooks.done("POST", "/webhooks/drain")
    after = counts()
    assert [late - early for early, late in zip(before, after, strict=True)] == [1, 0, 0]


def test_the_wait_for_the_log_is_measured(tmp_path: Path) -> None:
    kept = SqliteLog(tmp_path / "state.db")
    app = create_app(Settings(**TINY), kept)
    assert "sophiie_mock_log_wait_seconds_count" in metrics(app)
    made = ask(app, "POST", "/v1/leads", body=json.dumps({"firstName": "Ana"}).encode())
    assert made.status == 201
    found = metrics(app)
    assert found["sophiie_mock_log_wait_seconds_count"] == 1
    assert 0 < found["sophiie_mock_log_wait_seconds_sum"] == found["sophiie_mock_log_wait_seconds_max"]
    assert found["sophiie_mock_log_undone_total"] == 0
    kept.close()


def test_without_a_log_there_is_nothing_to_wait_for(tiny: Starlette) -> None:
    assert not [name for name in metrics(tiny) if "log" in name]


def test_a_late_beat_is_a_stall_unless_the_machine_was_busy() -> None:
    stalls = StallCount()
    start = ThreadTime(0.0, 0.0, 0.0, 0.0)
    stalls.judge(start, ThreadTime(0.15, 0.0, 0.0, 0.0))
    stalls.judge(start, ThreadTime(0.5, 0.0, 0.0, 0.35))
    assert stalls.count == 0
    stalls.judge(start, ThreadTime(0.5, 0.0, 0.0, 0.1))
    stalls.judge(start, ThreadTime(0.4, 0.0, 0.0, None))
    assert (stalls.count, round(stalls.seconds, 6)) == (2, 0.6)


def test_a_loop_is_watched_once_it_is_asked_for() -> None:
    stalls, beats = StallCount(), list[ThreadTime]()
    stalls.judge = lambda before, now: beats.append(now)  # type: ignore[method-assign]

    async def run() -> None:
        stalls.begin()
        stalls.begin()
        while len(beats) < 2:
            await asyncio.sleep(0.01)

    asyncio.run(run())
    assert len(beats) == 2


def test_texts_in_labels_are_escaped() -> None:
    text = metrics_text([Metric("a", "gauge", "b.", [({"c": 'd"\\\n'}, 1, "")]), single("e", "counter", "f.", 2.5)])
    assert text.splitlines()[2] == 'a{c="d\\"\\\\\\n"} 1'
    assert text.endswith("e 2.5\n")
