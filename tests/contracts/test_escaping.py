"""A text of a target is data wherever a report is written to: none acts on a reader, man or machine."""

import json
import re
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.console import Console

from contracts.cli import epilogue
from contracts.report import escaping, terminal
from contracts.report.har import HarRecorder
from contracts.report.summary import RunReport
from contracts.report.writers import WRITERS
from contracts.rules.location import Location
from contracts.rules.registry import RULES
from contracts.rules.rule import Finding
from contracts.run.coverage import Coverage
from contracts.run.outcome import RunResult
from contracts.scenarios.skipped import Skipped, SkipReason
from contracts.spec.document import load
from contracts.spec.provenance import Provenance
from contracts.transport.exchange import Exchange
from contracts.transport.guard import Mode
from contracts.transport.redaction import ReportRedactor
from contracts.transport.target import Target

HOSTILE = (
    "\n::error file=a.py::owned",
    "::set-output name=x::y",
    "\r\n  ::add-mask::x",
    "##[error]owned",
    "##vso[task.setvariable variable=x]y",
    "##teamcity[buildStop]",
    "\x1b]0;title\x07\x1b[2J\x1b[31m",
    "\x9b31m\x90q\x85line",
    "\x1b]8;;http://evil.test\x1b\\link\x1b]8;;\x1b\\",
    "![](http://evil.test/pixel.png)",
    "[click](http://evil.test)",
    "http://evil.test www.evil.test @octocat #1 :tada: $x$",
    "<img src=x onerror=alert(1)><!-- & &amp;",
    "\"' onmouseover='x",
    "]]>",
    "<![CDATA[",
    "\ud800 half \udc00",
    "\ufffe\uffff\ufdd0",
    "𝔘nicode 😀",
    "\u202egnp.exe \u2066\u200e\ufeff\u2028\u2029",
    "| a | b |\n| - | - |",
    "\x00\x01\x0b\x0c",
    "{0} %0A%25 \\",
    "**bold** `code` ~~x~~ _y_ # h",
    "1. x",
    "\U000e0041\U000e0042",
    "".join(map(chr, range(256))),
    "\n".join(f"{chr(byte)}::error::x{chr(byte)}" for byte in range(256)),
    bytes(range(256)).decode("utf-8", "surrogateescape"),
    bytes(range(128, 256)).decode("utf-8", "replace"),
)
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters()), st.lists(st.sampled_from(HOSTILE)).map("".join))
ACTING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
CONTRACT = load()


def with_all_of_them(test: Callable[..., None]) -> Callable[..., None]:
    for text in HOSTILE:
        test = example(text)(test)
    return settings(max_examples=30, deadline=None)(given(TEXTS)(test))


def is_command(line: str) -> bool:
    """As runners take a line of a log."""
    return line.strip().startswith("::") or bool(re.search(r"##\w*\[", line))


@with_all_of_them
def test_a_line_for_a_terminal_is_one_line_and_acts_on_nothing(text: str) -> None:
    line = escaping.terminal(text)
    assert not ACTING.search(line)
    assert len(line.splitlines()) <= 1
    assert not is_command(line)


@with_all_of_them
def test_an_annotation_is_one_command(text: str) -> None:
    for escaped in (escaping.annotation(text), escaping.annotation_property(text)):
        assert not ACTING.search(escaped)
        assert len(escaped.splitlines()) <= 1
    assert not set(":,") & set(escaping.annotation_property(text))


@with_all_of_them
def test_markdown_renders_as_the_text(text: str) -> None:
    escaped = escaping.markdown(text)
    assert not ACTING.search(escaped)
    assert "<" not in escaped
    bare = re.sub(r"\\[^\w\s]", "", escaped)  # what a backslash stands before is a letter like others
    assert not re.search(r"[\[\]|`*~@$]|://|www\.", bare, re.IGNORECASE)


@with_all_of_them
def test_a_page_holds_it_as_text(text: str) -> None:
    class Reader(HTMLParser):
        tags = 0
        text = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.tags += 1
            assert len(attrs) == 1

        def handle_data(self, data: str) -> None:
            self.text += data

    reader = Reader()
    reader.feed(f'<p title="{escaping.page(text)}">{escaping.page(text)}</p>')
    reader.close()
    assert (reader.tags, reader.text) == (1, escaping.visible(text))


@with_all_of_them
def test_xml_holds_it(text: str) -> None:
    element = ET.Element("a", name=escaping.xml(text))
    element.text = escaping.xml(text)
    read = ET.fromstring(ET.tostring(element, encoding="unicode").encode())
    assert (read.get("name"), read.text or "") == (escaping.xml(text), escaping.xml(text))
    assert "😀" in escaping.xml("😀")


@with_all_of_them
def test_json_keeps_the_value_and_the_file_acts_on_nothing(text: str) -> None:
    for indent in (2, None):
        written = escaping.json_text({text: [text]}, indent=indent)
        assert not ACTING.search(written)
        assert len(written.rstrip("\n").splitlines()) == (5 if indent else 1)
        whole = re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", text)
        assert orjson.loads(written.encode()) == {whole: [whole]}


# --- whole reports ----------------------------------------------------------------------------------------------


