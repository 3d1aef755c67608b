"""Reports for programs: JSON, and JUnit with one case for each rule and operation that was looked at."""

import json
import xml.etree.ElementTree as ET

from contracts.outcome import Outcome
from contracts.redaction import Sieve
from contracts.report import content


def as_json(outcome: Outcome, sieve: Sieve) -> str:
    return json.dumps(content.summary(outcome, sieve), indent=2, ensure_ascii=False) + "\n"


def as_junit(outcome: Outcome, sieve: Sieve) -> str:
    """A finding is a failed case named by its rule and operation; a unit that found nothing is a passed one."""
    facts = content.summary(outcome, sieve)
    broken = [item for item in facts["findings"] if item["breaks"]]
    cases = sum(len(facts[name]) for name in ("passed", "notRun", "findings", "vacuous"))
    skipped = len(facts["notRun"]) + len(facts["findings"]) - len(broken)
    counts = {"tests": cases, "failures": len(broken), "errors": len(facts["vacuous"]), "skipped": skipped}
    root = ET.Element("testsuites")
    suite = ET.SubElement(root, "testsuite", name=f"sophiie-mock check {facts['target']}")
    suite.attrib.update({name: str(value) for name, value in (counts | {"time": facts["seconds"]}).items()})
    for name in facts["passed"]:
        ET.SubElement(suite, "testcase", classname="contracts", name=_clean(name))
    for name, reason in facts["notRun"].items():
        case = ET.SubElement(suite, "testcase", classname="contracts", name=_clean(name))
        ET.SubElement(case, "skipped", message=_clean(reason))
    for item in facts["findings"]:
        name = f"{item['rule']}[{item['operation']}] {item['where']}".strip()
        case = ET.SubElement(suite, "testcase", classname=f"contracts.{item['group']}", name=_clean(name))
        text = "\n".join([f"expected {item['expected']}", f"got {item['got']}", *item["curl"]])
        verdict = ET.SubElement(case, "failure" if item["breaks"] else "skipped", message=_clean(item["title"]))
        verdict.text = _clean(text)
    for reason in facts["vacuous"]:
        case = ET.SubElement(suite, "testcase", classname="contracts", name="vacuous")
        ET.SubElement(case, "error", message=_clean(reason))
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _clean(text: str) -> str:
    """XML cannot hold most control characters and no surrogates."""
    return "".join(c if c in "\t\n" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" else "\ufffd" for c in text)
