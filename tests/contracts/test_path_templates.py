"""A path of a document that no URL can hold as it is: its requests are known, by both judges."""

import json
from pathlib import Path

import pytest

from contracts.options.options import Options
from contracts.run.run_plan import RunPlan
from contracts.run.session import RunSession, make_run
from contracts.spec.document import load
from contracts.spec.path_template import as_sent, path_pattern
from contracts.transport.target import mock


@pytest.mark.parametrize(
    ("template", "sent", "paths"),
    [
        ("/leads/{id}", "/leads/{id}", ["/leads/1", "/leads/a%2Fb"]),
        ("/büro räume/{id}", "/b%C3%BCro%20r%C3%A4ume/{id}", ["/büro räume/1", "/b%C3%BCro%20r%C3%A4ume/1"]),
        ("/a%20b", "/a%20b", ["/a%20b"]),
        ("/a+b/{é}.json", "/a+b/{é}.json", ["/a+b/1.json"]),
        ("/a\nb", "/a%0Ab", ["/a%0Ab"]),
    ],
)
def test_a_path_is_known_as_it_is_sent(template: str, sent: str, paths: list[str]) -> None:
    assert as_sent(template) == sent
    assert all(path_pattern(template).fullmatch(path) for path in paths)
    assert not path_pattern(template).fullmatch("/elsewhere")


def test_a_document_in_any_language_gives_no_false_alarm(tmp_path: Path) -> None:
    answer = {"200": {"description": "ok", "content": {"application/json": {"schema": {"type": "object"}}}}}
    raw = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/büro räume": {"get": {"responses": answer}}, "/日本": {"get": {"responses": answer}}},
    }
    file = tmp_path / "odd.json"
    file.write_text(json.dumps(raw))
    with mock(spec=str(file)) as target:
        result = make_run(RunSession(RunPlan.of(load(str(file)), target, Options(without=("engine",)))))
    assert (result.exit_code, result.findings, result.vacuous) == (0, [], [])
