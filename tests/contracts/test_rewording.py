"""A baseline outlives every change of wording: what it names are rules, operations, and the names of cases."""

import ast
import http.client
import json
import re
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from recording import Answer, Recording, Seen, recording
from rewording import MARK, found

import contracts
from contracts.options.baseline import BaselineEntry
from contracts.rules.location import Location
from contracts.rules.registry import RULES
from contracts.rules.rule import Finding
from contracts.spec.provenance import Provenance
from contracts.transport.target import mock

CONTRACTS = Path(contracts.__file__).parent
PHRASE = re.compile(r"[a-z]{2,} [a-z]{2,}")
REFUSALS = (400, 401, 405, 409, 415)


@contextmanager
def lying() -> Generator[Recording, None, None]:
    """A host that takes what it should refuse."""
    with mock() as target:

        def answer(seen: Seen) -> Answer:
            connection = http.client.HTTPConnection(urlsplit(target.origin).netloc, timeout=10)
            headers = {"Authorization": seen.authorization} if seen.authorization else {}
            headers["Content-Type"] = "application/json"
            connection.request(seen.method, seen.path, seen.body or None, headers)
            response = connection.getresponse()
            body, kind = response.read(), response.headers.get("content-type") or "text/plain"
            connection.close()
            return 200 if response.status in REFUSALS else response.status, {"content-type": kind}, body

        with recording(lambda *_: (200, {}, b""), forward=answer) as host:
            yield host


@pytest.mark.slow
def test_rewording_every_text_leaves_each_finding_its_key() -> None:
    script = [sys.executable, str(Path(__file__).with_name("rewording.py"))]
    with lying() as host:
        plain = found(host.url, ["/v1/faqs/{}"])
        said = subprocess.run([*script, host.url, "/v1/faqs/{}"], capture_output=True, check=True).stdout
    reworded = [(key, text) for key, text in json.loads(said)]
    assert sum(MARK in text for _, text in reworded) > 10, "nothing was reworded"
    assert len({rule for (rule, *_), _ in reworded}) > 5
    assert [key for key, _ in reworded] == [key for key, _ in plain]
    assert not [where for (*_, where), _ in plain if PHRASE.search(where)]


def cases(tree: ast.Module) -> Iterator[str]:
    """The texts that name a case of a finding: ``where=`` of an accusation, ``name=`` of a location."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        for given in call.keywords:
            if given.arg == "where" or (given.arg == "name" and getattr(call.func, "id", "") == "Location"):
                parts = (part.value for part in ast.walk(given.value) if isinstance(part, ast.Constant))
                yield from (part for part in parts if isinstance(part, str))


def test_no_case_is_named_by_a_phrase() -> None:
    modules = [module for folder in ("scenarios", "rules", "real_host") for module in (CONTRACTS / folder).glob("*.py")]
    named = [(module.name, case) for module in modules for case in cases(ast.parse(module.read_text("utf-8")))]
    assert len(named) > 15
    assert not [(module, case) for module, case in named if PHRASE.search(case)]


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("the key cut short", "the-key-cut-short"),
        ("past the end", "past-the-end"),
        ("The-Key  cut short", "the-key-cut-short"),
    ],
)
def test_an_entry_from_before_names_had_hyphens_still_counts(written: str, named: str) -> None:
    rule = next(iter(RULES.values()))
    finding = Finding(rule, "GET /v1/leads", Provenance.DOCUMENTED, expected="", got="", location=Location(name=named))
    assert BaselineEntry(rule.name, "GET /v1/leads", written, "ana", date.max, 1).about(finding)
