"""Reports for programs: JSON, and JUnit with one case for each rule and operation that was looked at."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.report import summary as content
from contracts.report.escaping import json_text
from contracts.report.escaping import xml as _clean
from contracts.run.outcome import RunResult
from contracts.transport.redaction import ReportRedactor


def as_json(outcome: RunResult, redactor: ReportRedactor) -> str:
    """The summary as JSON."""
    return json_text(content.summary(outcome, redactor))


def as_junit(outcome: RunResult, redactor: ReportRedactor) -> str:
    """A finding is a failed case named by its rule and operation; a scenario that found nothing is a passed one."""
    facts = content.summary(outcome, redactor)
    broken = [item for item in facts["findings"] if item["breaks"]]
    cases = sum(len(facts[name]) for name in ("passed", "notRun", "findings", "vacuous"))
    skipped = len(facts["notRun"]) + len(facts["findings"]) - len(broken)
    counts = {"tests": cases, "failures": len(broken), "errors": len(facts["vacuous"]), "skipped": skipped}
    root = ET.Element("testsuites")
    suite = ET.SubElement(root, "testsuite", name=f"sophiie-mock check {facts['target']}")
    more = {"time": facts["seconds"], "timestamp": facts["started"].removesuffix("Z")}
    suite.attrib.update({name: str(value) for name, value in (counts | more).items()})
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(facts):
        ET.SubElement(properties, "property", name=name, value=_clean(value))
    for name in facts["passed"]:
        ET.SubElement(suite, "testcase", classname="contracts", name=_clean(name))
    for name, reason in facts["notRun"].items():
        case = ET.SubElement(suite, "testcase", classname="contracts", name=_clean(name))
        ET.SubElement(case, "skipped", message=_clean(reason))
    for item in facts["findings"]:
        name = f"{item['rule']}[{item['operation']}] {item['where']}".strip()
        case = ET.SubElement(suite, "testcase", classname=f"contracts.{item['group']}", name=_clean(name))
        reason = [f"reason {item['reason']}"] if item["reason"] else []
        text = "\n".join([f"expected {item['expected']}", f"got {item['got']}", *reason, *item["curl"]])
        verdict = ET.SubElement(case, "failure" if item["breaks"] else "skipped", message=_clean(item["title"]))
        verdict.text = _clean(text)
    for reason in facts["vacuous"]:
        case = ET.SubElement(suite, "testcase", classname="contracts", name="vacuous")
        ET.SubElement(case, "error", message=_clean(reason))
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _properties(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "mode", facts["mode"]
    yield from ((f"version.{name}", number) for name, number in facts["versions"].items())
    for document in facts["documents"]:
        yield from ((f"document.{document['name']}.{name}", document[name]) for name in ("title", "version", "sha256"))
