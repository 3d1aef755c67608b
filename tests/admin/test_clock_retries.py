"""A clock that is moved makes failed deliveries be tried again on its way, each at its time."""

import httpx

from mock_server.server import MockServer
from mock_server.settings import Settings
from mock_server.world.clock import parse


def test_retries_fire_on_the_way_in_order_with_what_happens() -> None:
    with MockServer(Settings(port=0, quiet=True, world="small", retries="10s,10m")) as server:
        client = httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {server.api_key}"}, timeout=20)
        client.post("/__admin/clock/freeze", json={})
        client.put("/__admin/inbox/hooks", json={"status": 500})
        hook = {"hookUrl": f"{server.url}/__admin/inbox/hooks", "trigger": "LEAD_CREATED"}
        assert client.post("/api/webhooks/zapier/subscribe?org_id=org_1&user_id=usr_1", json=hook).status_code == 201
        start = parse(client.post("/__admin/simulate", json={"kind": "call", "count": 2, "over": 60}).json()["now"])
        client.post("/__admin/webhooks/drain", json={})
        moved = client.post("/__admin/clock/advance", json={"seconds": 3600}).json()
        seen = [((parse(it["at"]) - start).total_seconds(), it["what"], it.get("attempt")) for it in moved["happened"]]
        client.close()
    tried = [(second, attempt) for second, what, attempt in seen if what == "delivery attempted"]
    assert [second for second, _, _ in seen] == sorted(second for second, _, _ in seen)
    assert (30.0, "call", None) in seen
    assert [attempt for _, attempt in tried] == [2, 1, 2, 3, 3]
    assert 8 <= tried[0][0] <= 12
    assert tried[1][0] == 30
    assert "undrained" not in moved
