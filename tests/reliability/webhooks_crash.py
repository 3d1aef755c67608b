"""No owed webhook is lost and none is invented, wherever the server is killed.

``python tests/reliability/webhooks_crash.py`` makes 10,000 changes with 20 kills at random moments and 6 at each named
step, and prints one line; ``test_webhooks_crash.py`` runs it small.

A receiver notes each delivery; a writer makes changes, goes on after each kill where it stood, and notes which ones
were acknowledged. In the end the server's own state says which changes there are: each that was acknowledged is
there, and each that is there, acknowledged or not, was delivered to each subscriber or is visibly failed.
"""

import argparse
import contextlib
import http.client
import itertools
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

STEPS = ("before-commit", "after-commit", "after-send", "before-record")
HERE = Path(__file__).parent
FAILS_EACH = 97  # of so many deliveries the receiver refuses one
SUBSCRIBERS = 2
NUMBERS = itertools.count()


@dataclass
class Receiver:
    """``got``: subscription → event id → the bodies that came with it; ``refused`` those that got a 500."""

    got: dict[str, dict[str, list[bytes]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    refused: dict[str, dict[str, list[bytes]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    lock: threading.Lock = field(default_factory=threading.Lock)
    count: int = 0

    @contextlib.contextmanager
    def listening(self) -> Iterator[str]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                with receiver.lock:
                    receiver.count += 1
                    refused = receiver.count % FAILS_EACH == 0
                    noted = receiver.refused if refused else receiver.got
                    noted[self.path][self.headers["x-mock-event-id"]].append(body)
                self.send_response(500 if refused else 200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_: object) -> None:
                """The other end was killed: that is what this is about."""

        server = Quiet(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()


class Server:
    """Lives on one state file and one port, each begun after the death of the one before."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.deaths = 0
        self._folder = folder
        self._life: int | None = None

    def __enter__(self) -> "Server":
        command = [sys.executable, str(HERE / "dying_server.py")]
        pipe = subprocess.PIPE
        self._nursery = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._nursery.communicate(timeout=30)

    def start(self, step: str = "never", count: int = 0) -> None:
        ready = self._folder / "port"
        ready.unlink(missing_ok=True)
        arguments = ["serve", "--quiet", "--port", str(self.port), "--port-file", str(ready)]
        arguments += ["--state", str(self._folder / "state.sqlite"), "--world", "small", "--rate-limit", "off"]
        assert self._nursery.stdin
        assert self._nursery.stdout
        print(json.dumps([step, count, arguments]), file=self._nursery.stdin, flush=True)
        self._life = int(self._nursery.stdout.readline())
        while not ready.exists():
            try:
                os.kill(self._life, 0)
            except ProcessLookupError:  # it died at a delivery that it took up: ``buried`` says how
                return
            time.sleep(0.005)

    def kill(self) -> None:
        if self._life is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._life, signal.SIGKILL)
            self.buried()

    def buried(self) -> None:
        """Wait for its death. Raises RuntimeError when it ended in another way."""
        if self._life is not None:
            assert self._nursery.stdout
            code = int(self._nursery.stdout.readline())
            self._life = None
            if code != -signal.SIGKILL:
                raise RuntimeError(f"the server ended by itself: {code}")
            self.deaths += 1


class Caller:
    """Calls until it is answered; a call that was cut off may have happened or not."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=200)

    def anew(self) -> None:
        """The server that it spoke with has died since."""
        self._connection.close()

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Raises OSError or HTTPException when the server is gone."""
        headers = {"authorization": "Bearer sk_test_local", "content-type": "application/json"}
        try:
            self._connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = self._connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise


@dataclass
class Verdict:
    changes: int
    deaths: int
    owed: int
    failed: int
    repeats: int
    lost: int
    invented: int
    changed: int

    def __str__(self) -> str:
        return (
            f"webhooks_crash: {self.changes:,} changes, {self.deaths} kills, {self.owed:,} deliveries owed: "
            f"lost {self.lost}, invented {self.invented}, repeated {self.repeats} with the same id, "
            f"{self.changed} of them changed, {self.failed} visibly failed"
        )


def run(folder: Path, changes: int, random_kills: int, kills_each_step: int, seed: int = 1) -> Verdict:
    """Raises RuntimeError when an acknowledged change is gone, or the deliveries do not end."""
    rng = random.Random(seed)
    plan = ["random"] * random_kills + [step for step in STEPS for _ in range(kills_each_step)]
    rng.shuffle(plan)
    share = changes // len(plan)
    receiver = Receiver()
    with receiver.listening() as url, Server(folder) as server:
        caller = Caller(server.port)
        acknowledged: set[str] = set()
        for number, step in enumerate(plan):
            server.start(step, rng.randint(1, 2 * share))
            if number == 0:  # no step of an event's life is in it
                subscribe(caller, url)
            killer = threading.Timer(rng.uniform(0.01, share / 100), server.kill)
            if step == "random":
                killer.start()
            create(caller, acknowledged)
            killer.join() if step == "random" else server.buried()
        server.start()
        create(caller, acknowledged, changes - len(acknowledged))
        verdict = judge(caller, receiver, acknowledged, server.deaths)
        caller.anew()
    return verdict


def subscribe(caller: Caller, url: str) -> None:
    for number in range(SUBSCRIBERS):
        path = "/api/webhooks/zapier/subscribe?org_id=org_1&user_id=usr_1"
        caller.call("POST", path, {"hookUrl": f"{url}/{number}", "trigger": "LEAD_CREATED"})


def create(caller: Caller, acknowledged: set[str], most: int | None = None) -> None:
    """Make changes until the server dies, or so many."""
    caller.anew()
    while most is None or most > 0:
        email = f"crash{next(NUMBERS)}@example.com"
        try:
            status, answer = caller.call("POST", "/v1/leads", {"firstName": "Kill", "email": email})
        except (OSError, http.client.HTTPException):
            return
        if status != 201:
            raise RuntimeError(f"{status}: {answer}")
        acknowledged.add(email)
        most = None if most is None else most - 1


def judge(caller: Caller, receiver: Receiver, acknowledged: set[str], deaths: int) -> Verdict:
    status, _ = caller.call("POST", "/__admin/webhooks/drain", {"timeout": 120})
    if status != 200:
        raise RuntimeError("the deliveries did not come to an end")
    there = {lead["email"] for lead in pages(caller, "/v1/leads", "leads") if (lead["email"] or "").startswith("crash")}
    if missing := acknowledged - there:
        raise RuntimeError(f"{len(missing)} acknowledged changes are gone")
    failed = {
        (f"/{delivery['subscriptionId'] - 1}", delivery["eventId"])
        for delivery in admin_pages(caller, "/__admin/webhooks/deliveries?state=failed")
    }
    lost = invented = repeats = changed = 0
    for number in range(SUBSCRIBERS):
        by_event, refused = receiver.got[f"/{number}"], receiver.refused[f"/{number}"]
        told = {json.loads(bodies[0])["email"] for bodies in by_event.values()}
        visible = {json.loads(refused[event][0])["email"] for path, event in failed if path == f"/{number}"}
        lost += len(there - told - visible)
        invented += len((told | visible) - there) + len(by_event) - len(told)
        repeats += sum(len(bodies) - 1 for bodies in by_event.values())
        changed += sum(body != bodies[0] for bodies in by_event.values() for body in bodies)
    owed = len(there) * SUBSCRIBERS
    return Verdict(len(there), deaths, owed, len(failed), repeats, lost, invented, changed)


def pages(caller: Caller, path: str, name: str) -> Iterator[Any]:
    page = 1
    while items := caller.call("GET", f"{path}?limit=50&page={page}")[1][name]:
        yield from items
        page += 1


def admin_pages(caller: Caller, path: str) -> Iterator[Any]:
    offset = 0
    while items := caller.call("GET", f"{path}&limit=1000&offset={offset}")[1]["items"]:
        yield from items
        offset += len(items)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--changes", type=int, default=10_000)
    options.add_argument("--random-kills", type=int, default=20)
    options.add_argument("--kills-each-step", type=int, default=6)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        verdict = run(Path(folder), chosen.changes, chosen.random_kills, chosen.kills_each_step, chosen.seed)
    print(verdict)
    return 1 if verdict.lost or verdict.invented or verdict.changed else 0


if __name__ == "__main__":
    sys.exit(main())
