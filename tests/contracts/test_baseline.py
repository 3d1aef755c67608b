"""Accepted findings: one entry accepts one cause, until its day; every mistake in the file is told with its line."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from messages import assert_message
from production import CONTRACT
from recording import FakeClock, recording

from contracts.cli import main
from contracts.errors import CannotRun
from contracts.options.baseline import Baseline, entries_for
from contracts.options.baseline_file import load_baseline
from contracts.options.options import Options
from contracts.rules import collections, response_conformance
from contracts.rules.location import Location
from contracts.rules.rule import Finding
from contracts.run.outcome import RunResult
from contracts.run.run_plan import RunPlan
from contracts.run.session import RunSession, make_run
from contracts.spec.provenance import Provenance
from contracts.transport.target import Target

TODAY = date(2026, 11, 22)
ENTRY = """\
- check: undocumented_field
  operation: GET /v1/leads
  where: 200 /leads/*/nickname
  owner: ana
  expires: 2026-12-31
"""


def written(folder: Path, text: str) -> str:
    file = folder / "baseline.yaml"
    file.write_text(text)
    return str(file)


def found(where: str = "200 /leads/*/nickname", operation: str = "GET /v1/leads", rule: object = None) -> Finding:
    return Finding(
        rule or response_conformance.UNDOCUMENTED,  # type: ignore[arg-type]
        operation,
        Provenance.EXAMPLE,
        expected="",
        got="",
        location=Location(name=where),
    )


def test_an_entry_accepts_its_finding_and_no_other(tmp_path: Path) -> None:
    baseline = load_baseline(written(tmp_path, ENTRY), TODAY)
    assert baseline.accepts(found())
    assert not baseline.accepts(found(where="200 /leads/*/surname"))
    assert not baseline.accepts(found(operation="GET /v1/members"))
    assert not baseline.accepts(found(rule=response_conformance.SCHEMA))


def test_the_last_day_is_a_day(tmp_path: Path) -> None:
    file = written(tmp_path, ENTRY)
    assert load_baseline(file, date(2026, 12, 31)).accepts(found())
    late = load_baseline(file, date(2027, 1, 1))
    assert not late.accepts(found())
    assert_message(late.expired[0], FOLDER=tmp_path)


def test_what_is_not_found_any_more_is_told(tmp_path: Path) -> None:
    baseline = load_baseline(written(tmp_path, ENTRY), TODAY)
    assert baseline.unused([found()]) == []
    assert_message(baseline.unused([found(where="elsewhere")])[0], FOLDER=tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("check: x\n", ":1: a baseline is a list"),
        ("- text\n", ":1: an entry has"),
        (ENTRY.replace("  owner: ana\n", ""), ":1: `owner` is missing"),
        (ENTRY.replace("ana", ""), ":4: `owner` is missing"),
        (ENTRY.replace("undocumented_field", "nobody_*"), ":1: no check `nobody_"),
        (ENTRY.replace("GET /v1/leads", "GET /v1/leeds"), ":2: no operation.*did you mean `GET /v1/leads`"),
        (ENTRY.replace("GET /v1/leads", "listLeeds"), ":2: no operation.*did you mean `listLeads`"),
        (
            ENTRY.replace("GET /v1/leads", "WEBHOOK LEAD_CREATE"),
            ":2: no operation.*did you mean `WEBHOOK LEAD_CREATED`",
        ),
        ("[" * 1_000, "it nests deeper"),
        (ENTRY.replace("2026-12-31", "soon"), ":5: `expires` is a day"),
        (ENTRY.replace("undocumented_field", "undocumented_fields"), ":1: no check.*did you mean `undocumented_field`"),
        (ENTRY + "  severity: low\n", ":6: no member `severity`"),
        (ENTRY + "  owner: bob\n", ":6: `owner` stands there twice"),
        (ENTRY.replace("ana", "[ana, bob]"), ":4: `owner` is one text"),
        (ENTRY + ENTRY, ":6: the same as line 1"),
        ("- check: [\n", "no YAML"),
        ("- *nobody\n", "no YAML"),
    ],
    ids=lambda value: value[:40],
)
def test_a_mistake_is_told_with_its_line(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match=words):
        load_baseline(written(tmp_path, text), TODAY, CONTRACT)


