"""The command itself against a production host, over its flags: slow reads with the token, and no value kept.

A sample of what ``every_flag.py`` runs.
"""

import json
import re
from collections.abc import Callable, Generator
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
import pytest
from click.testing import CliRunner
from flags import OTHERS, REFUSED, TRIED, covering, everything, prepare, words
from messages import assert_message
from production import KEY, Production, production
from recording import HOST, FakeClock, Meter, Recording, Seen, recording

from contracts.cli import check as run_module
from contracts.cli import main
from contracts.report.writers import WRITERS
from contracts.run.session import RunSession
from contracts.transport.pacing import Pace

CANARY = "qZcanary7"
Invoke = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def stand_in() -> Generator[Production, None, None]:
    with production() as host:
        yield host


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Recording, FakeClock], Invoke]:
    """The command, with the host under another address and time that passes only when it waits."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOPHIIE_API_KEY", KEY)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    prepare(tmp_path)

    def bound(host: Recording, clock: FakeClock) -> Invoke:
        pace = Pace(KEY, folder=tmp_path, clock=clock, sleep=clock.sleep)
        monkeypatch.setattr(run_module, "RunSession", partial(RunSession, pace=pace, reroutes={HOST: host.url}))

        def invoked(*arguments: str) -> tuple[int, str]:
            result = CliRunner().invoke(main.command, [HOST, *arguments], input=f"{KEY}\n", standalone_mode=False)
            assert result.exception is None, (arguments, result.output, result.exc_info)
            return int(result.return_value), result.output

        return invoked

    return bound


def test_every_flag_is_tried() -> None:
    command = main.command.get_command(click.Context(main.command), "run")
    assert command is not None
    assert {parameter.name for parameter in command.params} == {*TRIED, *REFUSED, *OTHERS}


def test_any_two_flags_meet_in_every_way() -> None:
    rows = covering(TRIED, 2)
    for one, other in combinations(TRIED, 2):
        met = {(row[one], row[other]) for row in rows}
        assert len(met) == (len(TRIED[one]) + 1) * (len(TRIED[other]) + 1)
    assert len(rows) < len(everything({name: TRIED[name] for name in list(TRIED)[:6]}))


@pytest.mark.parametrize("flags", [words(row) for row in covering(TRIED, 1)], ids=" ".join)
def test_whatever_the_flags_a_production_host_sees_slow_reads_with_the_token(
    flags: list[str], stand_in: Production, invoke: Callable[[Recording, FakeClock], Invoke]
) -> None:
    clock = FakeClock()
    meter, most = Meter(clock), 61 if "--check-rate-limit" in flags else 50
    with recording(lambda *_: (500, {}, b""), clock, lambda seen: meter.refuses() or stand_in.answer(seen)) as host:
        invoke(host, clock)(*flags)
        assert {seen.method for seen in host.seen} <= {"GET", "HEAD"}
        assert {seen.authorization for seen in host.seen} <= {f"Bearer {KEY}"}
        assert host.most_in_a_minute() <= most
        assert host.seen or set(flags) & {"--plan", "--replay"} or "--only" in flags
        assert not host.seen or "--plan" not in flags


@pytest.mark.parametrize(
    "flags", [["--mode", "full"], ["--organization", "org_x"], ["--ledger", "l"], ["--allow-writes"]], ids=" ".join
)
def test_what_would_be_more_is_refused_before_anything_is_sent(
    flags: list[str], stand_in: Production, invoke: Callable[[Recording, FakeClock], Invoke]
) -> None:
    clock = FakeClock()
    with recording(lambda *_: (500, {}, b""), clock) as host:
        assert invoke(host, clock)(*flags)[0] == 2
        assert host.seen == []


def test_without_a_key_nothing_is_sent_and_the_reason_is_told(
    invoke: Callable[[Recording, FakeClock], Invoke], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FakeClock()
    with recording(lambda *_: (500, {}, b""), clock) as host:
        command = invoke(host, clock)
        monkeypatch.delenv("SOPHIIE_API_KEY")
        code, text = command()
        assert (code, host.seen) == (2, [])
        assert_message(text)
        code, text = command("--plan")
        assert (code, host.seen) == (0, [])
        assert re.search(r"[1-9]\d* requests at most", text)


def marked(value: Any) -> Any:
    """The same with a canary in every text."""
    if isinstance(value, str):
        return f"{value}{CANARY}"
    if isinstance(value, dict):
        return {name: marked(member) for name, member in value.items()}
    return [marked(item) for item in value] if isinstance(value, list) else value


def test_no_value_of_an_answer_is_kept_anywhere(
    stand_in: Production, invoke: Callable[[Recording, FakeClock], Invoke], tmp_path: Path
) -> None:
    clock = FakeClock()

    def answer(seen: Seen) -> Any:
        status, headers, body = stand_in.ask("GET", seen.path.replace(CANARY, ""))
        return status, headers, json.dumps(marked(json.loads(body))).encode()

    with recording(lambda *_: (500, {}, b""), clock, answer) as host:
        reports = [word for kind in WRITERS for word in ("--report", f"{kind}=report.{kind}")]
        _, text = invoke(host, clock)("-v", "--baseline-entries", *reports)
        assert any(CANARY in seen.path for seen in host.seen)
    assert "response_schema_conformance" in text or "id_prefix" in text or "timestamp_form" in text
    sinks = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} | {"said": text.encode()}
    assert {f"report.{kind}" for kind in WRITERS} <= set(sinks)
    # A shape recording keeps the words of closed sets, which is its purpose.
    sinks["report.shapes"] = re.sub(rb'"words":\[[^\]]*\]', b"", sinks["report.shapes"])
    forms = {CANARY, quote(CANARY), CANARY.lower(), CANARY.encode().hex()}
    assert [name for name, content in sinks.items() for form in forms if form.encode() in content] == []
