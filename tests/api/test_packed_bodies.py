"""Request bodies that are packed: read within the bound of a body, or refused with the encoding's name."""

import asyncio
import gzip
import json
import zlib
from collections.abc import Callable
from random import Random

import pytest
from desk import Desk
from starlette.applications import Starlette
from wire import Answer, Tenant, ask, assert_envelope

from mock_server.api.content_encoding import decoded, unpacking
from mock_server.errors import BadRequest, PayloadTooLarge
from mock_server.store.base import at_once
from mock_server.support.text import shorten

LEAD = {"firstName": "Ana", "email": "ana@example.com", "suburb": "Newtown"}
PLAIN = json.dumps(LEAD).encode()
LIMIT = 1024 * 1024


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "GZIP": gzip.compress,
    "x-gzip": gzip.compress,
    " gzip ": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": raw_deflate,
    "identity": bytes,
    "": bytes,
}


@pytest.fixture
def desk(app: Starlette, tenant: Tenant) -> Desk:
    return Desk(app, *tenant())


def decoded_at_once(body: bytes, headers: list[tuple[bytes, bytes]], limit: int) -> bytes:
    return at_once(unpacking(body, headers, limit))


def created(desk: Desk, body: bytes, *encodings: str) -> Answer:
    headers = [("Content-Encoding", it) for it in encodings]
    return ask(desk.app, "POST", "/v1/leads", key=desk.key, body=body, headers=headers)


@pytest.mark.parametrize("encoding", PACKED)
def test_a_packed_body_is_read(desk: Desk, encoding: str) -> None:
    answer = created(desk, PACKED[encoding](PLAIN), encoding)
    assert (answer.status, answer.json["lead"]["email"]) == (201, "ana@example.com"), answer.explain


def test_the_journal_has_the_body_as_its_sender_had_it(desk: Desk) -> None:
    created(desk, gzip.compress(PLAIN), "gzip")
    (exchange,) = desk.workspace.journal
    assert exchange.body == PLAIN
    pattern = {"bodyPatterns": [{"matchesJsonPath": {"expression": "$.firstName", "equalTo": "Ana"}}]}
    assert desk.done("POST", "/requests/count", pattern)["count"] == 1


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip", "gzip, br", "aws-chunked", "x" * 500])
def test_another_encoding_is_refused_by_name(desk: Desk, encoding: str) -> None:
    answer = created(desk, gzip.compress(PLAIN), encoding)
    assert_envelope(answer, 415)
    assert f"`{shorten(encoding, 60).replace('…', '...')}`" in answer.explain
    assert answer.get("accept-encoding") == "gzip, deflate"


def test_two_headers_are_one_list(desk: Desk) -> None:
    assert created(desk, gzip.compress(PLAIN), "br", "gzip").status == 415
    assert created(desk, gzip.compress(PLAIN), "gzip", "br").status == 415


WHOLE = gzip.compress(PLAIN)
BROKEN = {
    "not packed": PLAIN,
    "one letter": b"x",
    "a magic number": WHOLE[:2],
    "no checksum": WHOLE[:-9],
    "half a checksum": WHOLE[:-1],
    "another checksum": WHOLE[:-8] + bytes(8),
    "a tail": WHOLE + b"tail",
    "deflate": zlib.compress(PLAIN),
    "a hundred members too many": gzip.compress(b"") * 101,
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_package_is_a_bad_request_that_says_so(desk: Desk, what: str) -> None:
    answer = created(desk, BROKEN[what], "gzip")
    assert_envelope(answer, 400)
    assert "gzip" in answer.explain
    assert "Content-Encoding" in answer.explain


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "Deflate"])
def test_a_bomb_is_not_unpacked(desk: Desk, encoding: str) -> None:
    bomb = PACKED[encoding](bytes(100 * LIMIT))
    answer = created(desk, bomb, encoding)
    assert_envelope(answer, 413)
    assert "--max-body" in answer.explain


def test_a_bomb_of_many_members_is_not_unpacked(desk: Desk) -> None:
    assert created(desk, gzip.compress(bytes(LIMIT)) * 5, "gzip").status == 413


