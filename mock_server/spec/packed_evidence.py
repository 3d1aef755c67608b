"""Tell how well each operation is known by the data that comes with the program, on axes that are never added up.

``openapi/evidence.yaml`` is about our own documents: of another document it says nothing. Recordings and reports of
runs are the user's files, and the server reads none of them; ``sophiie-mock spec evidence`` does.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mock_server.config.paths import OPENAPI, is_ours
from mock_server.errors import SpecError
from mock_server.spec.operation import Operation
from mock_server.support.bounded_files import read_file

JsonObject = dict[str, Any]

_OF_ANOTHER = "the evidence that comes with the program is about its own documents, not about this one"
_NO_CLIENT = "no client in docs/clients.md is known to call it"
_NO_RECORDING = "the server reads no recording: `sophiie-mock spec evidence FILE`"
_NO_RUN = "the server reads no report of a run: `sophiie-mock spec evidence --run FILE`"


def packed_evidence(operations: Iterable[Operation]) -> list[JsonObject]:
    """The evidence of each operation: its provenance and six axes, each with dated facts or with a reason."""
    data = read_file(OPENAPI / "evidence.yaml", SpecError, ours=True)
    return [_evidence(data, operation) for operation in operations]


def _evidence(data: Mapping[str, Any], operation: Operation) -> JsonObject:
    ours = is_ours(Path(operation.document.name))
    day = data["documents"]["date"] if ours else None
    return {
        "operation": operation.key,
        "provenance": {"text": operation.provenance, "date": day},
        "axes": {
            "driven by a real client": _axis(_clients(data, operation.key) if ours else [], ours, _NO_CLIENT),
            "probed": _axis([], True, _NO_RECORDING),
            "contract-clean": _axis([], True, _NO_RUN),
            "shape observed": _axis([], True, _NO_RECORDING),
            "lifecycle asserted": _mutants(data, operation.key, "lifecycle", ours),
            "refusals asserted": _mutants(data, operation.key, "refusals", ours),
        },
    }


def _axis(facts: Sequence[JsonObject], ours: bool, reason: str) -> JsonObject:
    """An axis with its facts; without any, the reason why there are none."""
    return {"facts": facts} if facts else {"facts": [], "reason": reason if ours else _OF_ANOTHER}


def _clients(data: Mapping[str, Any], key: str) -> list[JsonObject]:
    called = [one for one in data["clients"] if {"*", key} & {*one["operations"]}]
    return [{"text": f"{one['name']} {one['version']}", "date": one["date"]} for one in called]


def _mutants(data: Mapping[str, Any], key: str, word: str, ours: bool) -> JsonObject:
    """Tell how many mutants of an operation the suite has found, of those whose lifecycle or refusals are wrong."""
    count = data["kills"]["operations"].get(key, {}).get(word) if ours else None
    facts = [{"text": f"{count[0]} of {count[1]} mutants found", "date": data["kills"]["date"]}] if count else []
    return _axis(facts, ours, f"no mutant of the kill matrix has wrong {word} here")
