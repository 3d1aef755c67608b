"""The lines of a running server."""

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
from wire import Tenant, scope_of

from mock_server.api.exchange import Exchange
from mock_server.cli.request_log import LogLines, printed, set_up_logging
from mock_server.config.settings import Settings
from mock_server.support.redaction import Redactor
from mock_server.world.clock import parse

SECRET = "swordfish-swordfish"


def exchange(target: str = "/v1/leads", status: int = 200, *explain: str, method: str = "GET") -> Exchange:
    made = Exchange("req_1", scope_of(method, target), Redactor(SECRET))
    made.status = status
    made.note(*explain)
    made.close()
    return made


def line(made: Exchange, *, colour: bool = False, **settings: object) -> str:
    out = io.StringIO()
    LogLines(Settings(**settings), out, colour=colour).observe(made)  # type: ignore[arg-type]
    return out.getvalue()


def test_a_line_says_what_was_asked_and_what_came_of_it() -> None:
    assert re.fullmatch(r"GET    /v1/leads\?limit=2 200 \d+\.\d ms\n", line(exchange("/v1/leads?limit=2")))


def test_a_refusal_says_why_and_a_success_does_not() -> None:
    assert line(exchange("/x", 404, "no such path", "try another")).endswith(" ms  no such path; try another\n")
    assert line(exchange("/x", 200, "a hint")).endswith(" ms\n")


def test_a_workspace_other_than_the_default_is_named(tenant: Tenant) -> None:
    made = exchange()
    made.workspace, _ = tenant()
    assert f"/v1/leads [{made.workspace.id}] 200 " in line(made)


@pytest.mark.parametrize(("status", "colour"), [(200, "32"), (304, "36"), (404, "33"), (500, "31"), (0, "0")])
def test_a_status_has_its_colour_on_a_terminal_only(status: int, colour: str) -> None:
    assert f"\x1b[{colour}m{status}\x1b[0m" in line(exchange(status=status), colour=True)
    assert "\x1b" not in line(exchange(status=status))


def test_json_lines_are_json_with_the_time() -> None:
    told = json.loads(line(exchange("/v1/leads?a=%20", 400, "because"), log_format="json"))
    assert (told["event"], told["method"], told["path"], told["query"]) == ("request", "GET", "/v1/leads", "a=%20")
    assert (told["status"], told["explain"]) == (400, ["because"])
    assert parse(told["time"]).year >= 2026


@pytest.mark.parametrize("form", ["text", "json"])
def test_nothing_in_a_request_can_break_out_of_its_line(form: str) -> None:
    made = exchange("/v1/%0a%1b[2J%e2%80%ae%00?x=\x1b[31m", 400, "why\nnot\x1b[0m")
    said = line(made, log_format=form)
    assert said.count("\n") == 1
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", said[:-1])
    assert form == "json" or said[:-1].isprintable()


def test_a_long_path_has_an_end() -> None:
    assert len(line(exchange("/" + "x" * 5_000 + "?" + "y" * 5_000))) < 700
    assert printed("x" * 300) == "x" * 300
    assert printed("x" * 301) == "x" * 299 + "…"


def test_quiet_is_quiet() -> None:
    assert line(exchange(), quiet=True) == ""


def test_the_introduction_is_for_people_or_for_programs() -> None:
    facts = {"url": "http://127.0.0.1:1", "key": "sk_test_local"}
    out = io.StringIO()
    LogLines(Settings(), out, colour=False).introduce(facts, "curl …")
    assert "  url       http://127.0.0.1:1\n  key       sk_test_local\n\n  curl …\n" in out.getvalue()
    out = io.StringIO()
    LogLines(Settings(log_format="json"), out, colour=False).introduce(facts, "curl …")
    assert json.loads(out.getvalue()).items() >= {"event": "started", **facts}.items()


class Gone(io.StringIO):
    def write(self, text: str) -> int:
        self.turns = getattr(self, "turns", 0) + 1
        raise BrokenPipeError


def test_a_reader_that_has_gone_does_not_stop_the_server() -> None:
    out = Gone()
    lines = LogLines(Settings(), out, colour=False)
    for _ in range(3):
        lines.observe(exchange())
    assert out.turns == 1


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    text = io.StringIO()
    monkeypatch.setattr("sys.stderr", text)
    set_up_logging(Redactor(SECRET))
    yield text
    root.handlers[:], root.level = handlers, level


def test_a_warning_is_one_line_that_says_whose_it_is(log: io.StringIO) -> None:
    logging.getLogger("mock_server").warning("mind %s", "the gap")
    logging.getLogger("uvicorn.error").info("nobody asked")
    assert log.getvalue() == "sophiie-mock: mind the gap\n"


def test_a_traceback_in_the_log_hides_secrets_and_moves_no_cursor(log: io.StringIO) -> None:
    try:
        raise LookupError(f"{SECRET} sk_live_abcdef \x1b[2J")
    except LookupError:
        logging.getLogger("uvicorn.error").exception("it broke with %s", SECRET)
    said = log.getvalue()
    assert "it broke with ***" in said
    assert "LookupError: *** sk_live_*** \\x1b[2J" in said
    assert SECRET not in said
    assert "\x1b" not in said