def test_the_bound_is_that_of_the_unpacked_body() -> None:
    headers = [(b"content-encoding", b"gzip")]
    assert decoded_at_once(gzip.compress(bytes(100)), headers, 100) == bytes(100)
    assert decoded_at_once(gzip.compress(bytes(50)) * 2, headers, 100) == bytes(100)
    with pytest.raises(PayloadTooLarge):
        decoded_at_once(gzip.compress(bytes(101)), headers, 100)
    with pytest.raises(PayloadTooLarge):
        decoded_at_once(gzip.compress(bytes(51)) * 2, headers, 100)
    with pytest.raises(BadRequest):
        decoded_at_once(b"\0", [(b"content-encoding", b"deflate")], 100)


def test_a_large_body_is_unpacked_in_pieces() -> None:
    packed, rounds = gzip.compress(bytes(32 * LIMIT), 1), 0

    async def unpacked() -> bytes:
        nonlocal rounds
        working = asyncio.ensure_future(decoded(packed, [(b"content-encoding", b"gzip")], 32 * LIMIT))
        while not working.done():
            rounds += 1
            await asyncio.sleep(0)
        return await working

    assert asyncio.run(unpacked()) == bytes(32 * LIMIT)
    assert rounds > 1


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "Deflate"])
@pytest.mark.parametrize(
    "body", [b"", *(bytes(size) for size in (1, LIMIT - 1, LIMIT, LIMIT + 1)), Random(1).randbytes(200_000)], ids=len
)
def test_pieces_make_up_the_whole(body: bytes, encoding: str) -> None:
    times = 3 if encoding == "gzip" else 1
    packed = PACKED[encoding](body) * times
    headers = [(b"content-encoding", encoding.lower().encode())]
    assert decoded_at_once(packed, headers, len(body) * times) == body * times


def test_an_empty_body_has_no_encoding(desk: Desk) -> None:
    answer = created(desk, b"", "br")
    assert (answer.status, "is missing" in answer.explain) == (400, True)


def test_what_takes_no_body_does_not_look_at_its_encoding(desk: Desk) -> None:
    assert ask(desk.app, "GET", "/v1/leads", key=desk.key, headers=[("Content-Encoding", "br")]).status == 200


def test_a_stub_that_looks_into_bodies_reads_packed_ones(desk: Desk) -> None:
    pattern = {"matchesJsonPath": {"expression": "$.firstName", "equalTo": "Ana"}}
    request = {"operation": "POST /v1/leads", "bodyPatterns": [pattern]}
    desk.done("POST", "/mappings", {"request": request, "response": {"status": 418}, "allowInvalid": True})
    assert created(desk, gzip.compress(PLAIN), "gzip").status == 418
    assert created(desk, gzip.compress(PLAIN), "br").status == 415
    assert created(desk, gzip.compress(bytes(2 * LIMIT)), "gzip").status == 413
    other = json.dumps({**LEAD, "firstName": "Eve", "email": "eve@example.com"}).encode()
    assert created(desk, gzip.compress(other), "gzip").status == 201


def test_the_control_plane_and_inboxes_read_packed_bodies(desk: Desk) -> None:
    def post(path: str, body: bytes, encoding: str = "gzip") -> Answer:
        headers = [("x-mock-workspace", desk.workspace.id), ("Content-Encoding", encoding)]
        return ask(desk.app, "POST", f"/__admin{path}", key=None, body=body, headers=headers)

    assert post("/clock/advance", gzip.compress(b'{"seconds": 60}')).status == 200
    refused = post("/clock/advance", b"x", "br")
    assert (refused.status, "`br`" in refused.json["detail"]) == (415, True)
    assert post("/clock/advance", gzip.compress(bytes(2 * LIMIT))).status == 413
    post("/inbox/a", gzip.compress(b'{"a": 1}'))
    post("/inbox/a", b"not packed", "br")
    assert [it["body"] for it in desk.done("GET", "/inbox/a")["received"]] == [{"a": 1}, "not packed"]
