"""Entries of a HAR file at their times, and the lint of them."""

from typing import Any

from recordings import entry

from contracts.lint.client_run import client_run
from contracts.lint.lint import LintResult, lint
from contracts.spec.document import Contract
from contracts.spec.json_file import JsonNode
from contracts.traffic.detect import recording

API = "https://api.sophiie.ai/v1"


def at(seconds: float, path: str, status: int = 200, *, ms: float = 20, headers: Any = (), **more: Any) -> Any:
    """An entry some seconds after the first."""
    made = entry(f"{API}{path}", more.pop("answer", {}), status=status, **more)
    made["response"]["headers"] += [{"name": name, "value": value} for name, value in dict(headers).items()]
    minutes, rest = divmod(seconds, 60)
    return made | {"startedDateTime": f"2026-03-04T05:{int(minutes):02}:{rest:06.3f}Z", "time": ms}


def linted(contract: Contract, *entries: Any) -> LintResult:
    return lint(client_run(contract, recording(JsonNode("har", {"log": {"entries": list(entries)}}))))


def problems(contract: Contract, *entries: Any) -> list[str]:
    return [finding.rule.id for finding in linted(contract, *entries).problems]


def unanswered(made: Any) -> Any:
    return made | {"response": {"status": 0, "headers": [], "content": {"size": 0, "mimeType": ""}}}
