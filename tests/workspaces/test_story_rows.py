"""Rows of a world: in the order of their times, and in the order of their making where the times are the same."""

from mock_server.app import load_contract
from mock_server.config.settings import Settings
from mock_server.workspaces.story_rows import FittedRows

OURS = load_contract(Settings())
TIMES = ("2026-03-02T01:00:00.000Z", "2026-03-01T23:59:59.999Z", "", "2026-03-02T00:00:00.000Z", "2026-03-01")


def test_rows_are_in_the_order_of_time_and_those_of_one_moment_as_they_were_made() -> None:
    rows = FittedRows(OURS, "a kind that the document does not have", 1)
    for turn in (1, 2):
        rows.add({"id": f"{turn}/{time}", "createdAt": time} for time in TIMES)

    assert [row.id for row in rows.in_order()] == [f"{turn}/{time}" for time in sorted(TIMES) for turn in (1, 2)]
