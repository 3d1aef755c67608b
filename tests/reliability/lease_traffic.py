"""What leases and owners cost a database: many replicas that only renew, look around and take over, without requests.

``python tests/reliability/lease_traffic.py [REPLICAS] [WORKSPACES] [SECONDS]`` (50, 10,000, 20). Each replica does what
``cluster/replica`` and ``cluster/ownership`` do, with the same statements, on a real PostgreSQL. In the middle of the
time one replica dies; the others take its workspaces. The database's CPU and the slowest statements are printed.
"""

import os
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from client import percentile
from postgres import OwnPostgres, own_postgres

from mock_server.store.postgres_connection import opened
from mock_server.store.postgres_lease import LEASE_SECONDS, RENEW
from mock_server.store.postgres_owners import Owners
from mock_server.store.postgres_schema import prepare

THREADS = 10
"""Connections that play all replicas: a replica has three, which mostly wait."""
TICK = 0.25  # seconds, as a replica looks around
_TICKS_OF_A_LOOK = 4
_TICKS_OF_A_SEARCH = 20
_TAKEN = 20
_SERVERS = "INSERT INTO servers (name, url, until) SELECT 'n', 'u' || n, clock_timestamp() + interval '1 hour' "
_SERVERS += "FROM generate_series(1, ?) AS n"
_OWNERS = "INSERT INTO owners (workspace, keys, server) SELECT 'w' || n, ARRAY[md5('a' || n) || md5('b' || n)], "
_OWNERS += "1 + mod(n, ?) FROM generate_series(1, ?) AS n"


class Traffic:
    """Replicas in turn, on a few connections."""

    def __init__(self, url: str, replicas: int) -> None:
        self._url = url
        self.replicas = replicas
        self.dead = 0
        self.died = 0.0
        self.taken: list[float] = []
        self.missed = 0
        self.took: dict[str, list[float]] = {}
        self.is_over = False

    def play(self, number: int) -> None:
        """Be every replica whose number leaves this remainder."""
        db = opened(self._url)
        own = [server for server in range(1, self.replicas + 1) if server % THREADS == number]
        owners = {server: Owners(self._url, server, lambda _: db) for server in own}
        tick = 0
        while not self.is_over:
            begun = time.monotonic()
            for server in own:
                if server != self.dead:
                    self._look(db, owners[server], tick + server)
            tick += 1
            time.sleep(max(0.0, begun + TICK - time.monotonic()))

    def _look(self, db: Any, owners: Owners, tick: int) -> None:
        living = self._timed("look around", owners.replicas)
        somebody_died = len(living) < self.replicas and not self.taken
        if tick % _TICKS_OF_A_LOOK == 0:
            self._timed("renew", lambda: db.execute(RENEW, (LEASE_SECONDS, 1.0, owners.server)))
            self._timed("own", owners.own)
        if tick % _TICKS_OF_A_SEARCH == 0 or (tick % _TICKS_OF_A_LOOK == 0 and somebody_died):
            for workspace in self._timed("search", lambda: owners.free(_TAKEN)):
                if self._timed("claim", partial(owners.claim, workspace)) is None:
                    self.missed += 1
                else:
                    self.taken.append(time.monotonic())

    def _timed(self, what: str, act: Callable[[], Any]) -> Any:
        begun = time.monotonic()
        try:
            return act()
        finally:
            self.took.setdefault(what, []).append(time.monotonic() - begun)


def cpu(server: OwnPostgres) -> float:
    """Seconds of CPU that the database's processes have used."""
    parent = server.process.pid if server.process else 0
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in (parent, *children)]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / os.sysconf("SC_CLK_TCK")


def main(replicas: int, workspaces: int, seconds: float) -> None:
    with own_postgres() as server, server.schema("s") as url:
        db = opened(url)
        prepare(db, url)
        db.execute(_SERVERS, (replicas,))
        db.execute(_OWNERS, (replicas, workspaces))
        db.script("ANALYZE")
        traffic = Traffic(url, replicas)
        threads = [threading.Thread(target=traffic.play, args=[number]) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        time.sleep(LEASE_SECONDS)
        before, begun = cpu(server), time.monotonic()
        time.sleep(seconds / 2)
        used = (cpu(server) - before) / (time.monotonic() - begun)
        quiet = {what: len(times) for what, times in traffic.took.items()}
        traffic.dead, traffic.died = replicas, time.monotonic()
        db.execute("UPDATE servers SET until = clock_timestamp() WHERE id = ?", (replicas,))  # its lease is over
        time.sleep(seconds / 2)
        traffic.is_over = True
        for thread in threads:
            thread.join()
        db.close()
    rate = sum(quiet.values()) / (seconds / 2 + LEASE_SECONDS)
    print(f"{replicas} replicas, {workspaces:,} workspaces: {rate:.0f} statements/s, {used * 100:.0f} % of one CPU")
    slow = ", ".join(f"{what} {percentile(times, 0.99):.1f} ms" for what, times in traffic.took.items())
    print(f"p99: {slow}")
    last = max(traffic.taken, default=traffic.died) - traffic.died
    text = f"one died: {len(traffic.taken)} workspaces taken in {last:.1f} s after its lease"
    print(f"{text}, {traffic.missed} claims in vain")


if __name__ == "__main__":
    given = [float(text) for text in sys.argv[1:]]
    amounts = given + [50, 10_000, 20][len(given) :]
    main(int(amounts[0]), int(amounts[1]), amounts[2])
