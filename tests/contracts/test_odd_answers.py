"""No text and no byte of a target ends a run: what is odd about an answer is a finding, and the run goes on."""

import gzip
import itertools
import json
import re
from collections.abc import Callable, Generator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner
from messages import assert_message
from recording import KEY, Answer, recording

from contracts.cli import main
from contracts.rules.openapi_core_judge import OpenapiCoreJudge
from contracts.scenarios.client import ScenarioClient
from contracts.spec.document import Contract, Document, load
from contracts.transport.exchange import Exchange
from contracts.transport.guard import Guard, Mode, Policy
from contracts.transport.guarded_session import Transport
from contracts.transport.target import Target

CONTRACT = load()
GOOD = b'{"members":[],"totalPages":0,"currentPage":1,"totalCount":0}'
JSON = {"content-type": "application/json"}
SCHEMA, BODY, TYPE = "response_schema_conformance", "readable_body", "content_type_conformance"


def answer(body: bytes, **headers: str) -> Answer:
    return 200, JSON | {name.replace("_", "-"): value for name, value in headers.items()}, body


def ending(number: bytes) -> bytes:
    return GOOD.replace(b"0}", number + b"}")


ODD: Mapping[str, tuple[Answer, set[str]]] = {
    "nothing odd": (answer(GOOD), set()),
    "a byte that is no UTF-8": (answer(b'{"members": "caf\xe9"}'), {SCHEMA}),
    "UTF-16": (
        answer(GOOD.decode().encode("utf-16"), content_type="application/json; charset=utf-16"),
        {SCHEMA, "json_charset"},
    ),
    "a byte order mark": (answer(b"\xef\xbb\xbf" + GOOD), {SCHEMA}),
    "a charset that nobody knows": (answer(GOOD, content_type="application/json; charset=klingon"), {"json_charset"}),
    "NaN": (answer(ending(b"NaN")), {SCHEMA}),
    "5,000 digits": (answer(ending(b"1" * 5000)), {SCHEMA}),
    "more than a double holds": (answer(ending(b"1e400")), {SCHEMA}),
    "26 digits": (answer(ending(b"12345678901234567890123456")), set()),
    "a name twice": (answer(GOOD.replace(b"{", b'{"members":1,')), {"member_once"}),
    "half a letter": (answer(GOOD.replace(b"{", b'{"\\ud800":1,')), {SCHEMA}),
    "300 levels": (answer(GOOD.replace(b"[]", b"[" * 300 + b"]" * 300)), {SCHEMA}),
    "90,000 levels": (answer(GOOD.replace(b"[]", b"[" * 90_000 + b"]" * 90_000)), {SCHEMA}),
    "90,000 open brackets": (answer(b"[" * 90_000), {SCHEMA}),
    "300 levels where nobody looks": (answer(GOOD.replace(b"{", b'{"x":' + b"[" * 300 + b"]" * 300 + b",")), {SCHEMA}),
    "no gzip": (answer(GOOD, content_encoding="gzip"), {BODY}),
    "half of a gzip": (answer(gzip.compress(GOOD)[:20], content_encoding="gzip"), {SCHEMA}),
    "no deflate": (answer(GOOD, content_encoding="deflate"), {BODY}),
    "a packing that nobody asked for": (answer(GOOD, content_encoding="x-klingon"), {BODY}),
    "a type of bytes": (answer(GOOD, content_type="\xff\xfe;;="), {TYPE}),
    "headers of bytes": (answer(GOOD, set_cookie="\xff=;; expires=\x01", x_other="\xe9"), set()),
    "a redirect to nowhere": ((302, {"location": "http://\xff[::"}, b""), {"status_code_conformance"}),
    "ids of any type": (answer(b'{"members":[{"id":[]},{"id":{}},3],"totalPages":-1}'), {SCHEMA}),
    "digits that are no number": (
        (429, JSON | dict.fromkeys(("x-ratelimit-limit", "x-ratelimit-reset", "retry-after"), "\xb2"), b"{}"),
        {SCHEMA, "response_headers_conformance"},
    ),
    "a number in a header that is too long": (
        (429, JSON | {"x-ratelimit-limit": "1" * 5000}, b"{}"),
        {SCHEMA, "response_headers_conformance"},
    ),
}


