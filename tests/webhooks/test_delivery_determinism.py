"""Same seed and script, same delivery log, byte for byte; through the API and the control plane of a real server."""

from typing import Any

import httpx
import pytest

from mock_server.config.settings import Settings
from mock_server.server import MockServer

SUBSCRIBE = "/api/webhooks/zapier/subscribe?org_id=org_1&user_id=usr_1"


def log_of_a_run() -> bytes:
    settings = Settings(
        port=0,
        quiet=True,
        world="small",
        seed=7,
        now="2026-03-04T05:06:07Z",
        retries="5s,1m",
        sign="standard",
        rate_limit="off",
    )
    with MockServer(settings) as server, httpx.Client(base_url=server.url) as client:

        def call(method: str, path: str, body: Any = None) -> Any:
            answer = client.request(method, path, json=body, headers={"authorization": f"Bearer {server.api_key}"})
            assert answer.is_success, answer.text
            if path.startswith("/v1/") or path.endswith("/advance"):  # what receivers answer has consequences
                admin("/webhooks/drain")
            return answer.json() if answer.content else None

        def admin(path: str, body: Any = None, method: str = "POST") -> Any:
            return call(method, f"/__admin{path}", body)

        admin("/clock/freeze")
        admin("/clock/set", {"now": "2026-03-04T05:06:07Z"})
        for name, status in (("good", 200), ("bad", 503), ("gone", 410)):
            admin(f"/inbox/{name}", {"status": status}, "PUT")
            for trigger in ("LEAD_CREATED", "LEAD_UPDATED"):
                call("POST", SUBSCRIBE, {"hookUrl": f"{server.url}/__admin/inbox/{name}", "trigger": trigger})
        call("POST", SUBSCRIBE, {"hookUrl": "http://8.8.8.8/", "trigger": "LEAD_DELETED"})
        leads = [call("POST", "/v1/leads", {"firstName": "Ana", "suburb": "Newtown"})["lead"]["id"] for _ in range(5)]
        for lead in leads[:3]:
            call("PUT", f"/v1/leads/{lead}", {"suburb": "Enmore"})
        admin("/clock/advance", {"seconds": 6})
        admin("/inbox/bad", {"status": 200}, "PUT")
        call("DELETE", f"/v1/leads/{leads[0]}")
        admin("/clock/advance", {"seconds": 3600})
        admin("/webhooks/deliveries/redeliver", {"newId": True})
        admin("/webhooks/drain")
        assert all("webhook-signature" in got["headers"] for got in admin("/inbox/good", method="GET")["received"])
        return client.get("/__admin/webhooks/log").content


@pytest.mark.slow
def test_the_delivery_log_is_the_same_three_times() -> None:
    once = log_of_a_run()

    assert once.count(b"\n") > 40
    assert {b"delivered", b"failed", b"refused:", b"#3"} <= set(once.split())
    assert len({time[-5:] for time in once.split() if time.endswith(b"Z")}) > 10, "retries have jitter"
    assert log_of_a_run() == once
    assert log_of_a_run() == once
