"""The commands of a finding: anybody can run them on the target that was checked, and they show what was found."""

import json
import subprocess
import urllib.error
import urllib.request
from itertools import pairwise
from typing import Any

import power
import pytest
from resetting import reset
from searches import about
from wrapper import Defects, Forward, Mutant, Request, Response, State

from contracts.options.options import Options
from contracts.report.summary import finding
from contracts.run.run_plan import RunPlan
from contracts.run.session import RunSession
from contracts.scenarios.plan import all_scenarios
from contracts.spec.document import Contract
from contracts.transport.redaction import ReportRedactor
from contracts.transport.target import Target

pytestmark = pytest.mark.xdist_group("commands")  # one mock serves them all
Answer = tuple[int, Any]


def commands(contract: Contract, target: Target, topic: str, *only: str) -> list[str]:
    """Those of the first finding of the first run of a topic that finds something."""
    reset(target)
    with RunSession(RunPlan.of(contract, target, Options(only=only, without=("engine",)))) as run:
        found = (
            found
            for scenario in run.scenarios.values()
            if scenario.topic == topic
            for found in run.run_scenario(scenario)
        )
        first = next(found)
    lines: list[str] = finding(first, run.outcome, ReportRedactor([], people=False))["curl"]
    return lines


def ran(line: str, **variables: str) -> Answer:
    """What a command is answered: a shell reads it, and no program called curl needs to be there."""
    script = f'curl() {{ printf "%s\\n" "$@"; }}\n{line}'
    said = subprocess.run(["sh", "-euc", script], env=variables, capture_output=True, text=True, check=True).stdout
    words = said.splitlines()
    given: dict[str, list[str]] = {"-X": [], "-H": [], "-d": []}
    for option, word in pairwise(words):
        given.get(option, []).append(word)
    headers = dict(header.split(": ", 1) for header in given["-H"])
    body = given["-d"][0].encode() if given["-d"] else None
    asked = urllib.request.Request(words[-1], body, headers, method=given["-X"][0] if given["-X"] else "GET")
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as fault:
        with fault:
            return fault.code, json.loads(fault.read())


def test_a_delivery_that_is_wrong_can_be_caused_again(contract: Contract, target: Target, defects: Defects) -> None:
    defects.change(mutant := power.BY_NAME["delivered_twice"])
    subscribe, cause, look = commands(contract, target, "webhooks", *about(mutant))
    for line in (subscribe, cause):
        assert ran(line, SOPHIIE_API_KEY=target.key)[0] == 201
    drained = f"curl -sS -X POST -H 'Content-Type: application/json' -d '{{}}' {target.origin}/__admin/webhooks/drain"
    assert ran(drained)[0] == 200
    assert len(ran(look)[1]["received"]) == 2


def test_what_was_made_for_a_delivery_has_a_name_in_place_of_its_id(
    contract: Contract, target: Target, defects: Defects
) -> None:
    defects.change(mutant := power.BY_NAME["body_lacks_a_member"])
    make, subscribe, change, look = commands(contract, target, "webhooks", *about(mutant))
    made = ran(make, SOPHIIE_API_KEY=target.key)[1]["lead"]["id"]
    assert ran(subscribe, SOPHIIE_API_KEY=target.key)[0] == 201
    assert ran(change.replace("<id of /v1/leads>", made), SOPHIIE_API_KEY=target.key)[0] == 200
    assert ran(look)[0] == 200


@pytest.mark.parametrize(
    ("name", "topic"), [("foreign_lead_is_read", "foreign-items"), ("recent_leads_are_everybodys", "foreign-lists")]
)
def test_another_organization_is_made_and_its_key_is_named(
    name: str, topic: str, contract: Contract, target: Target, defects: Defects
) -> None:
    defects.change(mutant := power.BY_NAME[name])
    make, ask = commands(contract, target, topic, *about(mutant))
    key = ran(make)[1]["key"]
    right, wrong = ran(ask, SOPHIIE_OTHER_API_KEY=key), ran(ask, SOPHIIE_OTHER_API_KEY="sk_test_suite")
    assert (right[0], wrong[0]) == (200, 401)
    defects.change()
    assert ran(ask, SOPHIIE_OTHER_API_KEY=key) != right


def test_the_limit_is_that_of_an_organization_on_the_target(
    contract: Contract, target: Target, defects: Defects
) -> None:
    async def never_full(request: Request, forward: Forward, state: State) -> Response:
        response = await forward(request)
        return response.but({}, status=200) if response.status == 429 else response

    scenario = next(
        one for one in all_scenarios(contract, on_mock=True) if one.topic == "limits" and one.subject != "*"
    )
    defects.change(Mutant("never_full", "limits", scenario.subject, never_full))
    make, ask = commands(contract, target, "limits", "limits")
    key = ran(make)[1]["key"]
    defects.change()
    assert [ran(ask, SOPHIIE_OTHER_API_KEY=key)[0] for _ in range(61)] == [200] * 60 + [429]
