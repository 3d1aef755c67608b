"""Receivers: whatever one answers to a webhook is recorded, the log can be read, and nothing behind it is held.

Hostile answers of ``hostile_answers.py`` (any bytes in status line, headers and body, wrong lengths, chunks and
encodings, interim answers, connections cut at each point, noise in place of HTTP and of TLS) come back to many
subscriptions at once, in memory and with a state file, and a sound one to the event after it. In between every route
that shows the log is read, and so are the command line's verbs and the report of the pytest plugin. Then there are
retries that no clock will show.
"""

import asyncio
import contextlib
import io
import os
import random
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import hostile_answers
from frame import Figure, Size, alone
from under_test import UnderTest, serving

from mock_server.cli.main import main as command
from mock_server.testing import Sophiie, workspace

MINUTES = 20
ANSWERS = {"full": 40_000, "small": 60}
AT_ONCE = {"full": 50, "small": 30}
_SUBSCRIBE = "/api/webhooks/zapier/subscribe?org_id=org_1&user_id=usr_1"
_ROUTES = (
    *("/webhooks/deliveries?limit=1000", "/webhooks/attempts", "/webhooks/events?limit=1000", "/webhooks/log"),
    *("/webhooks/subscriptions", "/snapshots/@now/export", "/records", "/coverage"),
)
_LAST = "8999-12-31T23:59:58Z"


@dataclass
class Tally:
    answers: int = 0
    wrong: Counter[str] = field(default_factory=Counter)

    def note(self, what: str) -> None:
        self.wrong[what] += 1


class Receiver:
    """In a thread: hostile where it is asked at ``/hostile``, sound elsewhere. Hangs up after each answer."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self.port = 0

    @contextlib.contextmanager
    def listening(self) -> Iterator["Receiver"]:
        ready = threading.Event()
        thread = threading.Thread(target=asyncio.run, args=[self._serve(ready)])
        thread.start()
        ready.wait()
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._over.set)
            thread.join()

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, backlog=1_000)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._over.wait()
        server.close()
        await asyncio.sleep(0)  # sockets are closed in the loop's next round

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            whole = hostile_answers.answer(self._rng)
            if await reader.readexactly(1) == b"P" and await _sound(reader):
                whole = hostile_answers.sound()
            for piece in hostile_answers.pieces(self._rng, whole):
                writer.write(piece)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever posts has read enough
        finally:
            writer.close()


async def _sound(reader: asyncio.StreamReader) -> bool:
    """Whether the event that comes in is the one that is answered well."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = next(line for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
    return b'"sound"' in await reader.readexactly(int(length.partition(b":")[2]))


def hurt(under: UnderTest, receiver: Receiver, answers: int, at_once: int, tally: Tally) -> None:
    url = f"http://127.0.0.1:{under.port}"
    with workspace(url, world="empty", rate_limit="off") as sophiie:
        done = 0
        while done < answers:
            number = min(at_once, answers - done)
            _round(sophiie, receiver, number, tally)
            _read(sophiie, tally)
            sophiie.reset()
            done += number
        tally.answers += done
        _commands(sophiie, receiver, tally)
        _past_all_clocks(sophiie, tally)


def _subscribe(sophiie: Sophiie, url: str) -> None:
    body = {"hookUrl": url, "trigger": "LEAD_CREATED"}
    sophiie.client.post(_SUBSCRIBE, json=body).raise_for_status()


def _round(sophiie: Sophiie, receiver: Receiver, number: int, tally: Tally) -> None:
    """One hostile answer to each subscription, and a sound one after it; every fifth speaks no TLS where it should."""
    for index in range(number):
        scheme = "https" if index % 5 == 4 else "http"
        _subscribe(sophiie, f"{scheme}://127.0.0.1:{receiver.port}/hostile/{index}")
    for name in ("hostile", "sound"):
        sophiie.control("POST", "/webhooks/events", {"type": "LEAD_CREATED", "body": {"name": name}})
    sophiie.control("POST", "/webhooks/drain", {"timeout": 60})
    deliveries = sophiie.control("GET", "/webhooks/deliveries?limit=1000")["items"]
    first = {one["eventId"] for one in deliveries[-1:]}
    tried = [attempt for one in deliveries if one["eventId"] in first for attempt in one["attempts"]]
    gone = sum(attempt["status"] == 410 for attempt in tried)
    if not 2 * number - gone <= len(deliveries) <= 2 * number:  # a 410 may have come before the second event
        tally.note(f"{len(deliveries)} deliveries for {number} subscriptions, {gone} of them gone")
    for one in deliveries:
        if fault := _judged(one, after=one["eventId"] not in first):
            tally.note(fault)


