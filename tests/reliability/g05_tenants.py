"""Tenants: what happens in one workspace can never be observed in another.

Generated histories of one workspace, with and without a neighbour at work, compared byte for byte; and every route
asked with every kind of id of another workspace.
"""

from collections.abc import Sequence

from foreign_ids import leaks
from frame import Figure, Size, alone
from hypothesis import HealthCheck, Phase, given, settings
from isolation import HISTORIES, Turn, difference

from mock_server.config.settings import Settings
from mock_server.server import MockServer

MINUTES = 30


def main(size: Size) -> Figure:
    histories, kinds = (2_000, 0) if size == "full" else (2, 1)
    different: list[str] = []
    acts = 0
    with MockServer(Settings(port=0, quiet=True, retries="5s,5m", debug_stalls=size == "full")) as server:

        @settings(
            max_examples=histories,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            database=None,
            deadline=None,
        )
        @given(HISTORIES)
        def compare(history: Sequence[Turn]) -> None:
            nonlocal acts
            acts += len(history)
            if found := difference(server.url, history):
                different.append(f"{history}: {found}")

        compare()
    asked, of_kinds, found = leaks(kinds)
    text = f"{histories:,} histories of {acts:,} deeds: {len(different)} differ; "
    text += f"{asked:,} requests with {of_kinds} kinds of another's id: {len(found)} leaks"
    return Figure(not different and not found, "; ".join([text, *different[:1], *found[:3]]))


if __name__ == "__main__":
    alone(__file__, main)
