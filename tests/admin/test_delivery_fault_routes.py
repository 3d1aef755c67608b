"""``/webhooks/faults``: rules are added, shown with what they did, removed; a wrong one is refused with a pointer."""

from typing import Any

import pytest
from hooks_desk import HooksDesk

from mock_server.stubbing.delivery_faults import SIGNED_ONLY


def test_a_rule_strikes_and_counts_until_it_is_removed(hooks: HooksDesk) -> None:
    hooks.subscribe()
    rule = hooks.done("POST", "/webhooks/faults", {"fault": "DUPLICATE", "trigger": "LEAD_CREATED"})
    hooks.lead()
    hooks.drain()

    assert len(hooks.received()) == 2
    shown = hooks.done("GET", f"/webhooks/faults/{rule['id']}")
    assert (shown["matches"], shown["strikes"]) == (1, 1)
    [delivery] = hooks.deliveries()
    assert [attempt["fault"].split("; ")[0] for attempt in delivery["attempts"]] == [rule["id"]] * 2

    assert hooks.done("DELETE", f"/webhooks/faults/{rule['id']}") == {"removed": [rule["id"]]}
    hooks.done("POST", "/webhooks/faults", {"fault": "LOST"})
    assert len(hooks.done("DELETE", "/webhooks/faults")["removed"]) == 1
    assert hooks.done("GET", "/webhooks/faults") == {"faults": []}
    hooks.lead()
    hooks.drain()
    assert len(hooks.received()) == 3


@pytest.mark.parametrize(
    ("wrong", "pointer", "status"),
    [
        ({}, "/fault", 400),
        ({"fault": "NOPE"}, "/fault", 400),
        ({"fault": "LOST", "seconds": 5}, "/seconds", 400),
        ({"fault": "SLOW_ANSWER", "seconds": 61}, "/seconds", 400),
        ({"fault": "DUPLICATE", "copies": 21}, "/copies", 400),
        *(({"fault": name}, "/fault", 409) for name in sorted(SIGNED_ONLY)),
    ],
)
def test_a_wrong_rule_is_refused_with_its_place(
    wrong: dict[str, Any], pointer: str, status: int, hooks: HooksDesk
) -> None:
    assert hooks.refused("POST", "/webhooks/faults", wrong, status=status)["pointer"] == pointer
    assert hooks.done("GET", "/webhooks/faults") == {"faults": []}
