"""Secrets that a client sends by mistake come out nowhere: planted everywhere, looked for in every sink."""

import base64
import io
import json
import logging
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from wire import KEY, TINY, Answer, ask

from mock_server.api.exchange import Exchange
from mock_server.app import create_app
from mock_server.cli.request_log import LogLines, set_up_logging
from mock_server.config.settings import Settings
from mock_server.support.redaction import Redactor

REAL = "sk_live_CANARY4eC39HqLyjWDarjtT1zdp7dc"
TOKEN = "CANARYeyJ0b2tlbiI6InNlY3JldCJ9"

PLANTED = {
    "in the header": ("GET", "/v1/leads", REAL, [], None),
    "in a second header": ("GET", "/v1/leads", KEY, [("Authorization", f"Bearer {REAL}")], None),
    "in a header of another kind": ("GET", "/v1/leads", None, [("Authorization", f"Basic {TOKEN}")], None),
    "in other headers": ("GET", "/v1/leads", KEY, [("X-Api-Key", REAL), ("Cookie", f"k={REAL}")], None),
    "in the path": ("GET", f"/v1/leads/{REAL}", KEY, [], None),
    "in an unknown path": ("GET", f"/{REAL}/x", KEY, [], None),
    "in a path without a key": ("GET", f"/v1/{REAL}", None, [], None),
    "in the path, encoded": ("GET", f"/v1/leads/{REAL.replace('_', '%5F')}", KEY, [], None),
    "in the query": ("GET", f"/v1/leads?leadId={REAL}&page=0", KEY, [], None),
    "in the query by name": ("GET", f"/v1/leads?api_key={TOKEN}", KEY, [], None),
    "in the query, encoded": ("GET", f"/v1/leads?x=%73{REAL[1:]}", KEY, [], None),
    "as a bearer in the query": ("GET", f"/v1/leads?x=Bearer%20{TOKEN}", KEY, [], None),
    "in a value of the query": ("GET", f"/v1/leads?page={REAL}", KEY, [], None),
    "in a body": ("POST", "/v1/leads", KEY, [], {"firstName": REAL, "email": REAL}),
    "in a body without a key": ("POST", "/v1/leads", None, [], {"firstName": REAL}),
    "as a name in a body": ("POST", "/v1/leads", KEY, [], {REAL: 1, "firstName": 1}),
    "in the content type": ("POST", "/v1/leads", KEY, [("Content-Type", f"text/{REAL}")], {}),
    "in a wish": ("GET", "/v1/leads", KEY, [("Prefer", f"example={REAL}, dynamic={REAL}, code={REAL}")], None),
    "in the host": ("GET", "/v1/leads", KEY, [("Host", REAL)], None),
    "in the control plane": ("GET", f"/__admin/{REAL}", KEY, [], None),
    "in the control plane's token": ("GET", "/__admin/health", KEY, [("X-Mock-Admin-Token", REAL)], None),
    "as a method": (REAL, "/v1/leads", KEY, [], None),
}


def forms(secret: str) -> list[str]:
    raw = secret.encode()
    return [secret, secret.lower(), raw.hex(), base64.b64encode(raw).decode()[2:-4], secret.replace("_", "%5F")]


@pytest.fixture
def sinks(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Starlette, io.StringIO]]:
    """A server's lines in both formats and its log, all in one text."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    text = io.StringIO()
    monkeypatch.setattr("sys.stderr", text)
    redactor = Redactor()
    set_up_logging(redactor)
    root.setLevel(logging.DEBUG)
    lines = [LogLines(Settings(log_format=form), text, colour=True) for form in ("text", "json")]
    settings = Settings(world="empty", rate_limit="off")

    def observe(exchange: Exchange) -> None:
        for each in lines:
            each.observe(exchange)

    yield create_app(settings, observe=observe, redactor=redactor), text
    root.handlers[:], root.level = before


def test_a_planted_secret_comes_out_nowhere(sinks: tuple[Starlette, io.StringIO]) -> None:
    app, text = sinks
    answers: dict[str, Answer] = {}
    for name, (method, target, key, headers, body) in PLANTED.items():
        raw = None if body is None else json.dumps(body).encode()
        answers[name] = ask(app, method, target, key=key, headers=headers, body=raw)
    workspace = app.state.workspaces.get("default")
    journal = [json.dumps(entry.to_dict()) + repr(entry) for entry in workspace.journal]
    told = {
        "the log": text.getvalue(),
        "the journal": "\n".join(journal),
        **{f"the headers of {name}": str(answer.headers) for name, answer in answers.items()},
        **{f"the error of {name}": answer.body.decode() for name, answer in answers.items() if answer.status >= 400},
        "a repr": repr(app.state._state) + repr(vars(workspace)),
    }
    for place, said in told.items():
        for form in (*forms(REAL), *forms(TOKEN)):
            assert form not in said, (form, place)


def test_the_same_requests_would_be_seen_without_a_redactor(sinks: tuple[Starlette, io.StringIO]) -> None:
    """Else the test above proves nothing: the places are real sinks."""

    class Blind(Redactor):
        def redact(self, text: str) -> str:
            return text

    text = io.StringIO()
    lines = LogLines(Settings(), text, colour=False)
    app = create_app(Settings(**TINY, rate_limit="off"), observe=lines.observe, redactor=Blind())
    answer = ask(app, "POST", f"/v1/leads?x={REAL}", headers=[("Content-Type", f"text/{REAL}")], body=b"{}")
    assert REAL in text.getvalue()
    assert REAL in answer.explain


def test_the_secrets_of_a_server_that_others_reach_are_not_in_its_log() -> None:
    redactor = Redactor()
    app = create_app(Settings(**TINY, host="0.0.0.0"), redactor=redactor)
    for secret in (app.state.key, app.state.admin_token):
        assert secret not in redactor.redact(f"{secret} {secret.encode().hex()}")
