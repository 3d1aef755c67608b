"""Reports for a pipeline on GitHub: annotations and a step summary."""

from contracts.outcome import Outcome
from contracts.redaction import Sieve, visible
from contracts.report import content

_LEVELS = {True: "error", False: "warning"}


def as_github(outcome: Outcome, sieve: Sieve) -> str:
    """Workflow commands, one a line: to be printed in a step."""
    lines = []
    for item in content.summary(outcome, sieve)["findings"]:
        text = f"{item['operation']}: {item['title']}. Expected: {item['expected']}. Got: {item['got']}"
        title = f"{item['rule']} {item['operation']}"
        lines.append(f"::{_LEVELS[item['breaks']]} title={_property(title)}::{_message(text)}")
    lines.append(f"::notice title=sophiie-mock check::{_message(sieve.redact(content.verdict(outcome)))}")
    return "\n".join(lines) + "\n"


def _message(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\n", "%0A")


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
    plain = visible(" ".join(text.split()))[:160]
    return "".join({"|": "\\|", "<": "&lt;", ">": "&gt;", "`": "'"}.get(letter, letter) for letter in plain)
