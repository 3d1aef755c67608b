"""The kill matrix of the lint: each flawed client breaks its own rule and no other, the sound ones break none."""

from typing import Any

import pytest
from clients import FLAWED, OPTIONS, SOUND, Client

from contracts.lint.client_run import client_run
from contracts.lint.lint import LINT_RULES, LintResult, lint
from contracts.spec.document import Contract, load
from contracts.spec.json_file import JsonNode
from contracts.traffic.detect import recording
from mock_server.testing import Sophiie
from mock_server.testing.factory import WorkspaceFactory


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load()


def linted(client: Client, sophiie: Sophiie, contract: Contract) -> LintResult:
    client(sophiie)
    journal: Any = sophiie.control("GET", "/requests?limit=10000")
    return lint(client_run(contract, recording(JsonNode("journal", journal))))


MANY_REQUESTS = ("over_rate_limit", "n_plus_one_reads")
CASES = [pytest.param(client, marks=pytest.mark.slow if client.__name__ in MANY_REQUESTS else ()) for client in FLAWED]


@pytest.mark.parametrize("client", CASES, ids=lambda client: client.__name__)
def test_a_flawed_client_is_found(client: Client, sophiie_workspace: WorkspaceFactory, contract: Contract) -> None:
    result = linted(client, sophiie_workspace(**OPTIONS.get(client.__name__, {})), contract)
    assert {finding.rule.id for finding in result.problems} == {client.__name__.replace("_", "-")}
    assert all(finding.calls for finding in result.problems)
    assert result.exit_code == 1


@pytest.mark.parametrize("client", SOUND, ids=lambda client: client.__name__)
def test_a_sound_client_is_clean(client: Client, sophiie: Sophiie, contract: Contract) -> None:
    result = linted(client, sophiie, contract)
    assert [finding.to_dict() for finding in result.problems] == []
    assert result.exit_code == 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 21))
def test_over_twenty_seeds_the_same_is_found_and_nothing_else(
    seed: int, sophiie_workspace: WorkspaceFactory, contract: Contract
) -> None:
    for client in FLAWED:
        result = linted(client, sophiie_workspace(seed=seed, **OPTIONS.get(client.__name__, {})), contract)
        assert {finding.rule.id for finding in result.problems} == {client.__name__.replace("_", "-")}
    for client in SOUND:
        for world in ("small", "default"):
            found = linted(client, sophiie_workspace(seed=seed, world=world), contract).problems
            assert [finding.to_dict() for finding in found] == [], client.__name__


def test_each_rule_but_those_about_bodies_of_time_has_its_client() -> None:
    shown = {client.__name__.replace("_", "-") for client in FLAWED}
    others = {"no-timeout", "retries-without-pause", "write-never-used", "status-never-met", "value-never-met"}
    assert shown | others == {rule.id for rule in LINT_RULES}
