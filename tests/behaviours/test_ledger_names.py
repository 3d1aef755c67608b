"""A docstring or comment that names an entry of the ledger names one that is there."""

import re
from pathlib import Path

from mock_server import behaviours, webhooks
from mock_server.app import ledger

NAMED = re.compile(r"gaps? `+([a-z-]+)`+(?: and `+([a-z-]+)`+)?")


def test_gaps_that_the_code_names_are_in_the_ledger() -> None:
    known = {gap.id for gap in ledger()}
    named = {}
    for package in (behaviours, webhooks):
        for path in Path(package.__path__[0]).glob("*.py"):
            text = re.sub(r"\s+", " ", path.read_text("utf-8"))
            named.update({name: path.name for match in NAMED.finditer(text) for name in match.groups() if name})
    assert len(named) > 10
    assert {name: where for name, where in named.items() if name not in known} == {}
