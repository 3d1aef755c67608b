"""Validates the reports of odd runs against the schemas that others publish, which are theirs and not kept here.

    python tests/contracts/published_schemas.py sarif=sarif-schema-2.1.0.json ctrf=ctrf.schema.json junit=JUnit.xsd

Each is a file. JUnit needs `xmllint`, or the package `xmlschema`. Prints a line for each format; 1 when one is broken.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import jsonschema_rs

sys.path.insert(0, str(Path(__file__).parent))  # a script, and no package

import test_escaping
import test_report_formats
import test_reports

from contracts.report.summary import RunReport
from contracts.report.writers import WRITERS
from contracts.transport.redaction import ReportRedactor


def reports() -> Mapping[str, RunReport]:
    """Runs that found something, were interrupted, hold secrets, or hold hostile texts in every place."""
    outcomes = {
        "plain": test_report_formats.outcome(),
        "interrupted": test_report_formats.interrupted(),
        "secrets": test_reports.outcome(),
        **{f"hostile {number}": test_escaping.outcome(text) for number, text in enumerate(test_escaping.HOSTILE)},
    }
    return {name: RunReport(outcome, ReportRedactor([], people=False)) for name, outcome in outcomes.items()}


def broken_json(text: str, schema: Path) -> list[str]:
    """What a JSON schema says against a report."""
    validator = jsonschema_rs.validator_for(json.loads(schema.read_text("utf-8")), validate_formats=True)
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(json.loads(text))]


def broken_xml(text: str, schema: Path) -> list[str]:
    """What an XML schema says against a report."""
    with tempfile.NamedTemporaryFile("w", suffix=".xml", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        words = ["xmllint", "--noout", "--schema", str(schema), file.name]
        if shutil.which("xmllint") is None:
            script = "import sys, xmlschema; xmlschema.validate(*sys.argv[1:])"
            words = [sys.executable, "-c", script, file.name, str(schema)]
        ran = subprocess.run(words, capture_output=True, text=True)
    return [] if ran.returncode == 0 else (ran.stdout + ran.stderr).splitlines()[-3:]


def judged(schemas: Mapping[str, Path]) -> Iterator[tuple[str, list[str]]]:
    """Each format with what is broken in it."""
    every = reports()
    for kind, schema in schemas.items():
        judge = broken_xml if kind == "junit" else broken_json
        lines = [f"{name}: {one}" for name, report in every.items() for one in judge(WRITERS[kind](report), schema)]
        print(f"{kind}: {len(every)} reports by {schema.name}, {len(lines)} faults", *lines[:5], sep="\n  ")
        yield kind, lines


if __name__ == "__main__":
    given = {kind: Path(file) for kind, _, file in (word.partition("=") for word in sys.argv[1:])}
    faults = [line for _, lines in judged(given) for line in lines]
    sys.exit(bool(faults))
