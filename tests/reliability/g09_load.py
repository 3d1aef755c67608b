"""Load: 200 clients and 100,000 mixed requests, then 1,000 connections at once, then everybody over a limit.

Every answer is kept and judged afterwards against the document that the server published; the journals of the
workspaces must hold exactly what the clients sent and got; of 1,000 requests at once 60 pass a limit of 60.
"""

import asyncio
import itertools
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from client import Answer, Connection, percentile
from frame import Figure, Size, alone
from load_judge import Judge, Kept
from process import serving

from mock_server.config.settings import Settings
from mock_server.server import MockServer

MINUTES = 20
TENANTS = 16  # so that each journal can be read at once
LIMIT = 60
PLANNED = 503  # asked for with Prefer
NUMBERS = itertools.count()


@dataclass
class Seen:
    """What all clients together sent and got."""

    times: list[float] = field(default_factory=list)
    answers: dict[Kept, int] = field(default_factory=dict)
    journal: dict[str, Counter[tuple[str, str, int]]] = field(default_factory=dict)
    unplanned: list[str] = field(default_factory=list)
    cut: int = 0

    @property
    def count(self) -> int:
        return sum(self.answers.values())


@dataclass
class Client:
    """One connection of one tenant: changes records of its own, reads everybody's."""

    connection: Connection
    tenant: str
    seen: Seen
    chance: random.Random
    leads: list[str] = field(default_factory=list)

    async def work(self, requests: int) -> None:
        for _ in range(requests):
            try:
                await self.chance.choice(DEEDS)(self)
            except (OSError, EOFError):
                self.seen.cut += 1
        self.connection.close()

    async def ask(self, operation: str, target: str, body: Any = None, *headers: str, planned: int = 0) -> Answer:
        method = operation.partition(" ")[0]
        began = time.perf_counter()
        answer = await self.connection.ask(method, target, body, *headers)
        self.seen.times.append(time.perf_counter() - began)
        kept = (operation, answer.status, answer.body)
        self.seen.answers[kept] = self.seen.answers.get(kept, 0) + 1
        self.seen.journal[self.tenant][method, target, answer.status] += 1
        if answer.status >= 500 and answer.status != planned:
            self.seen.unplanned.append(f"{method} {target}: {answer.status} {answer.body[:200]!r}")
        return answer

    async def listed(self) -> None:
        path = self.chance.choice(("leads", "inquiries", "appointments", "faqs", "policies", "members"))
        await self.ask(f"GET /v1/{path}", f"/v1/{path}?limit=2&page={self.chance.randint(1, 4)}")

    async def read(self) -> None:
        id = self.chance.choice([*self.leads, "ld_nobody"])
        part = self.chance.choice(("", "/notes", "/activities"))
        await self.ask(f"GET /v1/leads/{{leadId}}{part}", f"/v1/leads/{id}{part}")

    async def create(self) -> None:
        body = {"firstName": "Load", "email": f"load{next(NUMBERS)}@example.com"}
        answer = await self.ask("POST /v1/leads", "/v1/leads", body)
        if answer.status == 201:
            self.leads.append(answer.json["lead"]["id"])

    async def change(self) -> None:
        id = self.chance.choice([*self.leads, "ld_nobody"])
        await self.ask("PUT /v1/leads/{leadId}", f"/v1/leads/{id}", {"firstName": f"Load{next(NUMBERS)}"})

    async def remove(self) -> None:
        id = self.leads.pop(0) if self.leads else "ld_nobody"
        await self.ask("DELETE /v1/leads/{leadId}", f"/v1/leads/{id}")

    async def organization(self) -> None:
        await self.ask("GET /v1/organization", "/v1/organization")

    async def policy(self) -> None:
        body = {"title": f"Policy {next(NUMBERS)}", "content": "As agreed."}
        await self.ask("POST /v1/policies", "/v1/policies", body)

    async def wrong(self) -> None:
        """Refused in every way."""
        await self.chance.choice(
            (
                lambda: self.ask("POST /v1/leads", "/v1/leads", {"firstName": 7}),
                lambda: self.ask("GET /v1/leads", "/v1/leads?limit=many"),
                lambda: self.ask("GET /v1/nowhere", "/v1/nowhere"),
                lambda: self.ask("PATCH /v1/leads", "/v1/leads", {}),
                lambda: self.ask("GET /v1/leads", "/v1/leads", None, f"Prefer: code={PLANNED}", planned=PLANNED),
            )
        )()


