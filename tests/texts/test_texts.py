"""The words of refusals, in one file for the server and one for the command; other tests look at codes and places.

Messages that tests of other folders cause stand in `messages.txt`, see `tests/messages.py`. After a change of words,
`WRITE_TEXTS=1 make test ARGS=tests/texts` writes both files anew, and with other tests their messages; read the
difference before you commit it.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from messages import messages
from starlette.applications import Starlette
from wire import Tenant, ask

from mock_server.cli.main import main

HERE = Path(__file__).parent
ANEW = bool(os.environ.get("WRITE_TEXTS"))
HOOK = "/api/webhooks/zapier/subscribe?org_id=org_1&user_id=usr_1"

# What is asked: method, target, body as JSON or as it is, further headers.
ASKED: tuple[tuple[str, str, object, tuple[tuple[str, str], ...]], ...] = (
    ("GET", "/v1/lead", None, ()),
    ("GET", "/v1/leads/", None, ()),
    ("GET", "/v1/leads/unknown", None, ()),
    ("PATCH", "/v1/leads", None, ()),
    ("GET", "/v1/leads?page=0", None, ()),
    ("GET", "/v1/leads?limit=many", None, ()),
    ("POST", "/v1/leads", None, ()),
    ("POST", "/v1/leads", b"{", ()),
    ("POST", "/v1/leads", [], ()),
    ("POST", "/v1/leads", {}, ()),
    ("POST", "/v1/leads", {"firstName": 5}, ()),
    ("POST", "/v1/leads", {"firstName": "Ana", "email": "nowhere"}, ()),
    ("POST", "/v1/leads", b"firstName=Ana", (("content-type", "text/plain"),)),
    ("POST", "/v1/leads", b"{}", (("content-encoding", "br"),)),
    ("GET", "/v1/leads", None, (("accept", "image/png"),)),
    ("GET", "/v1/leads", None, (("prefer", "code=299"),)),
    ("GET", "/v1/leads", None, (("authorization", "Basic YTpi"),)),
    ("GET", "/v1/leads", None, (("authorization", "Bearer sk_test_of_nobody"),)),
    ("POST", HOOK, {"hookUrl": "nowhere", "trigger": "NOPE"}, ()),
    ("GET", "/__admin/nothing", None, ()),
    ("POST", "/__admin/clock/advance", {"seconds": "many"}, ()),
    ("POST", "/__admin/faults", {"request": {"operation": "GET /v1/lead"}, "response": {"status": 503}}, ()),
    ("POST", "/__admin/simulate", {"kind": "fax"}, ()),
    (
        "POST",
        "/__admin/verify",
        {"request": {"operation": "GET /v1/lead"}, "exactly": 1},
        (),
    ),
    ("POST", "/__admin/snapshots/nothing/restore", None, ()),
)

COMMANDS = (
    ["serv"],
    ["serve", "--seed", "red"],
    ["serve", "--port", "99999"],
    ["serve", "--rate-limit", "many"],
    ["serve", "--now", "yesterday"],
    ["serve", "--world", "nowhere"],
    ["serve", "--spec", "nowhere.yaml"],
    ["serve", "--traffic", "often"],
    ["serve", "--assume", "nothing=1"],
    ["events", "list", "--url", "ftp://nowhere"],
    ["trigger", "NOPE", "--url", "ftp://nowhere"],
    ["listen", "--forward-to", "ftp://nowhere"],
    ["check", "nowhere"],
    ["check", "http://127.0.0.1:1", "--report", "pdf=out.pdf"],
    ["check", "http://127.0.0.1:1", "--only", "nothing"],
    ["check", "https://api.sophiie.ai"],
)


def test_each_message_is_one_that_a_test_names() -> None:
    """What no test compares any more would stay in the file for ever."""
    tests = {str(file.relative_to(HERE.parent)): file.read_text("utf-8") for file in HERE.parent.rglob("test_*.py")}
    everything = "".join(tests.values())
    for key in messages():
        file, _, test = key.partition("::")
        if test:
            function = test.partition("[")[0].partition(" ")[0]
            assert f"def {function}(" in tests.get(file, ""), key
        else:  # a name, in which what follows a colon may vary
            assert f'"{key.partition(": ")[0]}' in everything, key


def compare(name: str, lines: Iterable[str]) -> None:
    """Hold what is said against the file, or write it."""
    file, said = HERE / name, "".join(f"{line}\n" for line in lines)
    if ANEW:
        file.write_text(said, "utf-8")
    assert said == file.read_text("utf-8"), f"if the new words are meant, write them: see {Path(__file__).name}"


def test_the_server_refuses_in_these_words(app: Starlette, tenant: Tenant) -> None:
    workspace, key = tenant()

    def refusal(method: str, target: str, body: object, headers: tuple[tuple[str, str], ...]) -> str:
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        own = [] if not target.startswith("/__admin") else [("x-mock-workspace", workspace.id)]
        given = None if own or any(name == "authorization" for name, _ in headers) else key
        answer = ask(app, method, target, key=given, body=raw, headers=[*own, *headers])
        problem = answer.json if own else {}
        words = answer.explain or "; ".join(str(problem[name]) for name in ("detail", "pointer") if name in problem)
        asked = " ".join([method, target, *(f"{name}:{value}" for name, value in headers)])
        shown = raw.decode() if raw else ""
        return f"{asked} {shown}".strip() + f"\n  {answer.status} {words}"

    compare("server.txt", [refusal(*asked) for asked in ASKED])


def test_the_command_refuses_in_these_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")

    def refusal(arguments: list[str]) -> str:
        code = main(list(arguments))
        said = capsys.readouterr()
        words = (said.out + said.err).replace(str(tmp_path), "FOLDER").strip().replace("\n", "\n  ")
        return f"{' '.join(arguments)}\n  {code} {words}"

    compare("command.txt", [refusal(arguments) for arguments in COMMANDS])
