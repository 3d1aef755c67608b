"""The generator sends through the suite's transport, and nothing opens a connection beside it."""

import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from auditing import audited
from going_away import answering_then_gone
from messages import assert_message
from recording import KEY, Answer, recording
from requests.adapters import HTTPAdapter

from contracts.options.generation_depth import GenerationDepth
from contracts.options.options import Options
from contracts.run.events import RunEvent
from contracts.run.outcome import RunResult
from contracts.run.run_plan import RunPlan
from contracts.run.session import RunSession, make_run
from contracts.scenarios.skipped import SkipReason
from contracts.spec.document import Contract, load
from contracts.transport.engine_transport import without_external_values
from contracts.transport.target import Target

FEW = GenerationDepth(examples=5, chains=0)
LISTED: Answer = (200, {}, b'{"things":[]}')
CLASSES = (requests.Session, requests.Request, requests.Response, requests.PreparedRequest, HTTPAdapter)


@contextmanager
def watched_connections() -> Generator[list[bool], None, None]:
    """Of each connection that is opened: whether the guard's adapter opens it. Complete at the end."""
    connections: list[bool] = []
    with audited("socket.connect") as seen:
        yield connections
    connections += ["contracts.transport.guarded_session._send" in callers for _, callers in seen]


def document(tmp_path: Path, example: str = "http://192.0.2.1/example") -> Contract:
    """One list with a parameter, whose example lies on another host."""
    parameter = {
        "name": "word",
        "in": "query",
        "schema": {"type": "string", "properties": {"externalValue": {"type": "string"}}},
        "examples": {"far": {"externalValue": example}},
    }
    success = {"description": "ok", "content": {"application/json": {"schema": {"type": "object"}}}}
    listing = {"parameters": [parameter], "responses": {"200": success, "400": {"description": "refused"}}}
    raw = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/things": {"get": listing}}}
    file = tmp_path / "things.json"
    file.write_text(json.dumps(raw))
    return load(str(file))


def generated(contract: Contract, url: str, seen: Sequence[Any] = ()) -> RunResult:
    session = RunSession(RunPlan.of(contract, Target(url, KEY, local=True), Options(only=("engine",), depth=FEW)))
    for subscriber in seen:
        session.subscribe(subscriber)
    return make_run(session)


def test_no_class_of_requests_is_changed_during_a_run(tmp_path: Path) -> None:
    before = [dict(vars(one)) for one in CLASSES]
    changed: list[RunEvent] = []

    def compare(event: RunEvent) -> None:
        if [dict(vars(one)) for one in CLASSES] != before or not requests.Session().trust_env:
            changed.append(event)

    with recording(lambda *_: LISTED) as host:
        outcome = generated(document(tmp_path), host.url, [compare])
    assert (changed, outcome.requests > 3) == ([], True)


def test_every_connection_of_a_run_passes_the_guard(tmp_path: Path) -> None:
    answers = recording(lambda *_: LISTED), recording(lambda *_: LISTED)
    with answers[0] as elsewhere, answers[1] as host, watched_connections() as connections:
        outcome = generated(document(tmp_path, f"{elsewhere.url}/example"), host.url)
    assert (elsewhere.seen, set(connections)) == ([], {True})
    assert len(host.seen) == outcome.requests


def test_probes_pass_the_guard_and_are_heeded(tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(_: str, path: str) -> Answer:
        asked.append(path)
        return (400, {}, b"") if "%01" in path else LISTED

    with recording(answer) as host:
        outcome = generated(document(tmp_path), host.url)
    assert any("probe%5C%1B%01" in path for path in asked)
    assert len(asked) == outcome.requests


def test_a_target_that_goes_away_ends_the_generator(tmp_path: Path) -> None:
    with answering_then_gone(4) as url, watched_connections() as connections:
        outcome = generated(document(tmp_path), url)
    assert [skipped.reason for skipped in outcome.cut_short.values()] == [SkipReason.LOST]
    assert outcome.exit_code == 2
    assert set(connections) == {True}  # nobody looks beside the guard whether it is still there
    assert outcome.requests < 20


@pytest.mark.parametrize("resets", [1, 2, 3])
def test_a_target_that_goes_away_proves_nothing_though_something_was_found_before(tmp_path: Path, resets: int) -> None:
    with answering_then_gone(4, resets=resets) as url:
        outcome = generated(document(tmp_path), url)
    assert (outcome.failed, outcome.broken, list(outcome.not_run)) == (["engine[things]"], [], [])
    [why] = outcome.vacuous
    assert_message(why, "a target that was lost on the way")
    assert outcome.exit_code == 2


def test_dropped_connections_are_not_looked_into_beside_the_guard(tmp_path: Path) -> None:
    with answering_then_gone(4, resets=10_000) as url, watched_connections() as connections:
        generated(document(tmp_path), url)
    assert set(connections) == {True}


def test_a_property_called_external_value_stays(tmp_path: Path) -> None:
    parameter = document(tmp_path).documents[0].raw["paths"]["/things"]["get"]["parameters"][0]
    left = without_external_values(parameter)
    assert (left["schema"], left["examples"]) == (parameter["schema"], {"far": {}})
