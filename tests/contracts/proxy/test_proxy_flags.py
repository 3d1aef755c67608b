"""With every flag of the proxy the host sees what the client has sent, in its order, and nothing else."""

import http.client
import itertools
import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from recording import KEY, Answer, Recording, Seen, recording

from contracts.cli.proxy import command

CANARY = "Canary7f3a"
SENT = [
    ("GET", "/v1/leads?limit=5", b""),
    ("HEAD", "/v1/leads", b""),
    ("POST", "/v1/leads", b'{"firstName": "Canary7f3a"}'),
    ("GET", "/v1/leads/moved", b""),
    ("DELETE", "/v1/leads/reset", b""),
    ("GET", "/v1/faqs", b""),
    ("GET", "/v1/leads/reset", b""),
    ("GET", "/v1/organization", b""),
    ("PATCH", "/nowhere/Canary7f3a", b"Canary7f3a"),
    ("PUT", "/v1/leads/broken", b"{"),
    ("OPTIONS", "/v1/leads", b""),
    ("GET", "/openapi", b""),
]
ACTION = {"target": "$['info']", "update": {"title": "Theirs"}}


def answer(seen: Seen) -> Answer:
    if seen.path.endswith("reset"):
        raise ConnectionAbortedError
    status = 302 if seen.path.endswith("moved") else 503 if seen.path.endswith("broken") else 200
    headers = {"Location": "/v1/elsewhere", "Refresh": "0; url=/v1/again", "X-Owner": CANARY}
    return status, headers, json.dumps({"name": CANARY, "next": "/v1/leads?page=2"}).encode()


def flags(folder: Path) -> dict[str, list[list[str]]]:
    """The ways to give each flag."""
    overlay = folder / "overlay.yaml"
    overlay.write_text(json.dumps({"overlay": "1.0.0", "actions": [ACTION]}))
    return {
        "port": [["--port", "0"]],
        "port_file": [["--port-file", str(folder / "port")]],
        "record": [[], ["--record", str(folder / "shapes.json")]],
        "har": [[], ["--har", str(folder / "all.har")]],
        "spec": [[]],  # test_hostile_hosts.py has other documents
        "overlay": [[], ["--overlay", str(overlay)]],
        "quiet": [[], ["--quiet"]],
    }


def driven(folder: Path, host: Recording, words: list[str]) -> Result:
    """Run the verb while a client asks, and end it as Ctrl-C does."""

    def drive() -> None:
        try:
            while not (folder / "port").exists() or not (port := (folder / "port").read_text()):
                threading.Event().wait(0.01)
            for method, target, body in SENT:
                connection = http.client.HTTPConnection(f"127.0.0.1:{port}", timeout=10)
                connection.request(method, target, body or None, {"Authorization": f"Bearer {KEY}"})
                connection.getresponse().read()
                connection.close()
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    client = threading.Thread(target=drive)
    client.start()
    try:
        return CliRunner().invoke(command, [host.url, *words], standalone_mode=False)
    finally:
        client.join()


def ways(folder: Path) -> Iterator[list[str]]:
    for chosen in itertools.product(*flags(folder).values()):
        yield [word for part in chosen for word in part]


def test_every_flag_of_the_proxy_is_tried(tmp_path: Path) -> None:
    options = {parameter.name for parameter in command.params} - {"url"}
    assert {*flags(tmp_path)} == options


@pytest.mark.parametrize("number", [15, *(pytest.param(it, marks=pytest.mark.slow) for it in range(15))])
def test_the_host_sees_what_the_client_sent_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.chdir(tmp_path)
    words = [*ways(tmp_path)][number]
    with recording(lambda *_: (500, {}, b""), forward=answer) as host:
        result = driven(tmp_path, host, words)
    assert result.return_value == 130, result.output
    assert [(seen.method, seen.path, seen.body) for seen in host.seen] == SENT
    assert {seen.authorization for seen in host.seen} == {f"Bearer {KEY}"}
    written: dict[str, Any] = {path.name: path.read_text() for path in tmp_path.iterdir()} | {"said": result.output}
    assert [name for name, text in written.items() if CANARY in text or KEY in text] == []
    assert ("all.har" in written) == ("--har" in words)
    assert "Traceback" not in result.output
    assert "a bug of" not in result.output