def outcome(text: str) -> RunResult:
    """A result in which each text that a target, or a hostile document, decides on is ``text``."""
    target = Target("http://127.0.0.1:1", "sk_test_local", is_mock=True)
    headers = {"x-mock-explain": text, "content-type": text, "x-a": text}
    body = json.dumps({text: text}).encode()
    exchange = Exchange(
        "GET", "http://127.0.0.1:1/v1/leads", headers, text.encode("utf-8", "replace"), 200, headers, body
    )
    rules = [replace(rule, source="") for rule in list(RULES.values())[:2]]
    said: dict[str, Any] = {
        "expected": text,
        "got": text,
        "location": Location(200, "body", text, f"/{text}"),
        "evidence": (exchange,),
    }
    findings = [Finding(rule, f"GET /{text}", Provenance.DOCUMENTED, **said) for rule in rules]
    result = RunResult(
        target, Mode.FULL, 1, Coverage(CONTRACT, ""), findings, [text], [text], {text: Skipped(SkipReason.OTHER, text)}
    )
    result.accepted = [replace(finding, operation=f"POST /{text}") for finding in findings]
    result.notes, result.vacuous, result.stopped = [text], [text], text
    result.rules = {"a": "", "b": text}
    recorder = HarRecorder(result)
    for body in (text.encode("utf-8", "replace"), text.encode("utf-8", "surrogatepass"), bytes(range(256)), b""):
        for private in (False, True):
            recorder.seen(replace(exchange, body=body, sent_body=body, private=private))
    return result


def on_terminal(report: RunReport) -> str:
    result, redactor, file = report.outcome, report.redactor, StringIO()
    console = Console(file=file, width=200)
    terminal.write(report, console, verbose=True)
    epilogue.entries(result, redactor, console, wanted=True)
    result.target = replace(result.target, is_mock=False)
    epilogue.proposals(result, CONTRACT, redactor, console)
    return file.getvalue()


SINKS = {**WRITERS, "terminal": on_terminal}


def values(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for name, value in node.items():
            yield name
            yield from values(value)
    elif isinstance(node, list):
        for item in node:
            yield from values(item)


TAGS = frozenset(
    (
        *("a", "article", "body", "dd", "details", "dl", "dt", "h1", "h2", "h3", "h4", "head", "html", "li", "mark"),
        *("meta", "p", "pre", "section", "span", "style", "summary", "table", "tbody", "td", "th", "thead", "title"),
        *("tr", "ul"),
    )
)


class Page(HTMLParser):
    """Takes no other element than those of the page itself, and none that does anything."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        assert {name for name, _ in attrs} <= {
            *("charset", "class", "content", "href", "http-equiv", "id", "lang", "name", "rel", "title"),
        }
        assert all((value or "").startswith(("#r", "https://docs.")) for name, value in attrs if name == "href")


def _unlinked(line: str) -> bool:
    """Whether a line of Markdown has no link, picture or element of a target."""
    bare = re.sub(r"\\[^\w\s]", "", line)
    return not re.search(r"<|\]\(|!\[|://|@\w", bare)


@settings(max_examples=8, deadline=None)
@given(TEXTS)
def test_no_text_at_all_acts_on_a_reader(text: str) -> None:
    report = RunReport(outcome(text), ReportRedactor([], people=False))
    for sink in SINKS:
        assert_harmless(sink, report)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_report_acts_on_its_reader(text: str) -> None:
    report = RunReport(outcome(text), ReportRedactor([], people=False))
    for sink in SINKS:
        assert_harmless(sink, report)


def assert_harmless(sink: str, report: RunReport) -> None:
    """What a sink writes is whole, acts on nothing, and is read by what reads it."""
    written = SINKS[sink](report)
    written.encode()  # whole letters only
    assert not ACTING.search(written)
    if sink == "terminal":
        assert not [line for line in written.splitlines() if is_command(line)]
    elif sink == "github":
        assert all(
            line.startswith(("::error title=", "::warning title=", "::notice ")) for line in written.splitlines()
        )
        assert len(written.splitlines()) == 3
    elif sink == "junit":
        ET.fromstring(written.encode())
    elif sink == "html":
        Page().feed(written)
    elif sink == "summary":
        assert all(map(_unlinked, written.splitlines()))
        assert len(written.encode()) < 1024**2
    else:
        orjson.loads(written)


def test_sarif_has_no_link_of_a_target() -> None:
    log = json.loads(WRITERS["sarif"](RunReport(outcome("[a](http://evil.test)"), ReportRedactor([], people=False))))
    assert not [text for text in values(log["runs"][0]["results"][0]["message"]) if re.search(r"(?<!\\)\]\(", text)]


@pytest.mark.parametrize("text", ["plain", "it's", "a\n::error::b", "\x1b[31m'\\", "é\u202e😀\n"])
def test_a_command_is_one_line_that_sends_the_same(text: str, tmp_path: Path) -> None:
    command = Exchange("POST", "http://h/", {}, text.encode(), 200, {}, b"").curl()
    assert len(command.splitlines()) == 1
    fake = tmp_path / "curl"
    fake.write_text('#!/bin/sh\nfor word; do last=$before; before=$word; done\nprintf %s "$last"\n')
    fake.chmod(0o755)
    shown = subprocess.run(["bash", "-c", command], env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True)
    assert shown.stdout.decode() == text
