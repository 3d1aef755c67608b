"""A whole run against a server that gives back every secret it can: none may be in anything that is left behind."""

import base64
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from recording import Seen, recording

from contracts.cli import traffic
from contracts.cli.check import command
from contracts.report.writers import WRITERS
from contracts.run import runner

KEY = "sk_live_" + 'c4n4ry"/+&\\' + "K3yV4lu3" * 3
OTHER = "sk_live_" + 'c4n4ry"/+&\\' + "0th3rK3y" * 3
PERSON = "canary.person@example.com"
PHONE = "+61491570110"
WANTED = ("GET /v1/organization", "message")
"""An operation that is asked with the key in the query, and a run whose bodies are made of what others answered."""


def forms(secret: str) -> Mapping[str, str]:
    raw = secret.encode()
    return {
        "raw": secret,
        "url": quote(secret, safe=""),
        "json": json.dumps(secret)[1:-1],
        "base64": base64.b64encode(raw).decode().rstrip("="),
        "inside base64": within(secret)[4:-8],
        "hex": raw.hex(),
    }


def within(secret: str) -> str:
    return base64.b64encode(b"u:" + secret.encode() + b":x").decode()


def echo(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
    """Every form of every secret, in a header and a body, beside an error that the suite must report."""
    said = [form for secret in (KEY, OTHER) for name, form in forms(secret).items() if name != "inside base64"]
    said += [within(KEY), within(OTHER), PERSON, PHONE]
    item: dict[str, Any] = {"id": KEY, "leadId": KEY, "source": "SMS", "name": said}
    body = {**item, KEY: {"nested": OTHER, "mail": PERSON}, "message": f"token={KEY} for {PERSON}"}
    body |= {name: [item] for name in ("leads", "members", "inquiries")}
    headers = {"x-echo": KEY, "x-ratelimit-limit": OTHER}
    return (500 if path == "/v1/organization" else 200), headers, json.dumps(body).encode()


def places(seen: list[Seen]) -> set[str]:
    """Where in the requests the key stood."""
    body = json.dumps(KEY).encode()
    return {
        name
        for one in seen
        for name, there in (
            ("header", one.authorization == f"Bearer {KEY}"),
            ("query", quote(KEY, safe="") in one.path.partition("?")[2]),
            ("body", body in one.body),
        )
        if there
    }


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOPHIIE_API_KEY", KEY)
    monkeypatch.setenv("SOPHIIE_OTHER_API_KEY", OTHER)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "asked"), [("safe", {"header"}), ("full", {"header", "query", "body"})])
def test_nothing_that_a_run_leaves_behind_holds_a_secret(
    mode: str, asked: set[str], here: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    reports = ",".join(f"{kind}={kind}.out" for kind in WRITERS)
    only = [word for wanted in WANTED for word in ("--only", wanted)]
    more = ["--baseline-entries", "-v", "--max-requests", "400", "--quick"]
    with caplog.at_level(logging.DEBUG), recording(echo) as record:
        command.main([record.url, "--mode", mode, *only, *more, "--report", reports], standalone_mode=False)
        assert places(record.seen) == asked
        command.main([record.url, "--mode", "safe", "--replay", "json.out"], standalone_mode=False)
        traffic.command.main(["har.out", "-v", "--strict", "--report", "json=traffic.out"], standalone_mode=False)
    left = {path.name: path.read_bytes().decode("utf-8", "replace") for path in here.rglob("*") if path.is_file()}
    assert {f"{kind}.out" for kind in (*WRITERS, "traffic")} <= left.keys()
    assert json.loads(left["json.out"])["findings"]
    out, err = capfd.readouterr()
    assert found({**left, "output": out, "errors": err, "log": caplog.text}) == []


def found(texts: Mapping[str, str]) -> list[str]:
    secrets = {f"{kind} form of {secret[20:]}": form for secret in (KEY, OTHER) for kind, form in forms(secret).items()}
    secrets |= {"person": PERSON, "phone": PHONE, "quoted person": quote(PERSON)}
    return [f"{what} in {name}" for name, text in texts.items() for what, secret in secrets.items() if secret in text]


def test_a_mistake_of_the_suite_is_told_without_what_it_quotes(
    here: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def wrong(*given: Any, **more: Any) -> None:
        encoded = [form for name, form in forms(KEY).items() if name != "inside base64"]
        raise RuntimeError(f"{encoded} {within(KEY)} {PERSON}")

    monkeypatch.setattr("tempfile.tempdir", str(here))
    monkeypatch.setattr(runner.Run, "create_second_tenant", wrong)
    with recording(lambda *_: (200, {}, b"{}")) as record:
        assert command.main([record.url, "--only", "GET /v1/organization"], standalone_mode=False) == 2
    out, err = capfd.readouterr()
    assert "RuntimeError at contracts/run/session.py" in err
    (story,) = here.glob("sophiie-mock-*.txt")
    assert "in wrong" in story.read_text()
    assert found({"output": out, "errors": err, "story": story.read_text()}) == []
