"""`make documents`: serve OpenAPI documents that you name, and say what becomes of each, a line for a document.

    make documents ARGS='openapi.yaml more-documents/'

Seconds and memory of a start stand beside their bound, which is twice what PyYAML's C loader alone needs and half a
second more, and beside Prism's, where npm can install it. Then every operation is asked as often as
``--times`` says, with values of its own schemas and the credentials that it wants. A line counts the answers, and those
that took longer than half a second. The exit code is 1 where a document is refused, or an answer was 5xx or late.
"""

import argparse
import socket
import sys
import tempfile
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import yaml
from arms import PRISM, installed

from mock_server.app import load_contract
from mock_server.config.settings import LOCAL_KEY, Settings
from mock_server.errors import SetupError, SpecError
from mock_server.spec.contract import Contract
from mock_server.spec.generation import generate
from mock_server.spec.operation import Operation
from mock_server.spec.parameter import Parameter
from mock_server.spec.security import SchemeKind
from mock_server.support.exact_json import write_json
from mock_server.world.ids import rng

LATE = 0.5  # seconds
ENDINGS = (".yaml", ".yml", ".json")
PRISM_PATIENCE = 60  # seconds
COMMAND = str(Path(sys.executable).with_name("sophiie-mock"))


def documents(names: list[str]) -> Iterator[Path]:
    """The files that are named, and those in the folders that are."""
    for path in map(Path, names):
        yield from sorted(it for it in path.iterdir() if it.suffix in ENDINGS) if path.is_dir() else [path]


def loader_seconds(path: Path) -> float:
    """What PyYAML's C loader needs to read the document, or until it finds an escape that JSON has and YAML has not."""
    began = time.monotonic()
    with suppress(yaml.YAMLError):
        yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    return time.monotonic() - began


def peak_mib(process: int) -> int:
    """The most memory that a process had, as Linux tells it."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def started(path: Path, folder: Path) -> tuple[Popen[bytes], str]:
    """A server of the document, and its URL; an empty one where it refused."""
    port = folder / "port"
    flags = ["--spec", str(path.resolve()), "--port", "0", "--port-file", str(port), "--rate-limit", "off", "--quiet"]
    process = Popen([COMMAND, "serve", *flags], cwd=folder, stdout=DEVNULL, stderr=DEVNULL)
    while process.poll() is None:
        if port.exists() and (number := port.read_text().strip()):
            return process, f"http://127.0.0.1:{number}"
        time.sleep(0.01)
    return process, ""


def value(parameter: Parameter) -> str:
    """A value of a parameter as it is written in one text."""
    made = generate(parameter.schema, rng(1, parameter.name))
    texts = made if isinstance(made, list) else [made]
    return ",".join(write_json(it).decode() if not isinstance(it, str) else it for it in texts)


def living(client: httpx.Client, contract: Contract, operation: Operation) -> list[str]:
    """The ids of a record that is there, and of the one above it, as far as the operation's path names them."""
    binding = contract.bindings.get(operation.key)
    if binding is None:
        return []
    family = binding.family
    found = client.get(f"/__admin/records/{family.kind}?limit=1").json().get("items") or [{}]
    ids = [found[0].get(family.link)] if family.parent and family.link else []
    ids += [found[0].get(family.id)] if operation.path.endswith("}") else []
    return [str(it) for it in ids if it is not None]


