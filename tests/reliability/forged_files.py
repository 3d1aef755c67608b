"""Forged files are refused in words that name the place and untouched, or taken and then served without a fault."""

import http.client
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from forged_content import snapshots, states
from process import HOOK, Caller
from under_test import serving
from wire import ask

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.errors import StateError
from mock_server.store.file_copy import copy_state
from mock_server.store.sqlite_log import SqliteLog

CALLS = (
    *(("GET", f"/v1/{kind}", None, 200) for kind in ("leads", "inquiries", "appointments", "faqs")),
    *(("GET", f"/__admin/{part}", None, 200) for part in ("records", "workspaces", "snapshots", "simulate")),
    *(("GET", f"/__admin/webhooks/{part}", None, 200) for part in ("deliveries", "events", "subscriptions")),
    ("GET", "/__admin/snapshots/@now/export", None, 200),
    ("POST", "/v1/leads", {"firstName": "Ana"}, 201),
    ("POST", "/__admin/simulate", {"kind": "call"}, 201),
    ("POST", "/__admin/clock/advance", {"seconds": 4_000}, 200),
)
"""What a server is asked after it took a forged file, and the answer; a kind that is not there is 404 or so."""
Call = Callable[[str, str, Any], int]


def stirred(call: Call) -> None:
    """There are records of the mock's own, too."""
    for path, body in (
        (HOOK, {"hookUrl": "http://127.0.0.1:9/", "trigger": "LEAD_CREATED"}),
        ("/v1/leads", {"firstName": "Ana"}),
        ("/__admin/webhooks/events", {"type": "LEAD_CREATED", "body": {"a": [1]}}),
        ("/__admin/simulate", {"kind": "sms", "count": 2, "over": 60}),
        ("/__admin/clock/freeze", {}),
    ):
        assert call("POST", path, body) in (200, 201), path


def unwell(call: Call) -> Iterator[str]:
    """What a server does not answer as it must."""
    for method, path, body, status in CALLS:
        answered = call(method, path, body)
        if answered >= 500 or (method == "POST" and answered not in (status, 400)):
            yield f"{method} {path} is answered {answered}"


def forged_snapshots(folder: Path, world: str, every: int) -> tuple[int, list[str]]:
    """How many were tried, and what was wrong. What was taken into the state file must come back from it."""
    wrong, count, state = [], 0, folder / "state.db"
    with serving("small", world=world, rate_limit="off", state=str(state)) as server:
        caller = Caller(server.port)

        def call(method: str, path: str, body: Any) -> int:
            return caller.call(method, path, body).status

        stirred(call)
        exported = caller.call("GET", "/__admin/snapshots/@now/export").body | {"name": "forged"}
        for name, file in list(snapshots(exported))[::every]:
            count += 1
            try:
                told = caller.call("POST", "/__admin/snapshots/import", file)
            except (OSError, http.client.HTTPException) as fault:
                wrong.append(f"{name}: {fault!r}")
                continue
            if told.status == 400:
                if not told.body.get("detail") or not ({"pointer", "line"} & told.body.keys()):
                    wrong.append(f"{name}: refused without a place: {json.dumps(told.body)[:160]}")
            elif told.status != 201 or call("POST", "/__admin/snapshots/forged/restore", {}) != 200:
                wrong.append(f"{name}: {told.status} {str(told.body)[:160]}")
            else:
                wrong += [f"{name}: {what}" for what in (*unwell(call), *_lost(state))]
        caller.close()
    return count, [f"forged snapshot, {what}" for what in wrong]


def _lost(state: Path) -> Iterator[str]:
    copy = state.with_name("copy.db")
    try:
        log = SqliteLog(copy_state(state, copy, replace=True).file)
        list(log.load())
        log.close()
    except StateError as fault:
        yield f"no start takes it: {fault}"
    for file in state.parent.glob("copy.db*"):
        file.unlink()


def forged_states(folder: Path, world: str, every: int) -> tuple[int, list[str]]:
    """How many were tried, and what was wrong."""
    good, path, wrong, count = folder / "good.db", folder / "forged.db", [], 0
    with _started(good, world) as call:
        stirred(call)
    for name, forge in list(states())[::every]:
        count += 1
        shutil.copyfile(good, path)
        log = SqliteLog(path)
        list(log.load())
        forge(log)
        log.close()
        wrong += [f"forged state file, {name}: {what}" for what in _faults(path, world)]
    return count, wrong


def _faults(path: Path, world: str) -> Iterator[str]:
    before = path.read_bytes()
    try:
        with _started(path, world) as call:
            yield from unwell(call)
    except StateError as refusal:
        said = str(refusal)
        if not said.startswith(f"{path}: ") or "→" not in said or "\n" in said or len(said) > 600:
            yield f"unclear: {said[:200]}"
        if path.read_bytes() != before:
            yield "refused and changed"
    except Exception as fault:
        yield f"a traceback: {fault!r:.160}"


class _started:
    """A server in process on a state file. Raises StateError."""

    def __init__(self, path: Path, world: str) -> None:
        self._log = SqliteLog(path)
        try:
            self._app = create_app(Settings(world=world, rate_limit="off", state=str(path)), self._log)
        except BaseException:
            self._log.close()
            raise

    def __enter__(self) -> Call:
        return self._call

    def __exit__(self, *_: object) -> None:
        self._log.close()

    def _call(self, method: str, path: str, body: Any) -> int:
        raw = None if body is None else json.dumps(body).encode()
        return ask(self._app, method, path, body=raw).status
