"""JUnit XML that the strictest readers accept: it has every attribute and element that any schema of JUnit requires."""

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from contracts.report.escaping import xml
from contracts.report.report_cases import CaseStatus, ReportCase, cases
from contracts.report.summary import RunReport

_ELEMENTS = {CaseStatus.FAILED: "failure", CaseStatus.ERROR: "error", CaseStatus.SKIPPED: "skipped"}


def as_junit(report: RunReport) -> str:
    """Write each cause as a failed case, named by rule and operation, and each scenario without findings as a passed
    case.
    """
    facts = report.facts
    return junit_text(_about(facts), list(cases(report)), list(_properties(facts)))


def junit_text(
    about: Mapping[str, str], every: Sequence[ReportCase], properties: Iterable[tuple[str, str]] = ()
) -> str:
    """Write test cases as one suite; ``about`` has its name, host, time and duration."""
    counts = Counter(case.status for case in every)
    numbers = {
        "tests": str(len(every)),
        "failures": str(counts[CaseStatus.FAILED]),
        "errors": str(counts[CaseStatus.ERROR]),
        "skipped": str(counts[CaseStatus.SKIPPED]),
    }
    root = ET.Element("testsuites")
    suite = ET.SubElement(root, "testsuite", {**about, "id": "0", "package": "contracts", **numbers})
    listed = ET.SubElement(suite, "properties")
    for name, value in properties:
        ET.SubElement(listed, "property", name=xml(name), value=xml(value))
    for case in every:
        _add(suite, case)
    ET.SubElement(suite, "system-out")
    ET.SubElement(suite, "system-err")
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _about(facts: Mapping[str, Any]) -> dict[str, str]:
    return {
        "name": xml(f"sophiie-mock check {facts['target']}"),
        "hostname": xml(urlsplit(facts["target"]).hostname or "localhost"),
        "timestamp": facts["started"].removesuffix("Z"),
        "time": f"{facts['seconds']:.2f}",
    }


def _add(suite: ET.Element, case: ReportCase) -> None:
    element = ET.SubElement(suite, "testcase", classname=case.group, name=xml(case.name) or "-", time="0")
    tag = _ELEMENTS.get(case.status)
    if tag is None:
        return
    end = ET.SubElement(element, tag, message=xml(case.message))
    if case.status is not CaseStatus.SKIPPED:
        end.set("type", case.group)
    end.text = xml(case.details)


def _properties(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "mode", facts["mode"]
    yield from ((f"version.{name}", number) for name, number in facts["versions"].items())
    for document in facts["documents"]:
        yield from ((f"document.{document['name']}.{name}", document[name]) for name in ("title", "version", "sha256"))