def request(operation: Operation, ids: list[str]) -> dict[str, Any]:
    """What httpx sends to ask an operation, with all that it requires; ``ids`` are for the end of its path."""
    path = operation.path
    values = [value(parameter) for parameter in operation.path_parameters]
    if ids and len(ids) <= len(values):
        values[-len(ids) :] = ids
    for parameter, text in zip(operation.path_parameters, values, strict=True):
        path = path.replace(f"{{{parameter.name}}}", quote(text, safe=","))
    needed = [it for it in operation.parameters if it.required and it.location in ("query", "header")]
    query = {it.name: value(it) for it in needed if it.location == "query"}
    headers = {it.name: quote(value(it), safe=" ,:/") for it in needed if it.location == "header"}
    for scheme in operation.security[0] if operation.security else ():
        if scheme.kind is SchemeKind.API_KEY and scheme.location == "query":
            query[scheme.field] = LOCAL_KEY
        elif scheme.kind is SchemeKind.API_KEY:
            field = scheme.field if scheme.location == "header" else "Cookie"
            headers[field] = LOCAL_KEY if scheme.location == "header" else f"{scheme.field}={LOCAL_KEY}"
        elif scheme.kind is SchemeKind.BASIC:
            headers["Authorization"] = f"Basic {b64encode(f'{LOCAL_KEY}:'.encode()).decode()}"
        else:
            headers["Authorization"] = f"{scheme.word} {LOCAL_KEY}"
    body = None
    if operation.body is not None:
        media = next(media for media, it in operation.bodies.items() if it is operation.body)
        body = write_json(generate(operation.body, rng(1, operation.key))) if "json" in media.lower() else b""
        headers["Content-Type"] = media
    target = f"{path}?{urlencode(query)}" if query else path
    return {"method": operation.method, "url": target, "headers": headers, "content": body}


def prism(path: Path, missing: str) -> str:
    """Prism's start and memory with the document, in the same words as ours."""
    if missing:
        return f"Prism: {missing}"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [part.format(port=port) for part in PRISM]
    began = time.monotonic()
    process = Popen([*command, "-v", "silent", str(path)], stdout=DEVNULL, stderr=DEVNULL)
    try:
        while process.poll() is None and time.monotonic() - began < PRISM_PATIENCE:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return f"Prism {time.monotonic() - began:.2f} s {peak_mib(process.pid)} MiB"
            time.sleep(0.02)
        return "Prism refuses it" if process.poll() is not None else f"Prism: not within {PRISM_PATIENCE} s"
    finally:
        process.kill()
        process.wait()


def asked(url: str, path: Path, times: int) -> Counter[str]:
    """The answers of every operation by class, and those that were late; deletes come last."""
    contract = load_contract(Settings(spec=str(path)))
    counts: Counter[str] = Counter()
    with httpx.Client(base_url=url, timeout=60) as client:
        for _ in range(times):
            for operation in sorted(contract.operations.values(), key=lambda it: it.method == "DELETE"):
                try:
                    what = request(operation, living(client, contract, operation))
                except SpecError:  # it has a part of which no value can be made
                    counts["unasked"] += 1
                    continue
                began = time.monotonic()
                status = client.request(**what).status_code
                counts["late"] += time.monotonic() - began > LATE
                counts[f"{status // 100}xx"] += 1
    return counts


def measured(path: Path, times: int, missing: str) -> bool:
    """Serve one document and print its line; whether all was well. ``missing`` says why there is no Prism."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        process, url = started(path, Path(folder))
        if not url:
            print(f"{path.name:32} refused: see `sophiie-mock serve --spec {path}`", flush=True)
            return False
        try:
            while httpx.get(f"{url}/__admin/health").status_code != 200:
                time.sleep(0.01)
            seconds, before = time.monotonic() - began, peak_mib(process.pid)
            counts = asked(url, path, times)
            after = peak_mib(process.pid)
        finally:
            process.terminate()
            process.wait()
    classes = "  ".join(f"{name} {counts[name]}" for name in ("2xx", "3xx", "4xx", "5xx", "late", "unasked"))
    start = f"{seconds:5.2f} s (bound {2 * loader_seconds(path) + 0.5:.2f} s)"
    print(f"{path.name:32} {start}  {before} → {after} MiB  {prism(path, missing)}  {classes}", flush=True)
    return not counts["5xx"] and not counts["late"]


def main() -> int:
    """Measure each document that is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+", metavar="FILE|FOLDER")
    parser.add_argument("--times", type=int, default=3, help="how often each operation is asked")
    given = parser.parse_args()
    try:
        missing = installed().get("node", "")
        return 0 if sum(not measured(path, given.times, missing) for path in documents(given.names)) == 0 else 1
    except SetupError as fault:
        print(fault, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
