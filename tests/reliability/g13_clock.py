"""Time that jumps: a workspace's clock by seconds, hours and years, through a leap day, a repeated hour and 2038, and
back; and the machine's own clock under a running server.

After each jump a lead is created and a page is read. Ids only grow, nothing comes twice in a list, what was created
bears the workspace's time; a retry never comes before its step, each at its own time, and no more of them than the
schedule has; a limit's window never ends in the past nor after more than a minute; a neighbour's time is as it was; a
connection that waits stays open.
"""

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from disk import Disk, failing_disk
from frame import Figure, Size, alone
from process import EMPTY, HOOK, Caller, Told, serving

from mock_server.config.settings import Settings
from mock_server.server import MockServer

MINUTES = 10
STEPS = (5, 300, 3600)  # seconds between attempts, spread by a fifth either way
EARLIEST = 0.8
HOUR, YEAR = 3600, 365 * 86400
PLACES = (
    "2024-02-28T23:59:59Z",  # a leap day begins
    "2024-02-29T23:59:59Z",
    "2026-04-04T15:30:00Z",  # in Sydney the hour from two to three comes twice
    "2026-04-04T16:30:00Z",
    "2026-10-03T15:59:59Z",  # and here it does not come
    "2038-01-19T03:14:07Z",  # 2^31 seconds
    "2100-02-28T23:59:59Z",  # no leap year
    "1999-12-31T23:59:59Z",
    "1970-01-01T00:00:00Z",  # the first time that a clock shows,
    "8999-12-31T23:59:00Z",  # and nearly the last
    "2026-03-04T05:06:07Z",
)
TRAVELLER, NEIGHBOUR = "traveller", "neighbour"


@dataclass
class Trip:
    caller: Caller
    port: int
    key: str = ""
    jumps: int = 0
    wrong: list[str] = field(default_factory=list)
    ids: list[Any] = field(default_factory=list)
    policies: list[int] = field(default_factory=list)
    requests: int = 0

    def control(self, method: str, path: str, body: Any = None) -> Told:
        return self.caller.call(method, f"/__admin/{path}", body, TRAVELLER)

    def ask(self, method: str, path: str, body: Any = None) -> Told:
        return self.caller.call(method, path, body, key=self.key)

    def expect(self, good: bool, what: str) -> None:
        if not good:
            self.wrong.append(f"jump {self.jumps}: {what}")

    def begin(self) -> None:
        made = self.caller.call("POST", "/__admin/workspaces", {"id": TRAVELLER, "world": "empty", "rateLimit": 1000})
        self.key = made.body["key"]
        self.caller.call("POST", "/__admin/workspaces", {"id": NEIGHBOUR, "world": "empty"})
        self.control("PUT", "inbox/hook", {"status": 500})
        url = f"http://127.0.0.1:{self.port}/__admin/inbox/{TRAVELLER}/hook"
        hooked = self.ask("POST", HOOK, {"hookUrl": url, "trigger": "LEAD_CREATED"})
        self.expect(hooked.status == 201, f"no subscription: {hooked.body}")

    def to(self, moved: Told) -> None:
        """What must be so after a move."""
        self.jumps += 1
        self.expect(moved.status == 200, f"not moved: {moved.body}")
        self.forward(moved.body.get("happened", []))
        before = self.now()
        made = self.ask("POST", "/v1/leads", {"firstName": "Clock"})
        after = self.now()
        self.expect(made.status == 201, f"no lead: {made.status} {made.body}")
        lead = made.body["lead"]
        self.expect(before <= read(lead["createdAt"]) <= after, f"a lead of {lead['createdAt']} at {before}")
        self.expect(lead["id"] not in self.ids, "an id came twice")
        self.ids.append(lead["id"])
        told = self.ask("POST", "/v1/policies", {"title": f"P{self.jumps}", "content": "As agreed."})
        policy = told.body["policy"]["id"]
        self.expect(not self.policies or policy > self.policies[-1], "numbers do not grow")
        self.policies.append(policy)
        self.pages()

    def now(self) -> datetime:
        return read(self.control("GET", "clock").body["now"])

    def forward(self, happened: list[Any]) -> None:
        """On the way things happen in order."""
        times = [it["at"] for it in happened]
        self.expect(times == sorted(times), "what happened is not in order")

    def pages(self) -> None:
        """The list is in the order of creation times, and has each lead once."""
        leads = self.ask("GET", "/v1/leads?limit=100").body
        times = [lead["createdAt"] for lead in leads["leads"]]
        self.expect(times == sorted(times, reverse=True), "a page is not in order")
        self.expect(leads["totalCount"] == len(self.ids), "a lead is missing")
        newest = self.control("GET", "requests?limit=1").body["requests"][0]
        number, window = int(newest["id"].removeprefix("req_")), newest["rateLimit"]
        self.expect(number > self.requests, "request ids do not grow")
        self.requests = number
        self.expect(window is None or 0 < window["reset"] <= 60, f"a window ends in {window}")

    def retries(self) -> tuple[int, int]:
        """Deliveries and their attempts, each judged by the schedule."""
        self.control("POST", "webhooks/drain", {"timeout": 30})
        deliveries = [*self.listed("webhooks/deliveries")]
        for delivery in deliveries:
            times = [read(attempt["at"]) for attempt in delivery["attempts"]]
            self.expect(len(times) <= 1 + len(STEPS), f"{len(times)} attempts")
            for step, one, other in zip(STEPS, times, times[1:], strict=False):
                waited = (other - one).total_seconds()
                self.expect(waited >= EARLIEST * step - 0.002, f"a retry after {waited} s, step {step}")
        return len(deliveries), sum(len(delivery["attempts"]) for delivery in deliveries)

    def listed(self, path: str) -> Iterator[Any]:
        offset = 0
        while items := self.control("GET", f"{path}?limit=1000&offset={offset}").body["items"]:
            yield from items
            offset += len(items)


