import pytest

from mock_server.testing import AsyncSophiie


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
async def test_a_new_lead_is_told_of(asophiie: AsyncSophiie) -> None:
    await asophiie.inbox.subscribe("LEAD_CREATED")
    lead = {"firstName": "Ana", "email": "ana@example.com", "suburb": "Newtown"}
    (await asophiie.client.post("/v1/leads", json=lead)).raise_for_status()

    await asophiie.settle()
    await asophiie.inbox.expect({"email": "ana@example.com"})
    await asophiie.requests.assert_called("POST /v1/leads", times=1)
