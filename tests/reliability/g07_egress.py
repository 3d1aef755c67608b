"""Egress: no connection to where fake data, a key or a question must not go. Every socket this process connects is
seen by an audit hook of the interpreter; what connects below it (the validator is no Python) by a listener that waits.

Webhooks: URLs in hundreds of spellings, names that answer otherwise the second time or with one address too many,
redirects. The suite: a target that redirects every request. Contracts: references to elsewhere.
"""

import asyncio
import contextlib
import itertools
import json
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult
from frame import HERE, Figure, Size, alone

sys.path.append(str(HERE.parent / "webhooks"))
from spellings import FORBIDDEN

from mock_server.app import load_contract
from mock_server.cli.main import main as command
from mock_server.config.settings import Settings
from mock_server.errors import SetupError
from mock_server.webhooks.egress_client import EgressClient
from mock_server.webhooks.egress_policy import refusal

MINUTES = 5
_ADDRESSES = ("127.0.0.1", "8.8.8.8", "169.254.169.254", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "0.0.0.0")
_ELSEWHERE = ("http://8.8.8.8/", "http://169.254.169.254/latest/meta-data/", "https://hooks.zapier.com/x", "//8.8.8.8/")
_REFERENCES = ("http://{}/x.json", "http://{}/x.json#/a", "//{}/x.json", "https://{}/x", "file:///etc/hosts", "x.json")
_WATCHING: list[list[Any]] = []  # a hook stays for the life of the process; it notes only for who watches


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and _WATCHING and arguments[0].family in (socket.AF_INET, socket.AF_INET6):
        _WATCHING[-1].append(arguments[1])


class Answers(AbstractResolver):
    """Answers one list of addresses after the other."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = itertools.cycle(answers)

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
        families = {True: socket.AF_INET6, False: socket.AF_INET}
        return [
            ResolveResult(hostname=host, host=it, port=port, family=families[":" in it], proto=0, flags=0)
            for it in next(self._answers)
        ]

    async def close(self) -> None: ...


class Elsewhere(BaseHTTPRequestHandler):
    """Sends everybody away."""

    def do_GET(self) -> None:
        self.send_response(307)
        self.send_header("location", _ELSEWHERE[hash(self.path) % len(_ELSEWHERE)])
        self.send_header("content-length", "0")
        self.end_headers()

    do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = do_TRACE = do_GET

    def log_message(self, *_: Any) -> None: ...


@contextmanager
def redirecting() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


async def webhooks(urls: list[str], redirect: str) -> int:
    """Post to all of them; the number of attempts."""
    gate = EgressClient(timeout=2)
    for url in [*urls, *(f"http://{redirect}/{number}" for number in range(16))]:
        await gate.post(url, b"{}", {})
    await gate.close()
    names = list(itertools.permutations(_ADDRESSES, 2))
    for first, second in names:
        for resolver in (Answers([first], [second]), Answers([first, second])):
            gate = EgressClient(timeout=0.2, resolver=resolver)
            for _ in range(3):
                await gate.post(f"http://hook.example:{redirect.split(':')[1]}/", b"{}", {})
            await gate.close()
    return len(urls) + 16 + 6 * len(names)


def contracts(listener: str) -> int:
    """Load documents that refer to elsewhere, in each place where a reference may stand; how many there were."""
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        for reference in _REFERENCES:
            ref = {"$ref": reference.format(listener)}
            schema = {"content": {"application/json": {"schema": ref}}}
            ok = {"200": {"description": "", **schema}}
            for operation in (
                {"responses": {"200": ref}},
                {"responses": ok},
                {"responses": {}, "requestBody": schema},
                {"responses": {}, "parameters": [ref]},
                {"responses": {}, "parameters": [{"name": "a", "in": "query", "schema": ref}]},
            ):
                file = Path(folder) / "document.json"
                paths = {"/a": {"post": operation}, "/b": ref}
                file.write_text(json.dumps({"openapi": "3.1.0", "info": {}, "paths": paths}))
                count += 1
                with contextlib.suppress(SetupError):
                    load_contract(Settings(spec=str(file)))
    return count


def main(size: Size) -> Figure:
    seen: list[Any] = []
    sys.addaudithook(_audit)
    _WATCHING.append(seen)
    urls = [url for _, url in FORBIDDEN][:: 1 if size == "full" else 10]
    with redirecting() as redirect, socket.create_server(("127.0.0.1", 0)) as listener:
        attempts = asyncio.run(webhooks(urls, redirect))
        if size == "full":
            for mode in ("safe", "full"):
                with contextlib.redirect_stdout(None), contextlib.redirect_stderr(None):
                    command(["check", f"http://{redirect}", "--mode", mode, "--quick", "--max-requests", "500"])
        listener.setblocking(False)
        documents = contracts(f"127.0.0.1:{listener.getsockname()[1]}")
        fetched = 0
        with contextlib.suppress(BlockingIOError):
            listener.accept()[0].close()
            fetched = 1
    _WATCHING.remove(seen)
    outside = [address for address in seen if refusal(address[0])]
    text = f"{len(urls)} spellings, {attempts - len(urls)} redirects and names that change their answer, "
    text += "two runs of the suite against a target that redirects, " if size == "full" else ""
    text += f"{documents} documents with references to elsewhere: {len(outside)} forbidden connects"
    text += f" of {len(seen)}, {fetched} documents fetched"
    return Figure(not outside and not fetched and len(seen) > 16, text)


if __name__ == "__main__":
    alone(__file__, main)
