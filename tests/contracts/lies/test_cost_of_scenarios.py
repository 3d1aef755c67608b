"""A scenario asks for nothing twice that one answer has shown already: requests are what a run costs."""

from collections import Counter

import pytest
from in_memory import Ask, Call, workspace
from lying_rows import client_of, scenarios

from contracts.transport.exchange import Exchange

pytestmark = pytest.mark.xdist_group("lies")
VISITS = "GET /v1/appointments"
TURNS = 20


@pytest.mark.parametrize("event", ["CREATED", "UPDATED", "CANCELLED"])
def test_visits_are_read_once_a_turn_and_once_before(event: str) -> None:
    asked: Counter[str] = Counter()

    def count(call: Call, ask: Ask) -> Exchange:
        asked[call.operation] += 1
        return ask(call)

    client = client_of(count, key=workspace("empty"))
    scenarios()[f"webhooks-many[WEBHOOK APPOINTMENT_{event}]"].run(client)
    assert client.findings == {}
    assert asked[VISITS] == TURNS + 1
