"""Writes evidence as text and as a Markdown table. Neither adds anything up."""

from collections.abc import Sequence

from contracts.evidence.axes import Axis, OperationEvidence
from contracts.report import escaping


def as_text(found: Sequence[OperationEvidence]) -> str:
    """A paragraph for each operation."""
    blocks = []
    for one in found:
        lines = [one.operation, f"  provenance: {one.provenance.describe()}"]
        lines += [f"  {axis}: {on_axis.describe()}" for axis, on_axis in one.axes.items()]
        blocks.append("\n".join(map(escaping.terminal, lines)))
    return "\n\n".join(blocks)


def as_markdown(found: Sequence[OperationEvidence]) -> str:
    """A table with a row for each operation and a column for each axis."""
    head = ["operation", "provenance", *Axis]
    rows = [
        [f"`{one.operation}`", one.provenance.describe(), *(one.axes[axis].describe() for axis in Axis)]
        for one in found
    ]
    return "\n".join(_row(cells) for cells in [head, ["---"] * len(head), *rows])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(escaping.terminal(cell).replace('|', '&#124;') for cell in cells)} |"
