"""A body of a person's own reaches the receiver byte for byte, signed as it is, and can be shown whatever it is."""

import asyncio
from typing import Any

import orjson
import pytest
from receivers import receiving

from mock_server.webhooks import events, signatures

BODIES = {
    "spaces and a large number": b'{"a": [1,  2], "n": 12345678901234567890123}',
    "a text that is no JSON": b"hello world",
    "nothing": b"",
    "JSON that is cut": b'{"cut": ',
    "a letter in Latin-1": b'{"name": "Zo\xeb"}',
    "every byte": bytes(range(256)),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "line breaks of all kinds": b"a\r\nb\rc\n",
    "a surrogate": b"\xed\xa0\x80",
    "what looks like base64": b"base64:AAAA",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_bytes_are_delivered_and_signed_as_they_are(stage: Any, body: bytes) -> None:
    async def scenario() -> None:
        async with receiving() as receiver, stage(sign="standard") as it:
            it.subscribe(receiver.url)
            with it.workspaces.transaction(it.workspace) as tx:
                now = it.workspace.clock.stamp()
                event = events.emit_bytes(tx, it.workspace.ids, now, "LEAD_CREATED", body, "text/x-odd; a=b")
            assert await it.drain()

            [got] = receiver.got
            assert (got.body, got.headers["content-type"]) == (body, "text/x-odd; a=b")
            assert got.headers["content-length"] == str(len(body))
            assert got.headers["x-mock-provenance"] == "raw"
            [secret] = [signatures.derived_secret(it.workspace.plan.seed, it.workspace.id, 0)]
            signed = signatures.headers([secret], str(event["id"]), int(got.headers["webhook-timestamp"]), body)
            assert signed.items() <= got.headers.items()
            kept = it.workspace.state.rows(events.KIND)[-1].record
            assert orjson.loads(orjson.dumps(kept)) == kept

    asyncio.run(scenario())
