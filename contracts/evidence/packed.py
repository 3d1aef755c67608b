"""Evidence that comes with the program: what clients drove, and which mutants the suite found, by operation."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from contracts.evidence.axes import Axis, Fact, OnAxis
from mock_server.config.paths import OPENAPI
from mock_server.errors import SpecError
from mock_server.support.bounded_files import read_file

_KILLS = {Axis.LIFECYCLE: "lifecycle", Axis.REFUSALS: "refusals"}


class PackedEvidence:
    """The content of ``openapi/evidence.yaml``."""

    def __init__(self) -> None:
        self._data: Mapping[str, Any] = read_file(OPENAPI / "evidence.yaml", SpecError, ours=True)

    @property
    def day_of_documents(self) -> date:
        """The day whose knowledge the documents have."""
        return date.fromisoformat(self._data["documents"]["date"])

    def clients(self, operation: str) -> OnAxis:
        """The clients that have called an operation of the fake."""
        found = [it for it in self._data["clients"] if {"*", operation} & {*it["operations"]}]
        facts = (Fact(f"{it['name']} {it['version']}", date.fromisoformat(it["date"])) for it in found)
        return OnAxis(tuple(facts), "" if found else "no client in docs/clients.md is known to call it")

    def kills(self, operation: str, axis: Axis) -> OnAxis:
        """How many wrong versions of an operation the suite has found, of those that are wrong on this axis."""
        word = _KILLS[axis]
        count = self._data["kills"]["operations"].get(operation, {}).get(word)
        if count is None:
            return OnAxis(reason=f"no mutant of the kill matrix has wrong {word} here")
        text = f"{count[0]} of {count[1]} mutants found"
        return OnAxis((Fact(text, date.fromisoformat(self._data["kills"]["date"])),))
