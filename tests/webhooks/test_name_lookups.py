"""Names are looked up so that a silent name server delays no delivery to anybody else."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from receivers import OK, Setting, receiving, saying

from mock_server.webhooks.egress_client import EgressClient
from mock_server.webhooks.name_lookups import MAX_LOOKUPS, MAX_LOOKUPS_PER_DOMAIN, NameLookups

SILENT = 40
"""More names than an event loop has threads."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names that the system was asked for. Those below `silent.example` get no answer until the test ends."""
    names: list[str] = []
    over, real = threading.Event(), socket.getaddrinfo

    def look_up(host: Any, *given: Any, **named: Any) -> Any:
        names.append(host)
        if str(host).rstrip(".").casefold().endswith("silent.example"):
            over.wait(20)
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *given, **named)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield names
    over.set()


def test_names_whose_server_is_silent_delay_no_other_delivery(asked: list[str]) -> None:
    async def scenario() -> int:
        gate = EgressClient(timeout=5)
        slow = [asyncio.create_task(gate.post(f"http://{n}.silent.example/", b"", {})) for n in range(SILENT)]
        async with receiving(saying(OK)) as receiver:
            while len(asked) < 5:
                await asyncio.sleep(0)
            status = (await gate.post(receiver.url.replace("127.0.0.1", "localhost"), b"", {})).status
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        await gate.close()
        return status

    assert asyncio.run(scenario()) == 200


def _look_ups() -> int:
    return sum(thread.name == "name look-up" for thread in threading.enumerate())


async def _begun(asked: list[str], count: int) -> None:
    while len(asked) < count:
        await asyncio.sleep(0.001)


def test_names_of_one_silent_domain_hold_few_threads_and_the_next_domain_has_its_own(asked: list[str]) -> None:
    async def scenario() -> None:
        lookups, before = NameLookups(), _look_ups()
        slow = [asyncio.create_task(lookups.resolve(f"{n}.Silent.example.")) for n in range(9)]
        slow += [asyncio.create_task(lookups.resolve(f"{n}.a.silent.example")) for n in range(200)]
        await _begun(asked, MAX_LOOKUPS_PER_DOMAIN)
        assert (await asyncio.wait_for(lookups.resolve("127.0.0.1", 80), 5))[0]["host"] == "127.0.0.1"
        assert _look_ups() - before <= MAX_LOOKUPS_PER_DOMAIN + 1
        lookups.give_up()
        await asyncio.gather(*slow, return_exceptions=True)

    asyncio.run(scenario())


def test_the_threads_that_look_up_names_are_bounded_and_localhost_needs_no_turn(asked: list[str]) -> None:
    async def scenario() -> None:
        lookups, before = NameLookups(), _look_ups()
        slow = [asyncio.create_task(lookups.resolve(f"hooks.{n}-silent.example")) for n in range(300)]
        await _begun(asked, MAX_LOOKUPS)
        assert (await asyncio.wait_for(lookups.resolve("localhost", 80), 5))[0]["host"] == "127.0.0.1"
        assert _look_ups() - before <= MAX_LOOKUPS + 1
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        assert not lookups._threads._waiting, "nobody waits for those that were not begun"
        assert len(lookups._running) <= MAX_LOOKUPS

    asyncio.run(scenario())


def test_a_look_up_that_waits_begins_when_another_one_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, most, held = list[str](), list[int](), threading.Lock()
    found = [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", 80))]

    def look_up(host: str, *given: Any, **named: Any) -> Any:
        with held:
            at_once.append(host)
            most.append(len(at_once))
        time.sleep(0.0005)
        with held:
            at_once.remove(host)
        return found

    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    async def scenario() -> int:
        lookups = NameLookups()
        return len(await asyncio.gather(*(lookups.resolve(f"{n}.busy.example", 80) for n in range(100))))

    assert asyncio.run(scenario()) == 100
    assert max(most) <= MAX_LOOKUPS_PER_DOMAIN


def test_those_who_ask_for_one_name_at_one_time_share_a_look_up(asked: list[str]) -> None:
    async def scenario() -> None:
        lookups = NameLookups()
        answers = await asyncio.gather(*(lookups.resolve("localhost", 80) for _ in range(9)))
        assert [answer[0]["host"] for answer in answers] == ["127.0.0.1"] * 9
        assert not lookups._running, "what has ended is forgotten"
        assert asked == ["localhost"]
        await lookups.resolve("localhost", 80)
        assert asked == ["localhost"] * 2  # nothing is kept: the next one may get another answer

    asyncio.run(scenario())


def test_who_gives_up_waiting_takes_nothing_from_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    found = [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **named: over.wait(20) and found)

    async def scenario() -> Any:
        lookups = NameLookups()
        one, other = (asyncio.create_task(lookups.resolve("slow.example", 80)) for _ in range(2))
        await asyncio.sleep(0)
        one.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await one
        over.set()
        return await other

    assert asyncio.run(scenario())[0]["host"] == "127.0.0.1"


def test_an_address_is_told_in_numbers_with_its_port(asked: list[str]) -> None:
    answers = asyncio.run(NameLookups().resolve("::1", 8080, socket.AF_INET6))
    assert [(it["hostname"], it["host"], it["port"], it["family"]) for it in answers] == [
        ("::1", "::1", 8080, socket.AF_INET6)
    ]


def test_an_unknown_name_is_an_error_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*given: Any, **named: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(socket.gaierror):
        asyncio.run(NameLookups().resolve("nobody.example"))


def test_a_stop_does_not_wait_for_the_address_of_a_receiver(asked: list[str], stage: Setting) -> None:
    async def scenario() -> None:
        async with stage() as it:
            it.subscribe("http://hooks.silent.example/")
            it.emit()
            while not asked:
                await asyncio.sleep(0.01)
            began = time.monotonic()
            await it.dispatcher.close()
            assert time.monotonic() - began < it.dispatcher.grace / 2
            assert it.states == ["pending"]  # as it was: nothing was sent, so the next start sends it

    asyncio.run(scenario())
