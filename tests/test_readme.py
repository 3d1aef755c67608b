"""The README is true: its commands run, its answers are what they print, its settings are the settings."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.routing import Mount

from mock_server.app import create_app
from mock_server.config.settings import Settings, flag, table
from mock_server.server import MockServer

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LOCAL = "http://127.0.0.1:4747"


def blocks() -> list[tuple[str, str]]:
    return [(match[1], match[2]) for match in BLOCK.finditer(README)]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with MockServer() as server:
        yield server.url


def run(script: str, url: str) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace(LOCAL, url)], capture_output=True, text=True, check=True
    )
    return done.stdout


needs_curl = pytest.mark.skipif(not (shutil.which("bash") and shutil.which("curl")), reason="needs bash and curl")


@needs_curl
def test_the_first_curl_prints_the_answer_below_it(url: str) -> None:
    found = blocks()
    index = next(n for n, (_, text) in enumerate(found) if "curl" in text)
    language, promised = found[index + 1]

    assert language == "json"
    assert json.loads(run(found[index][1], url)) == json.loads(promised)


@needs_curl
def test_a_webhook_is_received_in_three_commands(url: str) -> None:
    script = next(text for _, text in blocks() if "zapier/subscribe" in text)
    *commands, last = re.split(r"(?<=[^\\])\n(?=curl)", script.strip())

    assert len(commands) == 2
    for command in commands:
        assert '"success":false' not in run(command, url)
    run(f"curl -s -X POST {LOCAL}/__admin/webhooks/drain", url)
    assert json.loads(run(last, url))["received"][0]["body"]["email"] == "ana@example.com"


def test_every_setting_has_its_row_and_no_other_has() -> None:
    rows = [f"| `{flag(item.name)}` | {shown(item.default)} | {escaped(item.metadata['help'])} |" for item in table()]
    expected = "\n".join(["| flag | default | |", "|---|---|---|", *rows])
    promised = README.partition("-->\n")[2].partition("<!-- settings")[2].partition("-->\n")[2]

    assert promised.partition("\n<!-- /settings -->")[0] == expected


def test_every_control_route_has_its_row_and_no_other_has() -> None:
    plane = next(route.app for route in create_app(Settings(world="small")).routes if isinstance(route, Mount))
    routes: dict[str, set[str]] = {}
    for route in plane._app.routes:  # type: ignore[attr-defined]  # below it is who may ask
        routes.setdefault(route.path, set()).update(route.methods - {"HEAD"})
    table = README.partition("<!-- routes")[2].partition("<!-- /routes -->")[0]
    rows = re.findall(r"^\| `(/[^`]*)` \| ([A-Z ]+) \| .{8,} \|$", table, re.MULTILINE)

    assert {path: set(methods.split()) for path, methods in rows} == routes
    assert len(rows) == len(routes)


def test_the_test_that_is_shown_is_one_of_the_examples() -> None:
    shown = next(text for language, text in blocks() if language == "python")

    assert shown in (Path(__file__).parent / "examples" / "test_leads_to_csv.py").read_text("utf-8")


def test_the_asynchronous_test_that_is_shown_is_a_whole_example() -> None:
    shown = next(text for language, text in blocks() if language == "python" and "asophiie" in text)

    assert shown == (Path(__file__).parent / "examples" / "test_new_lead.py").read_text("utf-8")


def test_the_first_lines_say_what_it_is_not() -> None:
    head = README[:600].lower()

    assert "unofficial" in head
    assert "not affiliated" in head
    assert "synthetic data only" in head


def shown(default: object) -> str:
    if default in ("", ()):
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def escaped(help: str) -> str:
    return help.replace("|", "\\|")
