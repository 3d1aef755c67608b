"""What is signed with --sign standard verifies in the official library, through a rotation and on every attempt.

That of JavaScript needs node and a download: `python tests/reliability/webhooks_javascript.py`.
"""

import asyncio
from typing import Any

import pytest
import standardwebhooks
from receivers import OK, Got, receiving, saying, status

from mock_server.webhooks import secrets as signing
from mock_server.webhooks import signatures

Signed = tuple[Got, str]  # a delivery, and a secret that it must verify with


@pytest.fixture
def deliveries(stage: Any) -> tuple[list[Signed], list[str]]:
    """Before, during and after a rotation, each with a retry; and all the secrets there were."""

    async def scenario() -> tuple[list[Signed], list[str]]:
        answers = saying(status(500), OK, status(500), OK, status(500), OK)
        async with receiving(answers) as receiver, stage(sign="standard", retries="1s") as it:
            it.subscribe(receiver.url)
            valid: list[list[str]] = []
            for keep_old in (None, True, False):
                with it.workspaces.transaction(it.workspace) as tx:
                    if keep_old is not None:
                        signing.rotate(tx, keep_old=keep_old)
                    valid.append(list(it.dispatcher.secrets.valid(tx, it.workspace)))
                it.emit()
                assert await it.drain()
                await it.advance(2)
            assert [len(secrets) for secrets in valid] == [1, 2, 1]
            of_each = [secrets for secrets in valid for _ in range(2)]
            pairs = zip(receiver.got, of_each, strict=True)
            every = list(dict.fromkeys(secret for secrets in valid for secret in secrets))
            return [(got, secret) for got, secrets in pairs for secret in secrets], every

    return asyncio.run(scenario())


def test_the_python_library_accepts_every_attempt(deliveries: tuple[list[Signed], list[str]]) -> None:
    signed, _ = deliveries
    assert len(signed) == 8
    for got, secret in signed:
        assert standardwebhooks.Webhook(secret).verify(got.body, dict(got.headers)) == got.json


def test_the_python_library_refuses_another_secret_or_body(deliveries: tuple[list[Signed], list[str]]) -> None:
    signed, every = deliveries
    got, secret = signed[0]
    for wrong_secret, wrong_body in ((every[1], got.body), (secret, got.body + b" ")):
        with pytest.raises(standardwebhooks.WebhookVerificationError):
            standardwebhooks.Webhook(wrong_secret).verify(wrong_body, dict(got.headers))


def test_a_retry_has_the_same_id(deliveries: tuple[list[Signed], list[str]]) -> None:
    ids = [got.headers["webhook-id"] for got, _ in deliveries[0]]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    assert all(got.headers["webhook-id"] == got.id and "." not in got.id for got, _ in deliveries[0])


def test_each_attempt_is_signed_with_its_own_time() -> None:
    secrets = [signatures.derived_secret(1, "default", 0)]
    early, late = (signatures.headers(secrets, "evt_1", timestamp, b"{}") for timestamp in (1, 2))
    assert (early["webhook-timestamp"], late["webhook-timestamp"]) == ("1", "2")
    assert early["webhook-signature"] != late["webhook-signature"]


def test_the_example_of_the_specification_is_reproduced() -> None:
    """The vector that all official libraries carry in their tests."""
    secret, id, timestamp = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
    signed = signatures.headers([secret], id, timestamp, b'{"test": 2432232314}')
    assert signed["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_secrets_have_the_form_that_the_specification_asks_for() -> None:
    secrets = {signatures.derived_secret(seed, name, n) for seed in (1, 2) for name in ("a", "b") for n in (0, 1)}
    assert len(secrets) == 8
    assert all(secret.startswith("whsec_") and len(secret) == 6 + 32 for secret in secrets)
