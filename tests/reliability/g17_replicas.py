"""Replicas: whatever happens to one of three on a database, or to that, each acknowledged change is there, once.

Writers create leads over all three. Meanwhile the replica that owns their workspace is killed, paused for longer than
its lease, cut off from the other replicas, or restarted in turn with them; connections of the database are ended, and
it is restarted. In the end the survivors are asked for every lead. Other clients record what they ask and what is
answered, each in workspaces of their own, and every history must be linearizable.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from client import Connection, percentile
from frame import HERE, Figure, Size, alone, progress
from postgres import OwnPostgres, own_postgres
from recorded_clients import Recorded, record
from relay import Relay

MINUTES = 45
REPLICAS = 3
LEASE_SECONDS = 3.0
START_SECONDS = 60.0
_OWNER = """
SELECT url FROM s.servers JOIN s.owners ON owners.server = servers.id
WHERE until > clock_timestamp() AND workspace = 'default'
"""
FAULTS = {"killed": 100, "paused": 30, "cut": 15, "restarted": 15, "isolated": 15, "rolled": 10}
FEW = {"killed": 1, "paused": 0, "cut": 1, "restarted": 0, "isolated": 1, "rolled": 0}
FAULT_SECONDS = 120.0
"""Whoever is not served again by then never will be."""
RECORDERS = 4


_TINY = ("--world=empty", f"--spec={HERE.parent / 'tiny.json'}", "--vendor=sophiie", "--rate-limit=off")


class Replica:
    """One server, started again after whatever happens to it."""

    def __init__(self, folder: Path, number: int, url: str, world: Sequence[str] = _TINY) -> None:
        self._port_file = folder / f"port{number}"
        self._log = folder / f"log{number}"
        self._flags = [f"--state={url}", f"--peer-secret-file={folder / 'secret'}", f"--port-file={self._port_file}"]
        self._world = world
        self.relay = Relay(lambda: self.port)
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it on the port that it had before."""
        if self.process is not None and self.process.poll() is None:  # it should have stopped by itself
            self.end(signal.SIGKILL)
        self._port_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "mock_server", "serve", "--quiet", f"--port={self.port}", *self._world]
        command += [*self._flags, *([f"--peer-url=http://127.0.0.1:{self.relay.port}"] if self.relay.port else [])]
        environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1])}
        last = time.monotonic() + START_SECONDS
        while not self._port_file.exists():
            if time.monotonic() > last:
                raise RuntimeError(self._log.read_text())
            if self.process is None or self.process.poll() is not None:  # a connection of somebody may have its port
                with self._log.open("ab") as log:
                    self.process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
            time.sleep(0.02)
        self.port = int(self._port_file.read_text())

    def send(self, number: signal.Signals) -> None:
        """Send a signal to it."""
        if self.process is not None:
            self.process.send_signal(number)

    def end(self, number: signal.Signals) -> int:
        """Send a signal that ends it; its exit code."""
        self.send(number)
        return self.process.wait(60) if self.process is not None else 0

    def kill(self) -> None:
        """End it whatever it does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    async def has_ended(self) -> bool:
        """Wait for a moment whether it stops by itself."""
        for _ in range(100):
            if self.process is None or self.process.poll() is not None:
                return True
            await asyncio.sleep(0.1)
        return False


@dataclass
class Written:
    """What the writers tried, and what they were told."""

    tried: int = 0
    acknowledged: dict[str, str] = field(default_factory=dict)
    refused: Counter[int] = field(default_factory=Counter)
    broken: int = 0
    is_over: bool = False

    async def write(self, number: int, replicas: list[Replica]) -> None:
        """Create one lead after the other, each by another replica; a fault shows as a refusal or a broken answer."""
        connections = {replica.port: Connection(replica.port) for replica in replicas}
        while not self.is_over:
            self.tried += 1
            name = f"lead {self.tried}"
            connection = connections[replicas[self.tried % len(replicas)].port]
            try:
                answer = await asyncio.wait_for(connection.ask("POST", "/v1/leads", {"firstName": name}), 30)
            except (OSError, EOFError, TimeoutError):
                self.broken += 1
                connection.close()
                await asyncio.sleep(0.05)
                continue
            if answer.status == 201:
                self.acknowledged[str(answer.json["lead"]["id"])] = name
            else:
                self.refused[answer.status] += 1
        for connection in connections.values():
            connection.close()


class Run:
    """Three replicas and a database under one fault after the other."""

    def __init__(self, server: OwnPostgres, replicas: list[Replica]) -> None:
        self.server = server
        self.replicas = replicas
        self.written = Written()
        self.pauses: list[float] = []
        self.slowest: dict[str, float] = {}
        self.late = 0
        self.failed_in_rolling = 0
        self.kept: Counter[str] = Counter()
        self.histories: list[Recorded] = []

    async def serving(self) -> Replica:
        """The replica that owns the workspace."""
        while True:
            with suppress(Exception):
                ((url,),) = self.server.execute(_OWNER)
                return next(one for one in self.replicas if url.endswith(f":{one.relay.port}"))
            await asyncio.sleep(0.05)

    async def goes_on(self) -> None:
        """Wait until writers are acknowledged again."""
        begun, before = time.monotonic(), len(self.written.acknowledged)
        while len(self.written.acknowledged) < before + 3:
            await asyncio.sleep(0.02)
        self.pauses.append(time.monotonic() - begun)

    async def served_without(self, one: Replica) -> None:
        """Wait until the others answer; whoever asks ``one`` itself waits for as long as it likes."""
        begun = time.monotonic()
        for other in self.replicas:
            connection = Connection(other.port)
            while other is not one:
                with suppress(OSError, EOFError, TimeoutError):
                    if (await asyncio.wait_for(connection.ask("GET", "/v1/leads"), 30)).status == 200:
                        break
            connection.close()
        self.pauses.append(time.monotonic() - begun)

    async def killed(self) -> None:
        one = await self.serving()
        one.end(signal.SIGKILL)
        await self.goes_on()
        await asyncio.to_thread(one.start)

    async def paused(self) -> None:
        one = await self.serving()
        ((server,),) = self.server.execute("SELECT max(id) FROM s.servers WHERE url LIKE %s", f"%:{one.relay.port}")
        one.send(signal.SIGSTOP)
        await self.served_without(one)
        await asyncio.sleep(LEASE_SECONDS * 0.2)
        one.send(signal.SIGCONT)
        if not await one.has_ended():  # it may, if it owned nothing that another one could take
            self.late += not self.server.execute("SELECT 1 FROM s.servers WHERE id = %s", server)
        await asyncio.to_thread(one.start)

    async def cut(self) -> None:
        statement = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sophiie-mock'"
        self.server.execute(statement)
        await self.goes_on()

    async def isolated(self) -> None:
        """Cut the owner off from the other replicas, not from the database or from clients."""
        one = await self.serving()
        one.relay.cut()
        await asyncio.sleep(LEASE_SECONDS)
        await self.goes_on()
        one.relay.mend()

    async def restarted(self) -> None:
        await asyncio.to_thread(self.server.stop, signal.SIGQUIT)
        await asyncio.to_thread(self.server.start)
        await self.goes_on()

    async def rolled(self) -> None:
        """Stop the one that serves, and start it again; clients of the others see nothing of it."""
        one = await self.serving()
        others = [each for each in self.replicas if each is not one]
        watching = Written()
        tasks = [asyncio.create_task(watching.write(number, others)) for number in range(4)]
        await asyncio.to_thread(one.end, signal.SIGTERM)
        await self.goes_on()
        watching.is_over = True
        await asyncio.gather(*tasks)
        self.failed_in_rolling += watching.broken + sum(watching.refused.values())
        self.written.acknowledged |= {id: f"watched {name}" for id, name in watching.acknowledged.items()}
        await asyncio.to_thread(one.start)

    async def record(self) -> None:
        """Use one workspace after the other, until all is over."""
        while not self.written.is_over:
            self.histories.append(await record(self.replicas, lambda: self.written.is_over))

    async def all(self, faults: dict[str, int], writers: int) -> None:
        """Every fault so often as is asked, one after the other."""
        for one in self.replicas:
            await one.relay.start()
            await asyncio.to_thread(one.start)
        tasks = [asyncio.create_task(self.written.write(number, self.replicas)) for number in range(writers)]
        tasks += [asyncio.create_task(self.record()) for _ in range(RECORDERS)]
        await self.goes_on()
        self.pauses.clear()
        left = dict(faults)
        total = sum(faults.values())
        for done in range(total):
            name = max(left, key=lambda each: left[each] / max(1, faults[each]))
            left[name] -= 1
            act: Callable[[], Awaitable[None]] = getattr(self, name)
            try:
                async with asyncio.timeout(FAULT_SECONDS):
                    await act()
            except TimeoutError:
                raise RuntimeError(f"nobody was served any more after fault {done + 1}, {name}") from None
            self.slowest[name] = max(self.slowest.get(name, 0.0), self.pauses[-1])
            progress(done + 1, total, "faults")
        self.written.is_over = True
        await asyncio.gather(*tasks)
        self.kept = await self._kept()
        for one in self.replicas:
            one.relay.close()

    async def _kept(self) -> Counter[str]:
        """Every lead that there is, by id, as each replica shows it."""
        found: Counter[str] = Counter()
        connection = Connection(self.replicas[0].port)
        page = 1
        while True:
            answer = await connection.ask("GET", f"/v1/leads?limit=100&page={page}")
            leads: list[dict[str, Any]] = json.loads(answer.body)["leads"]
            found.update(str(lead["id"]) for lead in leads)
            if not leads:
                connection.close()
                return found
            page += 1


def main(size: Size) -> Figure:
    faults, writers = (FAULTS, 50) if size == "full" else (FEW, 5)
    with own_postgres() as server, server.schema("s") as url, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "secret").write_text("a-secret-of-three-replicas")
        replicas = [Replica(folder, number, url) for number in range(REPLICAS)]
        try:
            run = Run(server, replicas)
            asyncio.run(run.all(faults, writers))
        finally:
            for one in replicas:
                one.kill()
    written, kept = run.written, run.kept
    odd = sum(not history.is_linearizable for history in run.histories)
    operations = sum(len(history.of_list) + len(history.of_register) for history in run.histories)
    lost = [id for id in written.acknowledged if id not in kept]
    twice = [id for id, count in kept.items() if count > 1]
    invented = max(0, len(kept) - len(written.acknowledged) - written.broken - sum(written.refused.values()))
    done = ", ".join(f"{what} {count}" for what, count in faults.items() if count)
    other = sum(written.refused.values()) - written.refused[503]
    text = f"{done}, under {writers} writers over {REPLICAS} replicas: {len(written.acknowledged):,} changes "
    text += f"acknowledged, lost {len(lost)}, twice {len(twice)}, invented {invented}; "
    text += f"went on after a pause {run.late}; failed requests in rolling restarts {run.failed_in_rolling}; "
    text += f"refused with 503 {written.refused[503]}, otherwise {other}, broken {written.broken}; writers went on "
    text += f"after p50 {percentile(run.pauses, 0.5) / 1000:.1f} s, p99 {percentile(run.pauses, 0.99) / 1000:.1f} s"
    text += " (longest: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in run.slowest.items()) + ")"
    text += f"; {len(run.histories)} workspaces with {operations:,} recorded operations, not linearizable {odd}"
    good = not (lost or twice or invented or run.late or run.failed_in_rolling or odd)
    return Figure(good and set(written.refused) <= {503}, text)


if __name__ == "__main__":
    alone(__file__, main)