def _judged(one: Mapping[str, Any], *, after: bool) -> str:
    """What is wrong with a delivery, if anything is."""
    reason = one["reason"] or ""
    if after and reason == "the receiver answered 410 before":
        return "" if one["state"] == "cancelled" else f"after a 410: {one['state']}"
    if len(one["attempts"]) != 1:
        return f"{len(one['attempts'])} attempts recorded: {reason}"
    if "could not be" in reason:
        return f"a last resort was needed: {reason}"
    if one["url"].startswith("https"):
        return "" if one["state"] != "delivered" else "delivered where nobody spoke TLS"
    return f"held after a hostile answer: {reason}" if after and one["state"] != "delivered" else ""


def _read(sophiie: Sophiie, tally: Tally) -> None:
    """Every route that shows the log, and what a failing test shows."""
    for path in _ROUTES:
        answer = sophiie.client.get(f"/__admin{path}", headers={"x-mock-workspace": sophiie.id}, timeout=60)
        if answer.status_code != 200:
            tally.note(f"GET {path.partition('?')[0]} answers {answer.status_code}")
        answer.content.decode("utf-8")
    sophiie.report()


def _commands(sophiie: Sophiie, receiver: Receiver, tally: Tally) -> None:
    """What the verbs print when the newest deliveries were answered so."""
    for index in range(8):
        _subscribe(sophiie, f"http://127.0.0.1:{receiver.port}/hostile/{index}")
    with _environment(SOPHIIE_MOCK_URL=sophiie.url, SOPHIIE_API_KEY=sophiie.api_key):
        for arguments in (["trigger", "LEAD_CREATED"], ["events", "list"], ["trigger", "LEAD_CREATED"]):
            written = io.BytesIO()
            said = io.TextIOWrapper(written, "utf-8", write_through=True)
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                code = command(arguments)
            text = written.getvalue().decode()
            if code != 0 or not text.replace("\t", "").replace("\n", "").isprintable():
                tally.note(f"`{' '.join(arguments)}` ends with {code}: {text[-200:]!r}")
    _read(sophiie, tally)


@contextlib.contextmanager
def _environment(**variables: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)


def _past_all_clocks(sophiie: Sophiie, tally: Tally) -> None:
    """A failure two seconds before the last time that a clock shows: its retry can never come."""
    sophiie.reset()
    sophiie.control("PUT", f"/inbox/{sophiie.id}/late", {"status": 500})
    sophiie.inbox_named("late").subscribe("LEAD_CREATED")
    sophiie.clock.set(_LAST)
    sophiie.client.post("/v1/leads", json={"firstName": "Late"}).raise_for_status()
    sophiie.settle()
    [one] = sophiie.control("GET", "/webhooks/deliveries")["items"]
    if (one["state"], len(one["attempts"])) != ("failed", 1):
        tally.note(f"a retry past all clocks: {one['state']}, {one['reason']}")
    _read(sophiie, tally)


def main(size: Size) -> Figure:
    tally, bugs, share = Tally(), 0, ANSWERS[size] // 2
    with Receiver(1).listening() as receiver:
        for state in ("", "state.sqlite") if size == "full" else ("",):
            more: dict[str, Any] = {"state": state} if state else {}
            with serving(size, retries="5s", world="empty", rate_limit="off", **more) as under:
                hurt(under, receiver, share, AT_ONCE[size], tally)
                bugs += under.bugs
    wrong = "; ".join(f"{count} × {what}" for what, count in tally.wrong.most_common(5)) or "none"
    text = f"{tally.answers:,} hostile answers, in memory and with a state file: "
    text += f"not recorded once, unreadable or held {wrong}; bugs in the server's log {bugs}"
    return Figure(not tally.wrong and not bugs, text)


if __name__ == "__main__":
    alone(__file__, main)