DEEDS = (*[Client.listed] * 5, *[Client.read] * 4, *[Client.create] * 3, Client.change, Client.remove)
DEEDS += (Client.organization, Client.policy, Client.wrong)


async def load(port: int, clients: int, requests: int) -> Seen:
    """``requests`` in all. The clients share the tenants."""
    seen, control = Seen(), Connection(port)
    keys = {}
    for number in range(TENANTS):
        made = await control.ask("POST", "/__admin/workspaces", {"id": f"load-{next(NUMBERS)}-{number}"})
        keys[made.json["id"]] = made.json["key"]
    seen.journal = {tenant: Counter() for tenant in keys}
    some = [
        Client(Connection(port, key), tenant, seen, random.Random(number))
        for number, (tenant, key) in zip(range(clients), itertools.cycle(keys.items()))
    ]
    await asyncio.gather(*(one.connection.open() for one in some))
    await asyncio.gather(*(one.work(requests // clients) for one in some))
    control.close()
    return seen


async def differences(port: int, seen: Seen) -> int:
    """How many exchanges a journal and the clients do not both have."""
    control, wrong = Connection(port), 0
    for tenant, sent in seen.journal.items():
        answer = await control.ask("GET", "/__admin/requests?limit=10000", None, f"X-Mock-Workspace: {tenant}")
        kept = Counter((it["method"], it["request"]["url"], it["status"]) for it in answer.json["requests"])
        wrong += (sent - kept).total() + (kept - sent).total() + answer.json["dropped"]
        await control.ask("DELETE", f"/__admin/workspaces/{tenant}")
    control.close()
    return wrong


async def limited(port: int, clients: int, each: int) -> tuple[int, int]:
    """How many of many requests at once pass a limit, and how many refusals lack a header."""
    control = Connection(port)
    plan = {"rateLimit": LIMIT, "frozen": True}
    key = (await control.ask("POST", "/__admin/workspaces", plan)).json["key"]
    control.close()

    async def client() -> list[Answer]:
        connection = Connection(port, key)
        answers = [await connection.ask("GET", "/v1/organization") for _ in range(each)]
        connection.close()
        return answers

    answers = list(itertools.chain(*await asyncio.gather(*(client() for _ in range(clients)))))
    refusals = [answer for answer in answers if answer.status == 429]
    bare = sum("x-ratelimit-reset" not in answer.headers for answer in refusals)
    passed = sum(answer.status == 200 for answer in answers)
    return passed, bare + len(answers) - passed - len(refusals)


async def shown(port: int, full: bool) -> Figure:
    first = await load(port, *((200, 100_000) if full else (10, 200)))
    differ = await differences(port, first)
    many = await load(port, *((1_000, 20_000) if full else (20, 40)))
    differ += await differences(port, many)
    passed, odd = await limited(port, *((200, 5) if full else (20, 4)))
    control = Connection(port)
    judge = Judge(*[(await control.ask("GET", path)).json for path in ("/openapi", "/openapi/zapier")])
    control.close()
    invalid = [fault for kept in {**first.answers, **many.answers} for fault in judge.faults(kept)]
    unplanned, cut = first.unplanned + many.unplanned, first.cut + many.cut
    for fault in (invalid + unplanned)[:20]:
        print(fault, file=sys.stderr)
    text = (
        f"{first.count:,} requests of {200 if full else 10} clients, p99 {percentile(first.times, 0.99):.0f} ms; "
        f"{many.count:,} over {1_000 if full else 20} connections at once, p99 {percentile(many.times, 0.99):.0f} ms; "
        f"unplanned 5xx {len(unplanned)}, cut {cut}, invalid of {len({**first.answers, **many.answers}):,} different "
        f"answers {len(invalid)}, journal and clients differ in {differ}; over a limit of {LIMIT} passed {passed}"
    )
    return Figure(not (unplanned or cut or invalid or differ or odd or passed != LIMIT), text)


def main(size: Size) -> Figure:
    if size == "small":
        with MockServer(Settings(port=0, quiet=True, world="small", rate_limit="off")) as server:
            return asyncio.run(shown(int(server.url.rpartition(":")[2]), full=False))
    arguments = ("--world", "small", "--journal-size", "10000")
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), *arguments) as process:
        return asyncio.run(shown(process.port, full=True))


if __name__ == "__main__":
    alone(__file__, main)
