"""Every flag of ``check`` with the ways to give it, and rows of ways in which any few flags meet in every way."""

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, product
from pathlib import Path

from recording import KEY

from mock_server.config.paths import OPENAPI

Ways = Mapping[str, Sequence[Sequence[str]]]
Row = Mapping[str, Sequence[str]]
"""Flag → the way it is given in; nothing for one that is left out."""

TRIED: Ways = {
    "mode": [["--mode", "safe"]],
    "spec": [["--spec", str(OPENAPI / "v1.yaml")]],
    "overlay": [["--overlay", "overlay.yaml"]],
    "seed": [["--seed", "7"]],
    "quick": [["--quick"]],
    "max_requests": [["--max-requests", "9"]],
    "max_time": [["--max-time", "1000"]],
    "only": [["--only", "Leads"], ["--only", "engine"], ["--only", "creation", "--only", "keys"], ["--only", "writes"]],
    "exclude": [["--exclude", "Leads"], ["--exclude", "engine"]],
    "ids": [["--id", "companyId=cmp_x"]],
    "key_file": [["--key-file", "key.txt"]],
    "key_stdin": [["--key-stdin"]],
    "plan": [["--plan"]],
    "check_rate_limit": [["--check-rate-limit"]],
    "baseline": [["--baseline", "baseline.yaml"]],
    "baseline_entries": [["--baseline-entries"]],
    "fail_fast": [["-x"]],
    "reports": [["--report", "json=r.json"], ["--report", "har=r.har"]],
    "replay": [["--replay", "old.json"]],
    "verbose": [["-v"]],
    "as_json": [["--json"]],
}
REFUSED: Ways = {
    "mode": [["--mode", "full"]],
    "organization": [["--organization", "org_x"]],
    "ledger": [["--ledger", "l.jsonl"]],
}
"""What would write, or goes with writing, without the leave to."""
OTHERS = ("url", "allow_writes")
"""The host itself, and the leave to write, which changes what may be sent: see test_writes.py."""


def prepare(folder: Path) -> None:
    """The files that the flags name."""
    (folder / "key.txt").write_text(KEY)
    (folder / "baseline.yaml").write_text("[]")
    (folder / "overlay.yaml").write_text("overlay: 1.0.0\nx-assumptions: [lead-create-status=200]\nactions: []\n")
    said = {"title": "x", "expected": "404", "got": "x", "where": ""}
    asked = {"headers": {"authorization": "Bearer $SOPHIIE_API_KEY"}, "body": None, "status": 200, "whole": True}
    read = {"method": "GET", "path": "/v1/leads?limit=5", **asked}
    findings = [
        {"rule": "limit_honoured", "operation": "GET /v1/leads", "requests": [{**read, "method": "DELETE"}]},
        {"rule": "not_a_server_error", "operation": "POST /v1/leads", "requests": [{**read, "method": "POST"}]},
        {"rule": "ignored_auth", "operation": "GET /v1/leads", "requests": [{**read, "headers": {}}]},
        {"rule": "not_a_server_error", "operation": "GET /v1/leads", "requests": [read]},
        {"rule": "use_after_free", "operation": "DELETE /v1/faqs/{}", "requests": [read], "unit": "deletion[/v1/faqs]"},
        {"rule": "detail", "operation": "GET /v1/leads/{}", "requests": [read], "unit": f"item[GET {_ITEM}]"},
    ]
    (folder / "old.json").write_text(json.dumps({"findings": [{**said, **finding} for finding in findings]}))


_ITEM = "/v1/leads/<id of /v1/leads>"


def everything(ways: Ways) -> list[Row]:
    """Every way of every flag with every way of every other."""
    choices = [[(), *map(tuple, found)] for found in ways.values()]
    return [dict(zip(ways, row, strict=True)) for row in product(*choices)]


def covering(ways: Ways, strength: int, seed: int = 1) -> list[Row]:
    """Few rows, so that any ``strength`` flags meet in each combination of their ways, left out or given.

    Greedy: each row begins with a combination that is still missing and takes, flag by flag, the way that meets most
    of what is missing.
    """
    chance = random.Random(seed)
    choices: dict[str, list[Sequence[str]]] = {name: [(), *map(tuple, found)] for name, found in ways.items()}
    missing: set[frozenset[tuple[str, Sequence[str]]]] = {
        frozenset(zip(names, met, strict=True))
        for names in combinations(choices, strength)
        for met in product(*(choices[name] for name in names))
    }
    rows: list[Row] = []
    while missing:
        row = dict(min(missing, key=sorted))
        for name in chance.sample(list(choices), len(choices)):
            if name not in row:
                row[name] = max(choices[name], key=lambda way: _met({**row, name: way}, name, missing, strength))
        missing -= {frozenset(met) for met in combinations(row.items(), strength)}
        rows.append(row)
    return rows


def _met(row: Row, name: str, missing: set[frozenset[tuple[str, Sequence[str]]]], strength: int) -> int:
    """How much of what is missing a row meets with this flag."""
    others = [pair for pair in row.items() if pair[0] != name]
    return sum(frozenset([(name, row[name]), *met]) in missing for met in combinations(others, strength - 1))


def words(row: Row) -> list[str]:
    return [word for way in row.values() for word in way]


def flags(rows: Iterable[Row]) -> int:
    """How many flags the rows are about."""
    return len({name for row in rows for name in row})
