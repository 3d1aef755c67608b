"""Writing to a real host: what is harmless, with leave, each write in the ledger, and all of it taken away again."""

import json
import os
import signal
import stat
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from production import CONTRACT, KEY, Production, production
from recording import HOST, FakeClock, Seen, recording

from contracts.cli import main
from contracts.cli.cleanup import finish
from contracts.errors import CannotRun, RequestRefused
from contracts.options.options import Options, Permission
from contracts.real_host.ledger import Ledger, LedgerState, load_ledger
from contracts.real_host.safe_records import LEFT_OUT, SAFE, offers
from contracts.real_host.write_gate import WriteGate
from contracts.run.events import Subscriber
from contracts.run.outcome import RunResult
from contracts.run.run_plan import RunPlan
from contracts.run.session import RunSession, make_run
from contracts.scenarios.catalogue import Catalogue
from contracts.transport.guard import Guard, Mode, Policy
from contracts.transport.guarded_session import Transport
from contracts.transport.pacing import Pace
from contracts.transport.signals import interruptible
from contracts.transport.target import named

OFFERS = {offer.path: offer for offer in offers(Catalogue(CONTRACT))}
LEADS = OFFERS["/v1/leads"]
CREATED = b'{"lead": {"id": "ld_new", "email": "%b@example.com"}}'


@pytest.fixture(scope="module")
def stand_in() -> Generator[Production, None, None]:
    with production() as host:
        yield host


@pytest.fixture
def asked(stand_in: Production) -> Generator[Production, None, None]:
    """The host, with what it has been asked in this test alone. In the end it holds what it held before."""
    stand_in.host.seen.clear()
    stand_in.foreign.clear()
    before = stand_in.holds()
    yield stand_in
    stand_in.hook = lambda seen, before: None
    assert stand_in.foreign == []
    assert stand_in.holds() == before


def prepared(
    host: Production,
    folder: Path,
    *,
    only: tuple[str, ...] = ("writes",),
    watch: Subscriber | None = None,
    **more: Any,
) -> tuple[RunSession, FakeClock, Path]:
    clock, ledger = FakeClock(), folder / "ledger.jsonl"
    pace = Pace(KEY, folder=folder, clock=clock, sleep=clock.sleep)
    permission = Permission(more.pop("organization", host.organization), str(ledger))
    options = Options(only=only, permission=permission, **more)
    plan, watching = RunPlan.of(CONTRACT, named(HOST, KEY), options), [watch] if watch else []
    return RunSession(plan, pace=pace, reroutes=host.host.reroutes, subscribers=watching), clock, ledger


def cleaned(host: Production, folder: Path, ledger: Path) -> Ledger:
    clock = FakeClock()
    account = Ledger.resume(ledger)
    assert (
        finish(CONTRACT, account, KEY, Pace(KEY, folder=folder, clock=clock, sleep=clock.sleep), host.host.reroutes)
        == []
    )
    account.close()
    return account


def writes(host: Production) -> list[Seen]:
    return [seen for seen in host.host.seen if seen.method != "GET"]


# --- an undisturbed run -----------------------------------------------------------------------------------------


def test_each_harmless_kind_is_made_changed_and_deleted_and_nothing_else(asked: Production, tmp_path: Path) -> None:
    run, clock, ledger = prepared(asked, tmp_path, only=())
    announced, seconds = run.plan.safe.requests, run.plan.safe.seconds
    outcome = make_run(run)
    assert (outcome.exit_code, outcome.findings, outcome.notes) == (0, [], [])
    assert {name for name in outcome.passed if name.startswith("writes")} == {f"writes[{path}]" for path in SAFE}
    assert [seen.method for seen in writes(asked)] == ["POST", "PUT", "DELETE"] * len(SAFE)
    assert {seen.path for seen in writes(asked) if seen.method == "POST"} == set(SAFE)
    assert {seen.authorization for seen in asked.host.seen} == {f"Bearer {KEY}"}
    assert len(asked.host.seen) == pytest.approx(announced, rel=0.1)
    assert clock.now - 1_700_000_000 == pytest.approx(seconds, rel=0.1)
    state, _ = load_ledger(ledger)
    assert state.ended
    assert stat.S_IMODE(ledger.stat().st_mode) == 0o600


