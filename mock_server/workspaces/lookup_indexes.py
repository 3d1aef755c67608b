"""By which fields records are looked up: of large collections those indexes are made before somebody waits for them.

An index of 200,000 records takes a quarter of a second. This is for speed only: any other field can be asked for.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from mock_server.spec.contract import Contract
from mock_server.store.state import WorkspaceState

_LARGE = 20_000  # rows; an index of fewer takes less than what anybody notices
_FIELDS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "leads": ("email", "phone"),
        "inquiries": ("leadId",),
        "appointments": ("leadId", "status"),
        "$deliveries": ("state", "queue", "eventId"),
    }
)


def make_indexes(contract: Contract, state: WorkspaceState) -> None:
    """Make the indexes that are most likely to be asked for, of what is large."""
    for kind, field in _wanted(contract, state):
        state.look_up(kind, field)


def _wanted(contract: Contract, state: WorkspaceState) -> Iterator[tuple[str, str]]:
    for kind in state.kinds:
        if len(state.rows(kind)) >= _LARGE:
            family = contract.families.get(kind)
            link = (family.link,) if family and family.link else ()
            for field in dict.fromkeys((*_FIELDS.get(kind, ()), *link)):
                yield kind, field
