"""The number of records of each kind in a state: of a workspace, or of a snapshot."""

from collections.abc import Mapping

from mock_server.store.state import WorkspaceState


def record_counts(state: WorkspaceState) -> Mapping[str, int]:
    """Count the records of each kind, the largest kind first; internal kinds of ours are left out."""
    counts = {kind: len(state.rows(kind)) for kind in state.kinds if not kind.startswith("$")}
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