def test_what_is_written_says_what_it_is_and_reaches_nobody(asked: Production, tmp_path: Path) -> None:
    run, _, ledger = prepared(asked, tmp_path)
    make_run(run)
    bodies = [json.loads(seen.body) for seen in writes(asked) if seen.method == "POST"]
    marks = {made.mark for made in load_ledger(ledger)[0].made}
    assert all(any(mark in json.dumps(body) for mark in marks) for body in bodies)
    assert all("contract check" in json.dumps(body).lower() for body in bodies)
    assert all(body.get("isActive", False) is False and "phone" not in body for body in bodies)
    assert all(body.get("email", "@example.com").endswith("@example.com") for body in bodies)


def test_every_creation_of_the_contract_is_listed_as_safe_or_left_out_with_a_reason() -> None:
    posts = {key.removeprefix("POST ") for key in CONTRACT.operations if key.startswith("POST ")}
    assert posts == set(SAFE) | set(LEFT_OUT)
    assert set(OFFERS) == set(SAFE)
    assert all(kind.reason for kind in SAFE.values())


def test_each_write_is_on_disk_before_it_goes_out(asked: Production, tmp_path: Path) -> None:
    on_disk: list[bool] = []

    def looked(seen: Seen, before: bool) -> None:
        if before and seen.method != "GET":
            last = json.loads((tmp_path / "ledger.jsonl").read_bytes().splitlines()[-1])
            on_disk.append((last["line"], last["method"], last["path"]) == ("before", seen.method, seen.path))

    asked.hook = looked
    make_run(prepared(asked, tmp_path)[0])
    assert on_disk == [True] * 3 * len(SAFE)


# --- the gate ---------------------------------------------------------------------------------------------------


def gated(ledger: Ledger | None, reroutes: Any, **more: Any) -> Callable[[str, str, bytes], Any]:
    """A way to send anything at all, past everything but the guard."""
    gate = WriteGate(OFFERS.values(), ledger, **more)
    session = Transport(Guard(Policy(HOST, Mode.SAFE, KEY, CONTRACT, write_policy=gate)), reroutes).session()
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    return lambda method, path, body: session.request(method, HOST + path, data=body, headers=headers)


def begun(folder: Path) -> Ledger:
    return Ledger.begin(str(folder / "gate.jsonl"), HOST, "org_x", 0.0)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/leads", b'{"firstName": "Ana"}'),
        ("POST", "/v1/sms", b"{}"),
        ("POST", "/v1/calls", b"{}"),
        ("POST", "/v1/transfers", b"{}"),
        ("POST", "/v1/leads?x=1", b"meant"),
        ("POST", "/v1/leads", b""),
        ("PUT", "/v1/leads/ld_other", b"change"),
        ("PUT", "/v1/leads/ld_new", b'{"phone": "+61491570006"}'),
        ("PATCH", "/v1/leads/ld_new", b"change"),
        ("DELETE", "/v1/leads/ld_other", b""),
        ("DELETE", "/v1/leads/ld_new", b"{}"),
        ("DELETE", "/v1/faqs/ld_new", b""),
        ("DELETE", "/v1/leads", b""),
        ("DELETE", "/v1/leads/ld_new/../ld_other", b""),
        ("OPTIONS", "/v1/leads", b""),
    ],
)
def test_no_other_write_passes_the_gate(method: str, path: str, body: bytes, tmp_path: Path) -> None:
    ledger = begun(tmp_path)
    made = CREATED % ledger.next_mark.encode()
    with recording(lambda *_: (201, {}, made)) as host:
        send = gated(ledger, host.reroutes)
        send("POST", "/v1/leads", json.dumps(LEADS.body(ledger.next_mark)).encode())
        host.seen.clear()
        words = {b"meant": json.dumps(LEADS.body(ledger.next_mark)), b"change": json.dumps(LEADS.change())}
        with pytest.raises(RequestRefused):
            send(method, path, words.get(body, body.decode()).encode())
        assert host.seen == []
    ledger.close()


def test_what_is_of_this_run_passes_and_each_creation_once(tmp_path: Path) -> None:
    ledger = begun(tmp_path)
    mark = ledger.next_mark
    body = json.dumps(LEADS.body(mark)).encode()
    with recording(lambda *_: (201, {}, CREATED % mark.encode())) as host:
        send = gated(ledger, host.reroutes)
        send("POST", "/v1/leads", body)
        with pytest.raises(RequestRefused):
            send("POST", "/v1/leads", body)
        send("PUT", "/v1/leads/ld_new", json.dumps(LEADS.change()).encode())
        send("DELETE", "/v1/leads/ld_new", b"")
        with pytest.raises(RequestRefused):
            send("DELETE", "/v1/leads/ld_new", b"")
        assert [seen.method for seen in host.seen] == ["POST", "PUT", "DELETE"]
    ledger.close()


