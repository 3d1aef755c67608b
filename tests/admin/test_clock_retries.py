"""A clock that is moved makes failed deliveries be tried again on its way, each at its time."""

import httpx

from mock_server.config.settings import Settings
from mock_server.server import MockServer
from mock_server.world.clock import Stopwatch, parse


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


def test_a_ladder_of_75_hours_is_climbed_in_one_move_while_visits_take_place() -> None:
    with MockServer(Settings(port=0, quiet=True, retries="standard", now="2026-03-04T05:06:07Z")) as server:
        client = httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {server.api_key}"}, timeout=20)
        client.post("/__admin/clock/freeze", json={})
        client.put("/__admin/inbox/hooks", json={"status": 500})
        hook = {"hookUrl": f"{server.url}/__admin/inbox/hooks", "trigger": "LEAD_CREATED"}
        for _ in range(2):
            client.post("/api/webhooks/zapier/subscribe?org_id=org_1&user_id=usr_1", json=hook).raise_for_status()
        client.post("/v1/leads", json={"firstName": "Ana", "suburb": "Newtown"}).raise_for_status()
        client.post("/__admin/webhooks/drain", json={})
        watch = Stopwatch()
        moved = client.post("/__admin/clock/advance", json={"seconds": 75.6 * 3600 * 1.2}).json()
        seconds = watch.ms() / 1000
        deliveries = client.get("/__admin/webhooks/deliveries").json()["items"]
        client.close()
    times = [it["at"] for it in moved["happened"]]

    assert [(it["state"], len(it["attempts"])) for it in deliveries] == [("failed", 10)] * 2
    assert times == sorted(times)
    between = [it["what"] for it in moved["happened"]]
    assert "appointment completed" in between[1:-1]
    assert seconds < 5  # 0.04 s where nobody else uses the machine