@pytest.fixture(scope="module")
def ask() -> Generator[Callable[[Answer, bool], ScenarioClient], None, None]:
    """Asks once for the members, and judges that answer."""
    current: list[Answer] = []
    with recording(lambda *_: current[-1]) as host:

        def asked(given: Answer, private: bool = False) -> ScenarioClient:
            current.append(given)
            target = Target(host.url, KEY, local=not private)
            client = ScenarioClient(
                CONTRACT, target, Transport(Guard(Policy(host.url, Mode.FULL, KEY, CONTRACT, private)))
            )
            client.call(CONTRACT.operations["GET /v1/members"])
            return client

        yield asked


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("private", [False, True], ids=["", "of a real host"])
def test_an_odd_answer_is_a_finding_and_no_end(name: str, private: bool, ask: Callable[..., ScenarioClient]) -> None:
    given, due = ODD[name]
    assert {finding.rule.name for finding in ask(given, private).findings.values()} == due


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a byte that is no UTF-8", "its byte 17 is no UTF-8"),
        ("a byte order mark", "it begins with a byte order mark"),
        ("300 levels", "it nests deeper than 106 levels"),
        ("90,000 levels", "it nests deeper than 106 levels"),
    ],
)
def test_why_a_body_is_no_json_is_told(name: str, why: str, ask: Callable[..., ScenarioClient]) -> None:
    (finding,) = ask(ODD[name][0]).findings.values()
    assert finding.got.endswith(f"({why})")


def test_what_the_second_judge_cannot_read_is_a_note() -> None:
    """Python has no such pattern, and openapi-core raises what Python raises."""
    said = {"description": "", "content": {"application/json": {"schema": {"type": "string", "pattern": r"^\p{L}+$"}}}}
    document = Document("x", {"openapi": "3.1.0", "paths": {"/a": {"get": {"responses": {"200": said}}}}})
    operation, judge = document.operations[0], OpenapiCoreJudge(Contract([document]), "http://x")
    given = Exchange("GET", "http://x/a", {}, b"", 200, JSON, b'"abc"')
    assert list(judge.judge(operation, given, found_wrong=False)) == []
    (note,) = judge.notes
    assert_message(note, ERROR=re.error.__name__)


def test_a_run_among_odd_answers_of_all_kinds_comes_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Generated requests too: the engine has parsers of its own, which break down over less."""
    monkeypatch.setenv("SOPHIIE_API_KEY", KEY)
    turn = itertools.cycle(given for given, _ in ODD.values())
    with recording(lambda *_: next(turn)) as host:
        words = [
            host.url,
            "--only",
            "members",
            "--quick",
            "--max-requests",
            "150",
            "--report",
            f"json={tmp_path}/r.json",
        ]
        result = CliRunner().invoke(main.command, words, standalone_mode=False)
    assert result.return_value == 1, result.output
    report = json.loads((tmp_path / "r.json").read_text())
    assert "KeyError" not in result.output
    assert "Error" not in result.output
    assert "engine[v1]" in report["passed"] + report["failed"]
    found = {finding["rule"] for finding in report["findings"]}
    assert found >= {SCHEMA, BODY, TYPE}


def test_an_empty_204_is_whole_whatever_schema_a_document_gives_it() -> None:
    said = {"description": "", "content": {"application/json": {"schema": {"type": "string"}}}}
    document = Document("x", {"openapi": "3.1.0", "paths": {"/a": {"put": {"responses": {"204": said}}}}})
    judge = OpenapiCoreJudge(Contract([document]), "http://x")
    given = Exchange("PUT", "http://x/a", {}, b"", 204, {}, b"")
    assert list(judge.judge(document.operations[0], given, found_wrong=False)) == []
