"""Files that verbs read, each with one wrong value: they are read, or refused in words that name the file."""

import io
import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from frame import HERE
from wrong_values import mutants

from mock_server.cli.main import main

Files = Mapping[str, tuple[Any, Sequence[Sequence[str]]]]

LONGEST = 2.0  # seconds of a processor
_TINY = str(HERE.parent / "tiny.json")
_BUG = re.compile(r"a bug of sophiie-mock|Traceback|\b[A-Z][A-Za-z]+Error\b|\bNoneType\b")
_SPEC = ("--spec", _TINY)
_LEAD = {"id": "ld_1", "firstName": "Ana", "createdAt": "2026-01-01T00:00:00.000Z"}
_TEXT = {"size": 1, "mimeType": "application/json", "text": json.dumps({"leads": [_LEAD], "total": 1})}
_KIND = {"name": "Content-Type", "value": "application/json"}
_SENT = {"mimeType": "application/json", "text": json.dumps({"firstName": "Ana"})}
_PARAMETERS = {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "firstName", "value": "Ana"}]}


def _entry(method: str, path: str, status: int, **sent: Any) -> dict[str, Any]:
    request = {"method": method, "url": f"https://api.sophiie.ai{path}", "headers": [_KIND], "bodySize": 0, **sent}
    response = {"status": status, "headers": [_KIND], "content": _TEXT}
    return {"startedDateTime": "2026-01-01T00:00:00.000Z", "time": 12.5, "timings": {"blocked": 1, "wait": 2},
            "request": request, "response": response}  # fmt: skip


_HAR = {"log": {"entries": [_entry("GET", "/v1/leads?page=1&limit=5", 200),
                            _entry("POST", "/v1/leads", 201, postData=_SENT),
                            _entry("PUT", "/v1/leads/ld_1", 404, postData=_PARAMETERS)]}}  # fmt: skip
_LOGGED = {
    "id": "req_1",
    "at": "2026-01-01T00:00:00.000Z",
    "ms": 3.5,
    "workspace": "default",
    "fault": None,
    "test": {"id": "t.py::t", "file": "t.py", "line": 3},
    "events": [{"type": "LEAD_CREATED"}],
    "request": {"method": "POST", "url": "/v1/leads", "headers": {"content-length": "3"}, "body": {"firstName": "A"}},
    "response": {"status": 201, "headers": {"content-type": "application/json"}, "body": _LEAD, "bodyCut": False},
}
_HOOK = {"trigger": "LEAD_CREATED", "url": "http://127.0.0.1:9/", "state": "delivered", "attempts": 1}
_JOURNAL = {"requests": [_LOGGED], "deliveries": [_HOOK], "dropped": 0}
_STORED = {"method": "GET", "path": "/v1/leads", "headers": {"authorization": "$K"}, "body": None, "status": 200}
_FINDING = {
    "rule": "r",
    "operation": "GET /v1/leads",
    "where": "200 /a",
    "expected": "404",
    "title": "t",
    "unit": "u",
    "requests": [_STORED],
}
_REPORT = {
    "mock": True,
    "target": "http://x",
    "started": "2026-01-01T00:00:00Z",
    "findings": [_FINDING],
    "operations": {"GET /v1/leads": {"statuses": {"200": 3}}},
}
_RECEIVER = {
    "receiver": "http://127.0.0.1:1/h",
    "exitCode": 2,
    "trigger": "LEAD_CREATED",
    "verdict": "good",
    "findings": [{"rule": "r", "command": "c", "expected": "e", "got": "g", "remedy": "m"}],
}
_OVERLAY = {
    "overlay": "1.0.0",
    "info": {"title": "t", "version": "1"},
    "extends": "x",
    "actions": [
        {"target": "$.paths['/v1/leads'].get", "description": "d", "update": {"summary": "x", "tags": ["a"]}},
        {"target": "$.paths['/v1/leads'].post.summary", "remove": True},
    ],
}
_OF_RECORDINGS = (
    ("learn", "FILE", "-o", "observed.yaml", "--record", "again.json", *_SPEC),
    ("spec", "diff", _TINY, _TINY, "--used", "FILE"),
)
FILES: Files = {
    "traffic.har": (
        _HAR,
        (
            *(("check", "traffic", "FILE", "--strict", *_SPEC), ("lint", "FILE", *_SPEC), ("verdict", "FILE", *_SPEC)),
            *_OF_RECORDINGS,
        ),
    ),
    "journal.json": (
        _JOURNAL,
        (("check", "traffic", "FILE", *_SPEC), ("lint", "FILE", *_SPEC), ("verdict", "FILE", *_SPEC)),
    ),
    "report.json": (_REPORT, (("check", "http://127.0.0.1:1", *_SPEC, "--replay", "FILE"),)),
    "receiver.json": (_RECEIVER, (("verdict", "traffic.har", *_SPEC, "--receiver", "FILE"),)),
    "overlay.json": (_OVERLAY, (("check", "traffic", "traffic.har", *_SPEC, "--overlay", "FILE"),)),
}
"""What each file holds, and the verbs that read it."""


def mutated_files(folder: Path, every: int) -> tuple[int, list[str]]:
    """How many runs of verbs were tried, and what was wrong with how they ended."""
    count, wrong = 0, list[str]()
    with chdir(folder):
        files = {**FILES, "shapes.json": (_shapes(), _OF_RECORDINGS)}
        for number, (name, change, changed, verb) in enumerate(_cases(files)):
            if number % every == 0:
                count += 1
                Path("traffic.har").write_text(json.dumps(_HAR), encoding="utf-8")
                Path(name).write_text(json.dumps(changed), encoding="utf-8")
                wrong += [f"{name} {change}, {' '.join(verb[:2])}: {fault}" for fault in _faults(name, verb)]
    return count, wrong


def _shapes() -> Any:
    """The recording that `learn` keeps of the HAR file."""
    Path("traffic.har").write_text(json.dumps(_HAR), encoding="utf-8")
    with redirect_stdout(io.StringIO()):
        assert main(["learn", "traffic.har", "-o", "observed.yaml", "--record", "shapes.json", *_SPEC]) == 0
    return json.loads(Path("shapes.json").read_text(encoding="utf-8"))


def _cases(files: Files) -> Iterator[tuple[str, str, Any, list[str]]]:
    for name, (valid, verbs) in files.items():
        for change, changed in mutants(valid):
            for verb in verbs:
                yield name, change, changed, [name if word == "FILE" else word for word in verb]


def _faults(name: str, verb: list[str]) -> Iterator[str]:
    said, begun = io.StringIO(), time.process_time()
    with redirect_stdout(said), redirect_stderr(said):
        code = main(verb)
    if (seconds := time.process_time() - begun) > LONGEST:
        yield f"{seconds:.1f} s"
    if found := _BUG.search(said.getvalue()):
        yield said.getvalue()[max(0, found.start() - 60) : found.end() + 100]
    if code == 2 and not said.getvalue().strip():
        yield "says nothing"
    elif code == 2 and verb[0] != "verdict" and not re.search(rf"{name}|traffic\.har|127\.0\.0\.1", said.getvalue()):
        yield f"names no file: {said.getvalue()[:100]}"
    if code not in (0, 1, 2):
        yield f"exit code {code}"
