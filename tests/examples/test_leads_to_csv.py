"""The sync job, tested the way a user would: against a business of its own, on a bad day too."""

import csv
import io
from typing import Any

import httpx
import pytest
from leads_to_csv import leads, write

from mock_server.testing import Sophiie


def synced(sophiie: Sophiie) -> list[dict[str, str]]:
    """The rows that the job writes. It pauses by moving the workspace's clock: no real time passes."""
    out = io.StringIO()
    write(leads(sophiie.client, pause=sophiie.clock.advance), out)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def test_every_lead_is_written_once(sophiie: Sophiie) -> None:
    rows = synced(sophiie)

    assert sorted(row["id"] for row in rows) == sorted(lead["id"] for lead in sophiie.world.leads)
    sophiie.requests.assert_called("GET /v1/leads", times=3)
    sophiie.requests.assert_all_matched()


@pytest.mark.sophiie(world="edge")
def test_names_in_any_script_survive(sophiie: Sophiie) -> None:
    names = {lead["id"]: lead["firstName"] for lead in sophiie.world.leads}

    assert {row["id"]: row["firstName"] for row in synced(sophiie)} == names


@pytest.mark.sophiie(rate_limit=2)
def test_the_rate_limit_is_waited_for(sophiie: Sophiie) -> None:
    before = sophiie.clock.now

    assert len(synced(sophiie)) == 12
    assert (sophiie.clock.now - before).total_seconds() == 60
    sophiie.requests.assert_called("GET /v1/leads", times=4)


def test_an_outage_is_survived(sophiie: Sophiie) -> None:
    sophiie.faults.add("GET /v1/leads", {"status": 503}, count=2)

    assert len(synced(sophiie)) == 12


def test_a_long_outage_ends_the_job(sophiie: Sophiie) -> None:
    sophiie.faults.add("GET /v1/leads", {"status": 503})

    with pytest.raises(httpx.HTTPStatusError):
        synced(sophiie)
    sophiie.requests.assert_called("GET /v1/leads", times=4)


def test_a_lead_who_calls_meanwhile_is_in_the_next_copy(sophiie: Sophiie) -> None:
    before = {row["id"] for row in synced(sophiie)}
    made: Any = sophiie.simulate("call", about="blocked drain")

    assert {row["id"] for row in synced(sophiie)} - before == {made["happened"][0]["leadId"]}
