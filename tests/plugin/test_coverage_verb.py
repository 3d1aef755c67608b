"""``sophiie-mock coverage``: the table in a pipe, what is missing, and JSON."""

import json

import pytest

from mock_server.cli.main import main
from mock_server.server import MockServer
from mock_server.testing import Sophiie


def lines(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, list[str]]:
    assert main(["coverage", *arguments]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    return {row[0]: row[1:] for row in rows}


def test_the_table_tells_what_was_done_and_what_never(
    running: MockServer, mine: Sophiie, capsys: pytest.CaptureFixture[str]
) -> None:
    mine.client.get("/v1/leads?limit=2")
    rows = lines(capsys, "--workspace", mine.id, "--url", running.url)

    assert rows["GET /v1/leads"] == ["1", "200×1", "400, 401, 429, 500, query page"]
    assert rows["GET /v1/faqs"] == ["0", "", "everything"]
    assert rows["events"][0] == "0"
    assert "operations 1 of 42" in rows["in all"][1]


def test_only_what_is_missing_is_shown_on_request(
    running: MockServer, mine: Sophiie, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "in all" not in lines(capsys, "--missing", "--url", running.url)


def test_programs_get_json_of_the_whole_server(
    running: MockServer, mine: Sophiie, capsys: pytest.CaptureFixture[str]
) -> None:
    mine.client.get("/v1/leads")
    assert main(["coverage", "--json", "--url", running.url]) == 0
    assert json.loads(capsys.readouterr().out)["operations"]["GET /v1/leads"]["requests"] >= 1
