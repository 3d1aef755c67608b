"""SARIF 2.1.0, which code hosts show as alerts. The place of a finding is an operation of the document."""

import json

from contracts.outcome import Outcome
from contracts.redaction import Sieve
from contracts.report import content

_LEVELS = {True: "error", False: "warning"}


def as_sarif(outcome: Outcome, sieve: Sieve) -> str:
    """SARIF 2.1.0. The place of a finding is the operation in the document, which has no line."""
    findings = content.summary(outcome, sieve)["findings"]
    rules = {item["rule"]: {"id": item["rule"], "shortDescription": {"text": item["title"]}} for item in findings}
    results = [
        {
            "ruleId": item["rule"],
            "level": _LEVELS[item["breaks"]],
            "message": {"text": f"{item['title']}. Expected: {item['expected']}. Got: {item['got']}"},
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
