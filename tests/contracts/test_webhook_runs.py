"""Runs about webhooks stay on a mock; what the engine reads and where it looks."""

from dataclasses import replace

import pytest
import schemathesis

from contracts import schemathesis_engine
from contracts.options.generation_depth import QUICK
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.plan import all_scenarios
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.scenarios.webhook_tenant import webhook_tenant
from contracts.spec.document import Contract, Document, load
from contracts.spec.generator_document import for_generator
from contracts.transport.guard import Guard, Mode, Policy
from contracts.transport.guarded_session import Transport
from contracts.transport.target import Target

TARGET = Target("http://127.0.0.1:9", "sk_test_local", local=True)


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load()


@pytest.fixture
def client(contract: Contract) -> ScenarioClient:
    """Of a target where nobody listens."""
    guard = Guard(Policy(TARGET.origin, Mode.FULL, TARGET.key, contract))
    return ScenarioClient(contract, TARGET, Transport(guard))


def test_only_a_mock_is_asked_for_an_organization(client: ScenarioClient) -> None:
    with pytest.raises(ScenarioSkipped), webhook_tenant(client):
        pytest.fail("there is no mock")


def test_a_run_on_another_target_has_no_unit_about_webhooks(contract: Contract) -> None:
    assert not [scenario.name for scenario in all_scenarios(contract) if scenario.topic.startswith("webhooks")]


def test_a_client_of_another_organization_shares_findings_and_no_memory(client: ScenarioClient) -> None:
    other = client.elsewhere("sk_test_other", lambda exchange: exchange)
    assert other.target == replace(TARGET, key="sk_test_other")
    assert other.findings is client.findings
    assert other.created is not client.created


def test_each_webhook_of_the_document_can_be_judged(contract: Contract) -> None:
    assert "WEBHOOK LEAD_CREATED" in contract.webhooks
    assert all(webhook.body for webhook in contract.webhooks.values())


def test_a_generated_body_that_is_too_large_may_be_refused_as_such() -> None:
    settings = schemathesis_engine.configuration(TARGET, QUICK, 1)
    checks = schemathesis.Config.from_dict(settings).projects.get_default().checks_config_for()
    assert {"400", "413", "414", "431"} <= set(checks.negative_data_rejection.expected_statuses)


def test_the_engine_reads_a_pattern_alone_where_a_format_stands_beside_it() -> None:
    both = {"type": "string", "format": "uri", "pattern": "^https", "maxLength": 9}
    raw = {"openapi": "3.1.0", "paths": {}, "x": {"a": [both], "b": {"format": "uuid", "maxLength": 9}}}
    assert for_generator(Document("a", raw))["x"] == {
        "a": [{"type": "string", "pattern": "^https"}],
        "b": {"format": "uuid", "maxLength": 9},
    }
    assert "format" in both
