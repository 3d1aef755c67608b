"""``pytest --sophiie-lint``: the requests of a user's tests are judged at the end of the session."""

import json
from pathlib import Path

import pytest
from test_plugin import run

SUITE = """
def test_that_is_sound(sophiie):
    page, pages = 1, 1
    while page <= pages:
        answer = sophiie.client.get("/v1/leads", params={"page": page, "limit": 5}).json()
        page, pages = page + 1, answer["totalPages"]


def test_of_a_flawed_client(sophiie):
    sophiie.client.get("/v1/inquiries", params={"lead_id": "ld_1", "limit": 2})
"""


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("-p", "xdist", "-n", "2")], ids=["alone", "xdist"])
def test_a_flawed_client_fails_the_session_at_the_line_of_its_test(tmp_path: Path, workers: tuple[str, ...]) -> None:
    (tmp_path / "test_suite.py").write_text(SUITE)
    done = run(tmp_path, "--sophiie-lint", "--sophiie-lint-report=sarif=lint.sarif", *workers)

    assert "2 passed" in done.stdout, done.stdout + done.stderr
    assert (done.returncode, "test: test_suite.py::test_of_a_flawed_client" in done.stdout) == (1, True)
    results = json.loads((tmp_path / "lint.sarif").read_text())["runs"][0]["results"]
    (found,) = [one for one in results if one["level"] == "error"]
    place = found["locations"][0]["physicalLocation"]
    assert (found["ruleId"], place["artifactLocation"]["uri"]) == ("unknown-parameter", "test_suite.py")
    assert place["region"]["startLine"] == 9
    kept = json.loads((tmp_path / "sophiie-mock.run.json").read_text())
    assert {one["test"]["id"].partition("::")[2] for one in kept["requests"]} == {
        "test_that_is_sound",
        "test_of_a_flawed_client",
    }


@pytest.mark.slow
def test_sound_tests_end_well_and_a_wrong_report_is_refused_before_them(tmp_path: Path) -> None:
    (tmp_path / "test_suite.py").write_text(SUITE.partition("\n\n\n")[0])
    done = run(tmp_path, "--sophiie-lint")
    assert (done.returncode, "no finding" in done.stdout) == (0, True), done.stdout + done.stderr
    assert run(tmp_path, "--sophiie-lint-report", "pdf=x").returncode == 4
