"""The command: sources, exceptions in the settings, exit codes, and reports that other programs read."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from messages import assert_message, line_with
from timed_entries import at

from contracts.cli.lint import command
from contracts.lint.lint import LINT_RULES
from mock_server.testing import Sophiie

EXCEPT = '[[lint.except]]\nrule = "{}"\noperation = "GET /v1/organization"\nreason = "an old proxy"\n'
KEY_IN_URL = (at(0, "/organization?api_key=abcdefgh"),)


@pytest.fixture
def run(loaded_once: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the command on a HAR file of some entries, in an empty folder: exit code, output, errors."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, entries: Any = KEY_IN_URL) -> tuple[int, str, str]:
        Path("traffic.har").write_text(json.dumps({"log": {"entries": list(entries)}}))
        code = command.main(["traffic.har", *arguments], standalone_mode=False)
        return code, *capsys.readouterr()

    return run


def test_a_finding_is_shown_with_its_reason_place_and_remedy(run: Any) -> None:
    code, out, _ = run()
    assert code == 1
    for words in ("key-in-url", "GET /v1/organization", "why:", "remedy:", "seen in: entry 1"):
        assert words in out
    assert "abcdefgh" not in out


def test_an_exception_needs_a_rule_that_there_is_and_a_reason(run: Any) -> None:
    Path("sophiie-mock.toml").write_text(EXCEPT.format("key-in-url"))
    code, out, _ = run()
    assert code == 0
    assert_message(line_with(out, "an old proxy"))
    Path("sophiie-mock.toml").write_text(EXCEPT.format("key-in-ulr"))
    code, _, err = run()
    assert (code, "did you mean `key-in-url`" in err) == (2, True)
    Path("sophiie-mock.toml").write_text('[[lint.except]]\nrule = "key-in-url"\n')
    assert "`reason` is missing" in run()[2]


def test_the_reports_are_what_their_readers_take(run: Any) -> None:
    kinds = {kind: f"{kind}.out" for kind in ("text", "json", "sarif", "junit")}
    code, out, _ = run("--json", *(f"--report={kind}={file}" for kind, file in kinds.items()))
    assert (code, json.loads(out)) == (1, json.loads(Path("json.out").read_text()))
    sarif = json.loads(Path("sarif.out").read_text())["runs"][0]
    (result,) = [one for one in sarif["results"] if one["level"] == "error"]
    rule = sarif["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert (result["ruleId"], rule["id"], rule["help"]["text"] != "") == ("key-in-url", "key-in-url", True)
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"].endswith("v1.yaml")
    assert place["region"]["startLine"] > 1
    suite = ET.parse("junit.out").getroot()[0]
    assert (suite.get("failures"), len(suite.findall("testcase"))) == ("1", int(suite.get("tests", "0")))


def test_findings_of_one_rule_stay_apart_in_every_report(run: Any) -> None:
    names = ("per_page", "sort", "since")
    run("--report=sarif=s", "--report=junit=j", entries=[at(0, f"/organization?{name}=1") for name in names])
    results = json.loads(Path("s").read_text())["runs"][0]["results"]
    alerts = {(one["ruleId"], one["partialFingerprints"]["primaryLocationLineHash"]) for one in results}
    assert len(alerts) == len(results) > len(names)
    cases = [case.get("name") for case in ET.parse("j").getroot()[0].findall("testcase")]
    assert len(set(cases)) == len(cases)


def test_an_exception_may_name_a_path_that_is_not_documented(run: Any) -> None:
    Path("sophiie-mock.toml").write_text(
        '[[lint.except]]\nrule = "unknown-path"\noperation = "GET /v1/lead/{id}"\nreason = "an old one"\n'
    )
    code, out, _ = run(entries=[at(0, "/lead/7", 404), at(1, "/organization")])
    assert code == 0
    assert_message(line_with(out, "an old one"))


def test_a_running_mock_is_asked_for_its_journal(
    sophiie: Sophiie, run: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sophiie.client.get("/v1/lead")
    monkeypatch.setenv("SOPHIIE_API_KEY", sophiie.api_key)
    assert command.main([sophiie.url, "--json"], standalone_mode=False) == 1
    (found,) = [one for one in json.loads(capsys.readouterr().out)["findings"] if one["severity"] == "error"]
    assert (found["rule"], found["exchanges"][0]["id"]) == ("unknown-path", "req_1")


def test_what_cannot_be_read_or_is_about_nothing_ends_with_2(run: Any) -> None:
    assert run(entries=())[0] == 2
    assert command.main(["no-such-file"], standalone_mode=False) == 2
    assert command.main(["http://127.0.0.1:9"], standalone_mode=False) == 2


def test_the_rules_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    command.main(["--rules", "--json"], standalone_mode=False)
    assert [rule["id"] for rule in json.loads(capsys.readouterr().out)] == [rule.id for rule in LINT_RULES]
