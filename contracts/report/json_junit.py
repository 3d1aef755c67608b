"""Reports for programs: JSON, and JUnit with one case for each rule and operation that was looked at."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.report import summary as content
from contracts.run.outcome import RunResult
from contracts.transport.redaction import ReportRedactor


def as_json(outcome: RunResult, redactor: ReportRedactor) -> str:
    """The summary as JSON."""
    return json.dumps(content.summary(outcome, redactor), indent=2, ensure_ascii=False) + "\n"


def as_junit(outcome: RunResult, redactor: ReportRedactor) -> str:
    """A finding is a failed case named by its rule and operation; a unit that found nothing is a passed one."""
    told = content.summary(outcome, redactor)
    broken = [item for item in told["findings"] if item["breaks"]]
    cases = sum(len(told[name]) for name in ("passed", "notRun", "findings", "vacuous"))
    skipped = len(told["notRun"]) + len(told["findings"]) - len(broken)
    counts = {"tests": cases, "failures": len(broken), "errors": len(told["vacuous"]), "skipped": skipped}
    root = ET.Element("testsuites")
    suite = ET.SubElement(root, "testsuite", name=f"sophiie-mock check {told['target']}")
    more = {"time": told["seconds"], "timestamp": told["started"].removesuffix("Z")}
    suite.attrib.update({name: str(value) for name, value in (counts | more).items()})
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(told):
        ET.SubElement(properties, "property", name=name, value=_clean(value))
    for name in told["passed"]:
        ET.SubElement(suite, "testcase", classname="contracts", name=_clean(name))
    for name, reason in told["notRun"].items():
        case = ET.SubElement(suite, "testcase", classname="contracts", name=_clean(name))
        ET.SubElement(case, "skipped", message=_clean(reason))
    for item in told["findings"]:
        name = f"{item['rule']}[{item['operation']}] {item['where']}".strip()
        case = ET.SubElement(suite, "testcase", classname=f"contracts.{item['group']}", name=_clean(name))
        reason = [f"reason {item['reason']}"] if item["reason"] else []
        text = "\n".join([f"expected {item['expected']}", f"got {item['got']}", *reason, *item["curl"]])
        verdict = ET.SubElement(case, "failure" if item["breaks"] else "skipped", message=_clean(item["title"]))
        verdict.text = _clean(text)
    for reason in told["vacuous"]:
        case = ET.SubElement(suite, "testcase", classname="contracts", name="vacuous")
        ET.SubElement(case, "error", message=_clean(reason))
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _properties(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "mode", told["mode"]
    yield from ((f"version.{name}", number) for name, number in told["versions"].items())
    for document in told["documents"]:
        yield from ((f"document.{document['name']}.{name}", document[name]) for name in ("title", "version", "sha256"))


def _clean(text: str) -> str:
    """XML cannot hold most control characters and no surrogates."""
    return "".join(c if c in "\t\n" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" else "\ufffd" for c in text)
