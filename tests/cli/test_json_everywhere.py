"""Every verb that prints data has --json, in the shape that the documentation says, and plain output in a pipe."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from json_shapes import SHAPES

from mock_server.cli.main import main
from mock_server.config.settings import Settings
from mock_server.server import MockServer
from mock_server.support.extras import lacking
from mock_server.testing import Sophiie, workspace

needs_suite = pytest.mark.skipif(bool(lacking()), reason="the extra `check` is not installed")
HOOK = "/api/webhooks/zapier/subscribe?org_id=org_1&user_id=usr_1"


@pytest.fixture(scope="module")
def sophiie() -> Iterator[Sophiie]:
    """A workspace with a delivery, for the verbs that ask a server."""
    with MockServer(Settings(port=0, quiet=True)) as server, workspace(server.url, world="small") as made:
        hook = {"hookUrl": f"{server.url}/__admin/inbox/{made.id}/test", "trigger": "LEAD_CREATED"}
        made.client.post(HOOK, json=hook).raise_for_status()
        made.client.post("/v1/leads", json={"firstName": "Ana", "suburb": "Newtown"}).raise_for_status()
        made.settle()
        yield made


SERVED: Sequence[Sequence[str]] = (
    *(["coverage"], ["doctor"], ["env"], ["wait"], ["events", "list"], ["workspace", "list"]),
    *(["simulate", "call"], ["trigger", "LEAD_UPDATED"], ["workspace", "create"]),
)
OF_THE_SUITE = [pytest.param([verb], marks=[pytest.mark.slow, needs_suite]) for verb in ("lint", "verdict")]
ALONE: Sequence[Sequence[str]] = (
    *(["routes"], ["worlds"], ["spec", "gaps"], ["spec", "show"]),
    ["spec", "lint", "{tiny}"],
)
DOCUMENTS: Sequence[Sequence[str]] = (["spec", "diff", "{tiny}", "{tiny}"], ["spec", "evidence"])
BY_THE_SUITE = [pytest.param(words, marks=[pytest.mark.slow, needs_suite]) for words in DOCUMENTS]


def keys(value: Any) -> set[str]:
    """The members of an object, or of the first object of a list."""
    return set(value[0] if isinstance(value, list) else value)


def asked(capsys: pytest.CaptureFixture[str], arguments: Sequence[str]) -> Any:
    """The JSON of a verb; its text in a pipe is plain, and ends with the same exit code."""
    code = main([*arguments, "--json"])
    out = capsys.readouterr().out
    assert code in (0, 1), out
    assert main(list(arguments)) == code
    assert not set("\x1b┃│╭") & set(capsys.readouterr().out)
    assert "\x1b" not in out
    return json.loads(out)


@pytest.mark.parametrize("arguments", [*SERVED, *OF_THE_SUITE], ids=" ".join)
def test_a_verb_about_a_server_prints_the_documented_shape(
    sophiie: Sophiie, arguments: Sequence[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHIIE_MOCK_URL", sophiie.url)
    monkeypatch.setenv("SOPHIIE_API_KEY", sophiie.api_key)
    found = asked(capsys, arguments)
    name = next(name for name in SHAPES if " ".join(arguments).startswith(name))
    assert keys(found) >= set(SHAPES[name].members)
    assert isinstance(found, list) is SHAPES[name].many


@pytest.mark.parametrize("arguments", [*ALONE, *BY_THE_SUITE], ids=" ".join)
def test_a_verb_without_a_server_prints_the_documented_shape(
    arguments: Sequence[str], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tiny = str(Path(__file__).parents[1] / "tiny.json")
    found = asked(capsys, [word.format(tiny=tiny) for word in arguments])
    name = next(name for name in SHAPES if " ".join(arguments).startswith(name))
    assert keys(found) >= set(SHAPES[name].members)
    assert isinstance(found, list) is SHAPES[name].many


def test_events_are_shown_and_sent_again_as_json(
    sophiie: Sophiie, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHIIE_MOCK_URL", sophiie.url)
    monkeypatch.setenv("SOPHIIE_API_KEY", sophiie.api_key)
    id = next(one["id"] for one in asked(capsys, ["events", "list"]) if one["type"] == "LEAD_CREATED")
    for verb in ("show", "resend"):
        assert keys(asked(capsys, ["events", verb, id])) >= set(SHAPES[f"events {verb}"].members)
