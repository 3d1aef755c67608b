"""Handles in asynchronous tests: awaited ones let a receiver on the test's own loop answer, others say what to do."""

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from messages import assert_message

from mock_server.server import MockServer
from mock_server.testing import AsyncSophiie, Refused, Sophiie, workspace

LEAD = {"firstName": "Ana", "email": "ana@example.com", "suburb": "Newtown"}
SUBSCRIBE = "/api/webhooks/zapier/subscribe?org_id=o&user_id=u"


@asynccontextmanager
async def receiver() -> AsyncIterator[tuple[str, list[bytes]]]:
    """A receiver of webhooks on the running loop: its URL and what it got."""
    got: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook", got


async def tell(sophiie: AsyncSophiie, url: str) -> None:
    """Subscribe ``url`` and make a lead."""
    hook = {"hookUrl": url, "trigger": "LEAD_CREATED"}
    (await sophiie.client.post(SUBSCRIBE, json=hook)).raise_for_status()
    (await sophiie.client.post("/v1/leads", json=LEAD)).raise_for_status()


def test_a_receiver_on_the_tests_own_loop_gets_its_webhooks(mine: Sophiie) -> None:
    async def main() -> int:
        async with receiver() as (url, got):
            asophiie = AsyncSophiie(mine)
            await tell(asophiie, url)
            await asophiie.settle()
            return len(got)

    assert asyncio.run(main()) == 1


def test_every_noun_of_the_workspace_is_there_to_be_awaited(mine: Sophiie) -> None:
    async def main() -> None:
        it = AsyncSophiie(mine)
        assert (it.url, it.id, it.seed) == (mine.url, mine.id, mine.seed)
        saved = await it.snapshot()
        await it.inbox.subscribe("LEAD_CREATED")
        await it.faults.add("GET /v1/faqs", {"status": 503}, count=1)
        assert (await it.client.get("/v1/faqs")).status_code == 503
        await it.client.post("/v1/leads", json=LEAD)
        assert (await it.inbox.expect({"email": "ana@example.com"}))[0]["suburb"] == "Newtown"
        await it.inbox.expect_none({"email": "ben@example.com"})
        assert len(await it.inbox.drain()) == 1
        start = it.clock.now
        await it.clock.advance(60)
        assert (it.clock.now - start).total_seconds() == 60
        await it.simulate("call", about="blocked drain")
        assert (await it.world.count("leads"), len(it.world.leads)) == (14, 14)
        await it.requests.assert_called("POST /v1/leads", times=1)
        await it.requests.assert_not_called("GET /v1/policies")
        assert (await it.control("GET", "/clock"))["frozen"]
        await saved.restore()
        assert await it.world.count("leads") == 12
        await it.reset()

    asyncio.run(main())


def test_two_handles_wait_side_by_side_and_one_can_be_given_up(mine: Sophiie) -> None:
    async def main() -> Any:
        it = AsyncSophiie(mine)
        await it.inbox.subscribe("LEAD_CREATED")
        waiting = asyncio.create_task(it.inbox.expect({"email": "ana@example.com"}, timeout=20))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(it.inbox.expect({"email": "ben@example.com"}, timeout=2), 0.05)
        await it.client.post("/v1/leads", json=LEAD)
        return await waiting

    assert asyncio.run(main())[0]["email"] == "ana@example.com"


@pytest.mark.parametrize("name", ["expect", "expect_none", "drain"])
def test_a_handle_that_would_hold_the_loop_names_the_other_fixture(mine: Sophiie, name: str) -> None:
    async def main() -> None:
        getattr(mine.inbox, name)()

    with pytest.raises(RuntimeError) as refused:
        asyncio.run(main())
    assert_message(refused.value, "handle that would hold the loop", NAME=name)


def test_code_that_nobody_could_await_may_wait_below_a_loop(mine: Sophiie) -> None:
    """As tests do with Playwright's synchronous interface: the loop calls them, and no coroutine does."""
    drained = []

    async def main() -> None:
        done = asyncio.Event()

        def test() -> None:
            mine.settle()
            drained.append(mine.inbox.drain())
            done.set()

        asyncio.get_running_loop().call_soon(test)
        await done.wait()

    asyncio.run(main())
    assert drained == [[]]


def test_settle_is_awaited_where_a_loop_runs(mine: Sophiie) -> None:
    async def main() -> int:
        async with receiver() as (url, got):
            await tell(AsyncSophiie(mine), url)
            await mine.settle()
            return len(got)

    assert asyncio.run(main()) == 1
    assert mine.settle() is None


def test_quick_questions_may_be_asked_on_a_loop(mine: Sophiie) -> None:
    async def main() -> None:
        mine.requests.assert_not_called("GET /v1/leads")
        assert mine.world.count("leads") == 12
        mine.clock.advance(1)

    asyncio.run(main())


@pytest.mark.parametrize("checked", ["sophiie.settle", "asophiie.requests.assert_not_called"])
def test_a_call_that_nobody_awaited_fails_the_test(running: MockServer, checked: str) -> None:
    async def main(sophiie: Sophiie) -> None:
        if checked == "sophiie.settle":
            sophiie.settle()
        else:
            AsyncSophiie(sophiie).requests.assert_not_called("GET /v1/leads")  # type: ignore[unused-coroutine]

    @contextmanager
    def used() -> Iterator[str]:
        with workspace(running.url, world="small") as sophiie, warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # Python's own word about it
            asyncio.run(main(sophiie))
            gc.collect()
            yield sophiie.report()

    with pytest.raises(AssertionError, match="write `await` before it"), used() as report:
        assert f" {checked}() " in report


def test_a_refusal_comes_out_of_the_thread_as_it_is(mine: Sophiie) -> None:
    async def main() -> None:
        await AsyncSophiie(mine).world.count("lead")

    with pytest.raises(Refused, match="no such kind"):
        asyncio.run(main())
