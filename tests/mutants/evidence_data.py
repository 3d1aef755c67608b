"""Write ``openapi/evidence.yaml``: what the kill matrix and the table of clients show, by operation.

    python tests/mutants/evidence_data.py

``spec evidence`` reads the file, because an installation has neither the matrix nor the page. ``test_evidence_data.py``
fails when it is not what this makes.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parent))

from power import BY_NAME, RESULTS  # it registers every mutant

ROOT = Path(__file__).parents[2]
FILE = ROOT / "openapi" / "evidence.yaml"
AXES = {
    "lifecycle": ("lifecycle", "time"),
    "refusals": ("access", "input", "protocol", "tenancy"),
}
"""Which groups of mutants show that an axis is asserted; the others are about answers, lists and webhooks."""
CALLS: Mapping[str, list[str]] = {
    "curl, from bash": ["*"],
    "openapi-python-client": ["*"],
    "datamodel-code-generator (pydantic 2; models only, sent with httpx)": ["*"],
    "openapi-typescript with openapi-fetch, `tsc --strict`": ["*"],
    "@hey-api/openapi-ts, `tsc --strict`": ["*"],
    "fetch of Node, in vitest": ["POST /v1/leads", "GET /v1/leads"],
    "fetch of Node, in jest": ["GET /v1/organization"],
    "fetch of Node, after start-server-and-test": ["GET /v1/leads/{}"],
    "schemathesis, with requests": ["*"],
}
"""The operations that a client of ``docs/clients.md`` calls, as far as its row tells; ``*`` is all of them."""
_HEAD = """\
# Evidence of operations. Written by tests/mutants/evidence_data.py; `spec evidence` reads it.
#
# documents  the day whose knowledge they have, as PROVENANCE.md says
# kills      [found, all] of the mutants that have a wrong lifecycle, or wrong refusals, in an operation
# clients    clients of docs/clients.md, with the operations that they call; `*` is all of them
"""


def data(day: str) -> dict[str, Any]:
    """The content of the file. ``day`` is the day on which the kill matrix was measured."""
    [read] = re.findall(r"knowledge is that of (\S{10})", (ROOT / "openapi" / "PROVENANCE.md").read_text())
    kills = {"date": day, "operations": _kills()}
    return {"documents": {"date": read}, "kills": kills, "clients": list(_clients())}


def _kills() -> dict[str, dict[str, list[int]]]:
    missed = {row["mutant"] for row in _rows() if not row["found"]}
    found: dict[str, dict[str, list[int]]] = {}
    for name in dict.fromkeys(row["mutant"] for row in _rows()):
        mutant = BY_NAME[name]
        axis = next((axis for axis, groups in AXES.items() if mutant.group in groups), "")
        if axis and not mutant.operation.startswith("WEBHOOK"):
            count = found.setdefault(mutant.operation, {}).setdefault(axis, [0, 0])
            count[0] += name not in missed
            count[1] += 1
    return {operation: dict(sorted(axes.items())) for operation, axes in sorted(found.items())}


def _rows() -> Iterator[dict[str, Any]]:
    for line in RESULTS.read_text().splitlines():
        row = json.loads(line)
        if row["arm"] == "ours" and row["mutant"]:
            yield row


def _clients() -> Iterator[dict[str, Any]]:
    for line in (ROOT / "docs" / "clients.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] in CALLS:
            [day] = re.findall(r"\d{4}-\d\d-\d\d", cells[-1])
            yield {"name": cells[0], "version": cells[1], "date": day, "operations": CALLS[cells[0]]}


def main() -> int:
    """Write the file, with the day of the matrix as git has it."""
    command = ["git", "log", "-1", "--format=%cs", "--", str(RESULTS)]
    day = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    FILE.write_text(_HEAD + yaml.safe_dump(data(day), sort_keys=False, width=120, default_flow_style=None))
    return 0


if __name__ == "__main__":
    sys.exit(main())
