"""Grades by use: what is sent, lacking, read, answered, and what nobody knows."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from differing import asked, document, operation, received, sent
from messages import assert_message, line_with

from contracts.changes.client_use import ANYTHING, ClientUse, UsedRequest
from contracts.changes.comparison import compare
from contracts.changes.diff_report import GradedChange
from contracts.changes.grades import ClientKind, Grade
from contracts.changes.grading import UseGrading
from contracts.changes.use_sources import load_use
from contracts.changes.versions import Version, version_of
from contracts.cli.diff import command
from contracts.errors import CannotRun
from contracts.spec.document import Contract

B, A, U = Grade.BROKEN, Grade.AFFECTED, Grade.UNAFFECTED
KEY = "POST /rooms"
ROOM = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
EMPTY: Any = {"type": "object"}


def call(status: int = 200, **parts: Any) -> UsedRequest:
    return UsedRequest(KEY, (status,), "test_a", **parts)


def version(raw: Any) -> Version:
    return version_of(raw, Path("x.json"))


def graded(old: Any, new: Any, *calls: UsedRequest, client: ClientKind = ClientKind.UNKNOWN) -> list[GradedChange]:
    use = ClientUse(calls, "a file")
    found = compare(version(old), version(new), use.places())
    return [UseGrading(use, client).grade(change) for change in found.changes]


def only(old: Any, new: Any, *calls: UsedRequest, **more: Any) -> Grade:
    (one,) = graded(old, new, *calls, **more)
    return one.grade


def test_what_is_never_called_is_unaffected() -> None:
    other = UsedRequest("GET /other", (200,))

    assert only(received(ROOM), document(), other) == U
    assert only(received(ROOM), document(), call()) == B


def test_a_field_of_an_answer_matters_to_those_who_read_it() -> None:
    old, new = received(ROOM), received(EMPTY)

    assert only(old, new, call(read=frozenset({"/name"}))) == B
    assert only(old, new, call(read=frozenset({"/other"}))) == U
    assert only(old, new, call(read=frozenset({""}), opaque=("",))) == A
    assert only(old, new, call()) == A


def test_an_answer_that_never_came_is_unaffected() -> None:
    assert only(received(ROOM), received(EMPTY), call(404, read=frozenset({"/name"}))) == U


def test_a_parameter_matters_to_those_who_send_it() -> None:
    old = asked({"type": "integer"})

    assert only(old, operation(), call(sent={"query limit": ["5"]})) == B
    assert only(old, operation(), call()) == U


@pytest.mark.parametrize(
    ("before", "after", "value", "grade"),
    [
        ({"maximum": 100}, {"maximum": 3}, "5", B),
        ({"maximum": 100}, {"maximum": 50}, "5", U),
        ({}, {"maximum": 3}, "5", B),
        ({"maximum": 100}, {"maximum": 50}, ANYTHING, A),
        ({"minLength": 1}, {"minLength": 3}, "ab", B),
        ({"enum": ["a", "b"]}, {"enum": ["a"]}, "b", B),
        ({"enum": ["a", "b"]}, {"enum": ["a"]}, "a", U),
        ({"type": "string"}, {"type": "integer"}, "7", U),
        ({"type": "string"}, {"type": "integer"}, "x", B),
        ({"type": "string"}, {"type": "string", "enum": ["x"]}, "x", U),
    ],
)
def test_the_values_that_were_sent_decide(before: Any, after: Any, value: Any, grade: Grade) -> None:
    assert only(asked(before), asked(after), call(sent={"query limit": [value]})) == grade


def test_what_becomes_required_matters_to_those_who_leave_it_out() -> None:
    optional = {**ROOM, "required": []}

    assert only(sent(optional), sent(ROOM), call(sent={"body": [{}]})) == B
    assert only(sent(optional), sent(ROOM), call(sent={"body": [{}], "body /name": ["Ana"]})) == U
    counted = UsedRequest(
        KEY, (200,), count=9, sent={"body": [ANYTHING]}, lacking=frozenset({"body /name"}), whole=False
    )
    assert only(sent(optional), sent(ROOM), counted) == B


def test_a_fault_of_the_test_says_nothing_of_the_contract() -> None:
    bent = call(503, sent={"query limit": ["5"]}, bent=True)

    assert only(asked({"maximum": 100}), asked({"maximum": 3}), bent) == U
    assert only(asked({"maximum": 100}), document(), bent) == B


def test_a_new_word_matters_to_a_closed_client_that_reads_the_field() -> None:
    old, new = (received({"type": "object", "properties": {"s": {"enum": words}}}) for words in (["a"], ["a", "b"]))
    reads, other = call(read=frozenset({"/s"})), call(read=frozenset({"/x"}))

    assert only(old, new, reads, client=ClientKind.CLOSED) == B
    assert only(old, new, reads, client=ClientKind.OPEN) == U
    assert only(old, new, other, client=ClientKind.CLOSED) == U


JOURNAL = {"requests": [{"request": {"method": "POST", "url": "/rooms?limit=5", "headers": {}, "body": {"name": "A"}},
                         "response": {"status": 200, "headers": {}, "body": {}}}]}  # fmt: skip
COVERAGE = {"totals": {}, "operations": {KEY: {"requests": 2, "statuses": {"200": 2}, "parameters": {
    "query limit": 2, "body name": 1, "body other": 0}, "values": {}}}, "events": {}}  # fmt: skip
RECORD = "\n".join([json.dumps({"form": "sophiie-mock use 1", "run": "1"}), json.dumps({"test": "t", "requests": [
    {**JOURNAL["requests"][0], "test": "t::a", "read": ["/name"], "opaque": []}]}), ""])  # fmt: skip


@pytest.mark.parametrize(
    "text", [json.dumps(JOURNAL), json.dumps(COVERAGE), RECORD], ids=["journal", "coverage", "record"]
)
def test_a_file_tells_what_was_sent(text: str, tmp_path: Path) -> None:
    file = tmp_path / "used"
    file.write_text(text, "utf-8")
    use = load_use((str(file),), Contract([version(asked({})).document]))

    (found,) = use.by_operation[KEY]
    assert "query limit" in found.sent
    assert "body /name" in found.sent
    assert found.statuses == (200,)
    assert found.lacks("body /other") is True
    assert (found.read, found.test) == ((frozenset({"/name"}), "t::a") if text is RECORD else (None, ""))


HEAD = '{"form": "sophiie-mock use 1"}'
EMPTY_FILES = ("", "{", "[]", "{}", '{"requests": []}', HEAD, f'{HEAD}\n{{"requests": 5}}', f"{HEAD}\n[1]",
               '{"totals": 1, "operations": {"a": 1}}')  # fmt: skip


@pytest.mark.parametrize("text", EMPTY_FILES)
def test_a_file_that_tells_nothing_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "used"
    file.write_text(text, "utf-8")

    with pytest.raises(CannotRun):
        load_use((str(file),), Contract([version(asked({})).document]))


def test_the_verb_names_tests_and_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, raw in (("old", asked({"maximum": 9})), ("new", asked({"maximum": 3}))):
        Path(f"{name}.json").write_text(json.dumps(raw), "utf-8")
    Path("use.jsonl").write_text(RECORD, "utf-8")
    asked_for = ["old.json", "new.json", "--used", "use.jsonl", "--json", "--report", "markdown=m"]
    found = json.loads(CliRunner().invoke(command, asked_for, standalone_mode=False).output)

    (change,) = found["changes"]
    assert (change["grade"], change["tests"], change["requests"]) == ("broken", ["t::a"], 1)
    assert_message(line_with(Path("m").read_text(), "t::a"))
