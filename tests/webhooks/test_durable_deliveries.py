"""Only what is durable is delivered: a receiver never hears of a change that was undone."""

import asyncio

import pytest
from choosy_log import FULL, ChoosyLog
from receivers import Receiver, Stage, receiving, staged

from mock_server.webhooks import events
from mock_server.workspaces.workspace import Workspaces


def emit_soon(it: Stage) -> str:
    """Let an event happen that the log has not kept yet; its id."""
    with it.workspaces.transaction(it.workspace, grouped=True) as tx:
        lead = it.workspace.state.rows("leads")[0].record
        now = it.workspace.clock.stamp()
        return str(events.emit(tx, it.workspace.ids, now, "req_1", "LEAD_CREATED", lead)["id"])


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("looking", [False, True])
def test_an_event_is_delivered_once_it_is_durable(workspaces: Workspaces, full: bool, looking: bool) -> None:
    log = ChoosyLog(in_thread=True)

    async def before(it: Stage, receiver: Receiver) -> str:
        log.may_go_on.clear()
        event = emit_soon(it)
        await asyncio.sleep(0)  # the commit is on its way
        if looking:
            it.dispatcher.wake(it.workspace)
        await asyncio.sleep(0.05)
        assert receiver.got == []
        return event

    async def scenario() -> None:
        async with receiving() as receiver, staged(Workspaces(workspaces.contract, log, 10), "w") as it:
            it.subscribe(receiver.url)
            event = await before(it, receiver)
            log.fault = FULL if full else None
            log.may_go_on.set()
            if full:
                await asyncio.sleep(0.05)
                assert (receiver.got, it.deliveries) == ([], [])
                log.fault = None
                assert emit_soon(it) == event  # nobody had seen the id
            await receiver.arrival(1)
            assert await it.drain()
            assert (receiver.ids, it.states) == ([event], ["delivered"])

    asyncio.run(scenario())