def test_nothing_is_written_before_the_organization_is_confirmed_nor_made_while_cleaning_up(tmp_path: Path) -> None:
    ledger = begun(tmp_path)
    body = json.dumps(LEADS.body(ledger.next_mark)).encode()
    with recording(lambda *_: (201, {}, b"{}")) as host:
        for send in (gated(None, host.reroutes), gated(ledger, host.reroutes, deletes_only=True)):
            with pytest.raises(RequestRefused):
                send("POST", "/v1/leads", body)
        assert host.seen == []
    ledger.close()


def test_an_id_that_the_answer_does_not_show_to_be_ours_is_not_believed(tmp_path: Path) -> None:
    """A service that answers a creation with somebody's record would have us delete it."""
    ledger = begun(tmp_path)
    with recording(lambda *_: (200, {}, CREATED % b"somebody")) as host:
        send = gated(ledger, host.reroutes)
        send("POST", "/v1/leads", json.dumps(LEADS.body(ledger.next_mark)).encode())
        with pytest.raises(RequestRefused):
            send("DELETE", "/v1/leads/ld_new", b"")
    assert [made.state for made in ledger.made] == [LedgerState.SENT]
    ledger.close()


# --- ends of all kinds ------------------------------------------------------------------------------------------


def test_a_key_of_another_organization_writes_nothing(asked: Production, tmp_path: Path) -> None:
    run, _, ledger = prepared(asked, tmp_path, organization="org_other")
    with pytest.raises(CannotRun, match="another organization"):
        make_run(run)
    assert not writes(asked)
    assert not ledger.exists()


@pytest.mark.parametrize("scenario", [f"writes[{path}]" for path in SAFE])
def test_an_interrupted_run_takes_away_what_it_wrote(scenario: str, asked: Production, tmp_path: Path) -> None:
    """The interrupt comes when the unit's record has just been made."""

    def interrupting(seen: Seen, before: bool) -> None:
        if not before and seen.method == "POST" and scenario == f"writes[{seen.path}]":
            os.kill(os.getpid(), signal.SIGTERM)

    asked.hook = interrupting
    run, _, ledger = prepared(asked, tmp_path)
    with interruptible(run.interrupt):
        outcome = make_run(run)
    assert (outcome.interrupted, outcome.exit_code, load_ledger(ledger)[0].ended) == (True, 130, True)


def went(host: Production, folder: Path, answer: Callable[[Seen], Any], **more: Any) -> tuple[RunResult, Path]:
    """A run against the host, which answers some requests otherwise; None is the host's own answer."""
    with recording(lambda *_: (500, {}, b""), forward=lambda seen: answer(seen) or host.answer(seen)) as front:
        outside = Production(host.target, front)
        run, _, ledger = prepared(outside, folder, **more)
        return make_run(run), ledger


def test_a_creation_that_took_place_but_was_answered_with_a_failure_is_found_and_deleted(
    asked: Production, tmp_path: Path
) -> None:
    def failing(seen: Seen) -> Any:
        if seen.method == "POST" and seen.path == "/v1/leads":
            asked.answer(seen)
            return 500, {}, b"{}"
        return None

    outcome, ledger = went(asked, tmp_path, failing)
    state, _ = load_ledger(ledger)
    assert state.ended
    assert '"line": "found"' in ledger.read_text()
    assert outcome.exit_code == 1  # 500 is a broken rule


def test_what_could_not_be_deleted_is_told_with_the_command_and_deleted_by_it(
    asked: Production, tmp_path: Path
) -> None:
    outcome, ledger = went(asked, tmp_path, lambda seen: (503, {}, b"{}") if seen.method == "DELETE" else None)
    assert f"sophiie-mock check cleanup {ledger}" in outcome.stopped
    assert outcome.exit_code != 0
    assert len(load_ledger(ledger)[0].left) == 3
    assert cleaned(asked, tmp_path, ledger).ended


def test_a_used_up_budget_does_not_keep_from_cleaning_up(asked: Production, tmp_path: Path) -> None:
    run, _, ledger = prepared(asked, tmp_path, max_requests=4)
    make_run(run)
    assert load_ledger(ledger)[0].ended
    assert len(load_ledger(ledger)[0].made) == 1


