"""A whole run against a server that gives back every secret it can: none may be in anything that is left behind."""

import base64
import json
import logging
from pathlib import Path
from urllib.parse import quote

import pytest
from recording import recording

from contracts.cli import traffic
from contracts.cli.run import command
from contracts.report.files import WRITERS

KEY = "sk_live_" + "c4n4ry" + "K3yV4lu3" * 3
OTHER = "sk_live_" + "c4n4ry" + "0th3rK3y" * 3
PERSON = "canary.person@example.com"
PHONE = "+61491570006"


def forms(secret: str) -> list[str]:
    raw = secret.encode()
    twice = base64.b64encode(b"u:" + raw + b":x").decode()[4:-8]
    return [twice, secret, quote(secret, safe=""), raw.hex(), base64.b64encode(raw).decode().rstrip("=")]


def echo(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
    """Every form of every secret, in a header and a body, beside an error that the suite must report."""
    within = [base64.b64encode(b"u:" + secret.encode() + b":x").decode() for secret in (KEY, OTHER)]
    said = [*within, *forms(KEY)[1:], *forms(OTHER)[1:], PERSON, PHONE]
    body = {"id": KEY, "name": said, KEY: {"nested": OTHER, "mail": PERSON}, "message": f"token={KEY} for {PERSON}"}
    return (500 if "limit" in path else 200), {"x-echo": KEY, "x-ratelimit-limit": OTHER}, json.dumps(body).encode()


@pytest.mark.parametrize("mode", ["safe"])
def test_nothing_that_a_run_leaves_behind_holds_a_secret(
    mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOPHIIE_API_KEY", KEY)
    monkeypatch.setenv("SOPHIIE_OTHER_API_KEY", OTHER)
    reports = ",".join(f"{kind}={kind}.out" for kind in WRITERS)
    few = ["--mode", mode, "--quick", "--max-requests", "40", "-v", "--only", "GET /v1/organization"]
    with caplog.at_level(logging.INFO), recording(echo) as record:
        command.main([record.url, *few, "--report", reports], standalone_mode=False)
        command.main([record.url, "--replay", "json.out"], standalone_mode=False)
        traffic.command.main(["har.out", "-v", "--strict", "--report", "json=traffic.out"], standalone_mode=False)
        sent = {seen.authorization for seen in record.seen}
    left = {path.name: path.read_bytes().decode("utf-8", "replace") for path in tmp_path.rglob("*") if path.is_file()}
    assert {f"{kind}.out" for kind in (*WRITERS, "traffic")} <= left.keys()
    assert f"Bearer {KEY}" in sent
    assert json.loads(left["json.out"])["findings"]
    out, err = capfd.readouterr()
    for name, text in {**left, "output": out, "errors": err, "log": caplog.text}.items():
        found = [form for secret in (KEY, OTHER) for form in forms(secret) if form in text]
        assert not found, f"{name}: {found}"
        assert PERSON not in text, name
        assert PHONE not in text, name