@pytest.mark.parametrize(
    ("entry", "accepted"),
    [
        ({}, {"a", "b"}),
        ({"where": ""}, {"a", "b"}),
        ({"where": '"*"'}, {"a", "b"}),
        ({"where": "200 /leads/*/A"}, {"a"}),
        ({"where": '" 200   /leads/*"'}, {"a", "b"}),
        ({"where": '""'}, set()),
        ({"operation": '"*"'}, {"a", "b", "other operation"}),
        ({"operation": "GET /v1/*"}, {"a", "b", "other operation"}),
        ({"operation": "GET /v1/leads/*"}, set()),
        ({"operation": "listLeads"}, {"a", "b"}),
        ({"check": "undocumented_*"}, {"a", "b"}),
        ({"check": '"*"', "operation": '"*"'}, {"a", "b", "other operation", "other check"}),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_an_entry_accepts_a_cause_wherever_it_shows(entry: dict[str, str], accepted: set[str], tmp_path: Path) -> None:
    members = {"check": "undocumented_field", "operation": "GET /v1/leads", "owner": "ana", "expires": "2026-12-31"}
    text = "\n".join(f"  {name}: {value}" for name, value in {**members, **entry}.items())
    baseline = load_baseline(written(tmp_path, f"-{text[1:]}\n"), TODAY, CONTRACT)
    findings = {
        "a": found("200 /leads/*/a"),
        "b": found("200 /leads/*/b"),
        "other operation": found(operation="GET /v1/members"),
        "other check": found(rule=response_conformance.SCHEMA),
    }
    assert {name for name, finding in findings.items() if baseline.accepts(finding)} == accepted


def test_an_operation_is_named_as_anybody_names_it(tmp_path: Path) -> None:
    for name in (
        "GET /v1/leads/{id}",
        "get /v1/leads/{leadId}",
        "getLead",
        "GET /v1/leads/ld_123",
        "GET  /v1/leads/:id",
    ):
        baseline = load_baseline(written(tmp_path, ENTRY.replace("GET /v1/leads", name)), TODAY, CONTRACT)
        assert [entry.operation for entry in baseline.entries] == ["GET /v1/leads/{}"]


def test_what_a_client_made_up_is_in_no_document(tmp_path: Path) -> None:
    text = ENTRY.replace("undocumented_field", "undocumented_operation").replace("GET /v1/leads", "GET /v1/leeds")
    assert load_baseline(written(tmp_path, text), TODAY, CONTRACT).entries[0].operation == "GET /v1/leeds"


def test_one_entry_is_printed_for_each_cause() -> None:
    findings = [found(f"place {number}") for number in range(26)] + [found("alone", "GET /v1/faqs")]
    first, second = entries_for(findings, TODAY)
    assert ("# in 26 places" in first, "where" in first) == (True, False)
    assert 'where: "alone"' in second


def test_no_file_is_an_empty_baseline_and_a_missing_one_is_told(tmp_path: Path) -> None:
    assert load_baseline("", TODAY).entries == ()
    assert load_baseline(written(tmp_path, "# nothing yet\n"), TODAY).entries == ()
    with pytest.raises(CannotRun, match="No such file"):
        load_baseline(str(tmp_path / "none.yaml"), TODAY)


def test_the_printed_entry_reads_back_once_it_has_an_owner(tmp_path: Path) -> None:
    (text,) = entries_for([found(where='200 /a: "b" #')], TODAY)
    with pytest.raises(CannotRun, match="`owner` is missing"):
        load_baseline(written(tmp_path, text), TODAY)
    baseline = load_baseline(written(tmp_path, text.replace("# who sees to it", "ana")), TODAY)
    assert baseline.accepts(found(where='200 /a: "b" #'))


# --- in a run ---------------------------------------------------------------------------------------------------

TROUBLE = b'{"totalPages": 1, "currentPage": 1, "totalCount": 2, "faqs": []}'
ASKED = ("GET /v1/faqs",)


def outcome_with(baseline: Baseline, *, fail_fast: bool = False) -> RunResult:
    """A run on a list that says two and shows none: three rules are broken."""
    with recording(lambda *_: (200, {}, TROUBLE), FakeClock()) as host:
        target = Target(host.url, "k" * 12, local=True, is_mock=True)
        options = Options(mode="safe", only=ASKED, baseline=baseline, fail_fast=fail_fast)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("contracts.run.session.greet", lambda client, step: client.target)  # it only knows FAQs
            return make_run(RunSession(RunPlan.of(CONTRACT, target, options)))


def accepting(outcome: RunResult, folder: Path, count: int, expires: str = "2026-12-31") -> Baseline:
    entries = [text.replace("# who sees to it", "ana") for text in entries_for(outcome.findings[:count], TODAY)]
    text = "".join(entries).replace("2026-12-22", expires)
    return load_baseline(written(folder, text), TODAY)


def test_a_run_is_green_when_all_that_it_finds_is_accepted_and_red_for_one_more(tmp_path: Path) -> None:
    bare = outcome_with(Baseline())
    assert bare.exit_code == 1
    assert {finding.rule for finding in bare.findings} >= {collections.LIMIT}
    whole = outcome_with(accepting(bare, tmp_path, len(bare.findings)))
    assert (whole.exit_code, whole.findings, len(whole.accepted)) == (0, [], len(bare.findings))
    less = outcome_with(accepting(bare, tmp_path, len(bare.findings) - 1))
    assert (less.exit_code, less.findings[0].key) == (1, bare.findings[-1].key)


def test_an_expired_entry_fails_the_run_whether_its_finding_is_there_or_not(tmp_path: Path) -> None:
    bare = outcome_with(Baseline())
    late = accepting(bare, tmp_path, len(bare.findings), "2026-11-21")
    assert outcome_with(late).exit_code == 1
    assert len(outcome_with(late).expired) == len(bare.findings)
    outcome = RunResult(bare.target, bare.mode, 1, bare.coverage, expired=list(late.expired))
    assert outcome.exit_code == 2


def test_an_accepted_finding_does_not_stop_a_hasty_run(tmp_path: Path) -> None:
    bare = outcome_with(Baseline())
    assert outcome_with(Baseline(), fail_fast=True).notes
    assert outcome_with(accepting(bare, tmp_path, len(bare.findings)), fail_fast=True).stopped == ""


def test_the_command_tells_the_line_of_a_bad_baseline(tmp_path: Path) -> None:
    file = written(tmp_path, ENTRY.replace("ana", ""))
    result = CliRunner().invoke(main.command, ["--baseline", file], standalone_mode=False)
    assert result.return_value == 2
    assert f"{file}:4: `owner` is missing" in result.output
