"""The README is true: its commands run, its answers are what they print, its links lead somewhere."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mock_server.server import MockServer

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TITLED = re.compile(r"^```python title=.*?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
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


def test_it_is_short() -> None:
    assert README.count("\n") <= 150


def test_every_link_to_a_file_leads_to_one() -> None:
    named = re.findall(r"\]\((?!https?:)([^)#]+)", README)

    assert len(named) > 20
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_test_that_is_shown_is_one_of_the_examples() -> None:
    shown = next(text for language, text in blocks() if language == "python")

    assert shown in (Path(__file__).parent / "examples" / "test_leads_to_csv.py").read_text("utf-8")


def test_the_asynchronous_test_that_is_shown_is_a_whole_example() -> None:
    page = (ROOT / "docs" / "how-to" / "pytest.md").read_text("utf-8")
    shown = next(match[1] for match in TITLED.finditer(page) if "asophiie" in match[1])

    assert shown == (Path(__file__).parent / "examples" / "test_new_lead.py").read_text("utf-8")


def test_the_first_lines_say_what_it_is_not() -> None:
    head = README[:600].lower()

    assert "unofficial" in head
    assert "not affiliated" in head
    assert "synthetic data only" in head