def test_a_creation_that_never_arrived_is_looked_for_and_found_absent(asked: Production, tmp_path: Path) -> None:
    ledger = Ledger.begin(str(tmp_path / "l.jsonl"), HOST, asked.organization, 1_700_000_000.0)
    ledger.before("POST", "/v1/faqs", None, 1_700_000_000.0)
    ledger.close()
    account = cleaned(asked, tmp_path, tmp_path / "l.jsonl")
    assert account.ended
    assert [made.id for made in account.made] == [None]
    assert not writes(asked)


@pytest.mark.slow
def test_the_killed_and_the_cleaned_up_leave_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The small size of ``tests/reliability/check_writes.py``."""
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "reliability")
    check_writes = __import__("check_writes")
    killed, left, touched = check_writes.run(1, 11, say=False)
    assert (killed, left, touched) == (1, 0, 0)


# --- the ledger and the commands --------------------------------------------------------------------------------


def test_half_a_line_is_forgotten_and_a_foreign_line_is_named(tmp_path: Path) -> None:
    ledger = begun(tmp_path)
    ledger.before("POST", "/v1/leads", None, 0.0)
    ledger.close()
    with ledger.file.open("ab") as file:
        file.write(b'{"line": "after", "step": 1, "sta')
    again = Ledger.resume(ledger.file)
    assert [made.state for made in again.made] == [LedgerState.SENT]
    again.absent(again.made[0])
    again.close()
    assert load_ledger(ledger.file)[0].left == []
    whole = ledger.file.read_bytes()
    for line in (b"nonsense", b"[" * 5_000 + b"]" * 5_000):
        ledger.file.write_bytes(whole + line + b"\n")
        with pytest.raises(CannotRun, match=r"gate\.jsonl:4"):
            load_ledger(ledger.file)


def test_a_ledger_is_never_written_over(tmp_path: Path) -> None:
    begun(tmp_path).close()
    with pytest.raises(CannotRun, match="exists"):
        begun(tmp_path)


def test_a_ledger_of_another_organization_is_left_alone(asked: Production, tmp_path: Path) -> None:
    ledger = begun(tmp_path)
    ledger.before("POST", "/v1/leads", None, 0.0)
    clock = FakeClock()
    pace = Pace(KEY, folder=tmp_path, clock=clock, sleep=clock.sleep)
    with pytest.raises(CannotRun, match="another organization"):
        finish(CONTRACT, ledger, KEY, pace, asked.host.reroutes)
    ledger.close()
    assert not writes(asked)


def invoked(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main.command, list(arguments), standalone_mode=False)
    code = result.return_value if isinstance(result.return_value, int) else 0
    return (code, result.output) if result.exception is None else (99, repr(result.exception))


def test_the_whole_way_on_this_machine(asked: Production, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rehearsal: the same gate and ledger, on a mock. An unfinished ledger is finished by the other command."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOPHIIE_API_KEY", asked.target.key)
    url = asked.target.origin
    allowed = ["--mode", "safe", "--only", "writes", "--allow-writes", "--organization", asked.organization]
    code, text = invoked(url, *allowed)
    assert code == 0, text
    (ledger,) = tmp_path.iterdir()
    lines = ledger.read_bytes().splitlines(keepends=True)
    deleted = next(number for number, line in enumerate(lines) if b'"DELETE"' in line)
    ledger.write_bytes(b"".join(lines[:deleted]))
    assert invoked("cleanup", str(ledger)) == (0, f"{ledger}: 1 of 1 taken away.\n")
    assert invoked("cleanup", str(ledger)) == (0, f"{ledger}: nothing was left.\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--allow-writes"], "--organization ID"),
        (["--organization", "org_x"], "--allow-writes"),
        (["--allow-writes", "--organization", "org_x"], "mode `safe`"),
        (["cleanup", "/nowhere/ledger.jsonl"], "No such file"),
        (["cleanup", __file__], "no ledger"),
    ],
)
def test_mistakes_are_told(arguments: list[str], words: str) -> None:
    code, text = invoked(*arguments)
    assert code == 2
    assert words in text


def test_a_plan_shows_the_writes_and_sends_nothing() -> None:
    for url, key in ((HOST, "--key-stdin"), ("http://127.0.0.1:9", "--quick")):  # a plan needs no key
        code, text = invoked(url, "--mode", "safe", "--plan", "--allow-writes", "--only", "writes", key)
        assert code == 0, text
        assert "POST /v1/leads" in text
        assert "DELETE /v1/policies/{policyId}" in text
