"""Reports for code hosts: annotations and a step summary for GitHub, and SARIF."""

import json

from contracts.outcome import Outcome
from contracts.redaction import Sieve
from contracts.report import content

_LEVELS = {True: "error", False: "warning"}


def as_github(outcome: Outcome, sieve: Sieve) -> str:
    """Workflow commands, one a line: to be printed in a step."""
    lines = []
    for item in content.summary(outcome, sieve)["findings"]:
        text = f"{item['operation']}: {item['title']}. Expected {item['expected']}, got {item['got']}"
        title = f"{item['rule']} {item['operation']}"
        lines.append(f"::{_LEVELS[item['breaks']]} title={_property(title)}::{_message(text)}")
    lines.append(f"::notice title=sophiie-mock check::{_message(sieve.redact(content.verdict(outcome)))}")
    return "\n".join(lines) + "\n"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


def as_summary(outcome: Outcome, sieve: Sieve) -> str:
    """Markdown for ``$GITHUB_STEP_SUMMARY``."""
    facts = content.summary(outcome, sieve)
    lines = [f"### sophiie-mock check: {sieve.redact(content.verdict(outcome))}", ""]
    if facts["findings"]:
        lines += ["| rule | operation | expected | got | known |", "| --- | --- | --- | --- | --- |"]
    for item in facts["findings"]:
        cells = (item["rule"], item["operation"], item["expected"], item["got"], item["provenance"])
        lines.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    lines += [
        "",
        f"{facts['requests']} requests in {facts['seconds']} s, mode `{facts['mode']}`, seed {facts['seed']}.",
    ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    plain = " ".join(text.split())[:160]
    return "".join({"|": "\\|", "<": "&lt;", ">": "&gt;", "`": "'"}.get(letter, letter) for letter in plain)


def as_sarif(outcome: Outcome, sieve: Sieve) -> str:
    """SARIF 2.1.0. The place of a finding is the operation in the document, which has no line."""
    findings = content.summary(outcome, sieve)["findings"]
    rules = {item["rule"]: {"id": item["rule"], "shortDescription": {"text": item["title"]}} for item in findings}
    results = [
        {
            "ruleId": item["rule"],
            "level": _LEVELS[item["breaks"]],
            "message": {"text": f"{item['title']}. Expected {item['expected']}, got {item['got']}"},
            "locations": [{"logicalLocations": [{"fullyQualifiedName": item["operation"], "kind": "function"}]}],
            "partialFingerprints": {"place": f"{item['rule']} {item['operation']} {item['where']}"},
        }
        for item in findings
    ]
    driver = {"name": "sophiie-mock check", "rules": list(rules.values())}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"