def read(text: str) -> datetime:
    return datetime.fromisoformat(text)


def moves(rounds: int, chance: random.Random) -> Iterator[tuple[str, dict[str, Any] | int]]:
    """To places, by steps from there and back; ``rounds`` of them at random."""
    for place in PLACES:
        yield "clock/set", {"now": place}
        yield "clock/advance", {"seconds": 2}
    for seconds in (1, HOUR, YEAR):
        yield "clock/advance", {"seconds": seconds}
        yield "back", seconds
    for _ in range(rounds):
        seconds = chance.choice((1, 7, HOUR, 86_400, YEAR))
        yield chance.choice((("clock/advance", {"seconds": seconds}), ("back", seconds)))


def travelled(trip: Trip, rounds: int) -> None:
    for path, body in moves(rounds, random.Random(13)):
        if isinstance(body, int):
            path, body = "clock/set", {"now": (trip.now() - timedelta(seconds=body)).isoformat()}
        trip.to(trip.control("POST", path, body))


def out_of_range(trip: Trip) -> None:
    """Times that no clock shows are refused, and every workspace goes on."""
    before = trip.now()
    for path, body in (
        ("clock/set", {"now": "9999-12-31T23:59:59Z"}),
        ("clock/set", {"now": "0001-01-01T00:00:00Z"}),
        ("workspaces", {"id": "late", "now": "9999-12-31T23:59:59Z"}),
    ):
        trip.expect(trip.control("POST", path, body).status == 400, f"{path} took {body['now']}")
    trip.control("POST", "clock/set", {"now": "8999-12-31T23:59:59Z"})
    trip.expect(trip.control("POST", "clock/advance", {"seconds": 3_153_600_000}).status == 400, "past the last year")
    for path in ("workspaces", "clock", "webhooks/deliveries"):
        trip.expect(trip.control("GET", path).status == 200, f"{path} cannot be read at the last time")
    trip.to(trip.control("POST", "clock/set", {"now": before.isoformat()}))


