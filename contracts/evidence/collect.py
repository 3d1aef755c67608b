"""Brings the evidence of all sources together, operation by operation."""

from collections.abc import Sequence

from contracts.evidence.axes import Axis, Fact, OperationEvidence
from contracts.evidence.last_run import RunEvidence
from contracts.evidence.packed import PackedEvidence
from contracts.evidence.provenance_marks import describe_provenance
from contracts.evidence.recorded import RecordedEvidence
from contracts.spec.document import Contract


def collect(
    contract: Contract, packed: PackedEvidence, recorded: RecordedEvidence, run: RunEvidence
) -> Sequence[OperationEvidence]:
    """The evidence of every operation, in the order of the contract."""
    return [
        OperationEvidence(
            key,
            Fact(describe_provenance(operation), packed.day_of_documents),
            {
                Axis.CLIENT: packed.clients(key),
                Axis.PROBED: recorded.probed(key),
                Axis.CLEAN: run.clean(key),
                Axis.SHAPE: recorded.shapes(key),
                Axis.LIFECYCLE: packed.kills(key, Axis.LIFECYCLE),
                Axis.REFUSALS: packed.kills(key, Axis.REFUSALS),
            },
        )
        for key, operation in contract.operations.items()
    ]
