"""Receivers with a certificate that their owner has made: a way to trust it, and a failure that says which."""

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest
from messages import assert_message
from receivers import receiving, self_signed

from mock_server.errors import SettingsError
from mock_server.store.base import Record
from mock_server.webhooks import subscriptions
from mock_server.webhooks.certificates import trusting
from mock_server.webhooks.egress_client import EgressClient


def delivered(stage: Any, tls: ssl.SSLContext, **settings: Any) -> Record:
    """What becomes of one delivery to a receiver with such a certificate."""

    async def scenario() -> Record:
        async with receiving(tls=tls) as receiver, stage(delivery_timeout=5, **settings) as it:
            it.subscribe(receiver.url)
            it.emit()
            assert await it.drain()
            delivery: Record = it.deliveries[0]
            assert len(receiver.got) == (delivery["state"] == "delivered")
            return delivery

    return asyncio.run(scenario())


def test_a_failure_names_the_ways_to_trust_it(stage: Any, tmp_path: Path) -> None:
    assert_message(delivered(stage, self_signed(tmp_path))["reason"], "receiver with a certificate of its own")


@pytest.mark.parametrize("kind", [(), ("-addext", "basicConstraints=critical,CA:FALSE")], ids=["authority", "leaf"])
def test_one_of_the_given_file_is_trusted(stage: Any, tmp_path: Path, kind: tuple[str, ...]) -> None:
    tls = self_signed(tmp_path, "IP:127.0.0.1", *kind)
    assert delivered(stage, tls, webhook_ca=str(tmp_path / "certificate.pem"))["state"] == "delivered"


def test_one_of_ssl_cert_file_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library reads the variable when it is loaded: here it is loaded already."""
    tls = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))

    async def scenario() -> int:
        async with receiving(tls=tls) as receiver:
            gate = EgressClient(trusted=trusting(""))
            reply = await gate.post(receiver.url, b"{}", {})
            await gate.close()
            return reply.status

    assert asyncio.run(scenario()) == 200


def test_a_subscription_can_take_any(stage: Any, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with receiving(tls=self_signed(tmp_path, "DNS:elsewhere.example")) as receiver, stage() as it:
            wary, easy = it.subscribe(receiver.url), it.subscribe(receiver.url)
            with it.workspaces.transaction(it.workspace) as tx:
                tx.put(subscriptions.KIND, easy, {**tx.get(subscriptions.KIND, easy).record, "skipVerify": True})
            it.emit()
            assert await it.drain()
            states = {delivery["subscriptionId"]: delivery["state"] for delivery in it.deliveries}
            assert states == {wary: "failed", easy: "delivered"}

    asyncio.run(scenario())


def test_another_host_is_not_mended_by_trust_and_says_so(stage: Any, tmp_path: Path) -> None:
    tls = self_signed(tmp_path, "DNS:elsewhere.example")
    reason = delivered(stage, tls, webhook_ca=str(tmp_path / "certificate.pem"))["reason"]
    assert "mismatch" in reason
    assert "--webhook-ca" not in reason
    assert reason.endswith("; listen --skip-verify takes any")


def test_a_file_that_holds_no_certificate_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "text").write_text("no certificate")
    for name, what in (("none", "No such file"), ("", "directory"), ("empty", "no certificate"), ("text", "no cert")):
        with pytest.raises(SettingsError, match=what) as caught:
            trusting(str(tmp_path / name))
        assert caught.value.problems[0].where.startswith("--webhook-ca ")