def overtaken(trip: Trip, rounds: int) -> int:
    """A restore or a reset while a clock is moved past many things: the workspace keeps the time that it was put to."""
    for number in range(rounds):
        saved = trip.control("POST", "snapshots", {"name": "then"}).body["now"]
        trip.control("POST", "simulate", {"kind": "sms", "count": 200, "over": 86_400})
        with ThreadPoolExecutor(1) as beside:
            mover = Caller(trip.port)
            move = beside.submit(mover.call, "POST", "/__admin/clock/advance", {"seconds": 2 * 86_400}, TRAVELLER)
            time.sleep(number % 5 / 100)
            trip.expect(trip.control("POST", "snapshots/then/restore").status == 200, "a restore was refused")
            after = trip.now()
            moved = move.result()
            trip.expect(moved.status in (200, 409), f"a move was answered {moved.status}")
            mover.close()
        ahead = (trip.now() - after).total_seconds()
        began_later = moved.status == 200 and not any("leadId" in it for it in moved.body["happened"])
        trip.expect(began_later or 0 <= ahead < 60, f"restored to {saved}, and the clock went on by {ahead} s")
    return rounds


def machine(trip: Trip, disk: Disk) -> int:
    """The clock of the machine jumps: nothing of it is seen in a workspace, and who waits is not hung up on."""
    jumps = (HOUR, -HOUR, YEAR, -YEAR, 0)
    waiting = Caller(trip.port)
    waiting.call("GET", "/__admin/health")
    for seconds in jumps:
        before = trip.now()
        disk.set_clock(seconds)
        trip.to(trip.control("GET", "clock"))
        trip.expect(timedelta() <= trip.now() - before < timedelta(seconds=30), "the machine's clock is seen")
        trip.expect(waiting.call("GET", "/__admin/health").status == 200, "an open connection was closed")
    waiting.close()
    return len(jumps)


def toured(trip: Trip, rounds: int, disk: Disk | None) -> Figure:
    began = time.monotonic()
    trip.begin()
    travelled(trip, rounds)
    out_of_range(trip)
    restores = overtaken(trip, rounds // 10 or 1)
    real = machine(trip, disk) if disk else 0
    deliveries, attempts = trip.retries()
    still = trip.caller.call("GET", "/__admin/clock", workspace=NEIGHBOUR).body["now"]
    off = abs((datetime.now(UTC) - read(still)).total_seconds())
    trip.expect(off < 30 + time.monotonic() - began, f"a neighbour's clock is {off:.0f} s off")
    trip.caller.close()
    for fault in trip.wrong[:20]:
        print(fault, file=sys.stderr)
    text = (
        f"{trip.jumps - real} jumps of a workspace's clock and {real} of the machine's, forth and back, "
        f"{restores} restores on the way: {deliveries} "
        f"deliveries made {attempts:,} attempts; {len(trip.wrong)} retries before their time or beyond the schedule, "
        f"or ids, pages, windows or times that were wrong"
    )
    return Figure(not trip.wrong, text)


def main(size: Size) -> Figure:
    """The machine's clock jumps at full size only: it needs a process of its own, and a C compiler."""
    retries = ",".join(f"{step}s" for step in STEPS)
    if size == "small":
        with MockServer(Settings(port=0, quiet=True, world="empty", rate_limit="off", retries=retries)) as server:
            port = int(server.url.rpartition(":")[2])
            return toured(Trip(Caller(port), port), 0, None)
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        disk = opened.enter_context(failing_disk(folder, "nothing"))
        process = opened.enter_context(serving(folder, *EMPTY, "--retries", retries, env=disk.env))
        return toured(Trip(Caller(process.port), process.port), 500, disk)


if __name__ == "__main__":
    alone(__file__, main)
