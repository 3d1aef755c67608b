"""The pages of the reference are what the program is now, and the other pages can be executed."""

import re
from pathlib import Path

import pytest
from agent_pages import tasks
from json_shapes import SERVERS, SHAPES, verbs
from reference import PAGES, pages
from snippets import DOCS, blocks

from mock_server.cli.main import cli

ROOT = Path(__file__).parents[2]
WORDS_OF_SCHEMAS = {
    "x-mock-brought",
    "x-mock-component",
    "x-mock-discriminated",
    "x-mock-id",
    "x-mock-joined",
    "x-mock-plain-base",
}


@pytest.mark.parametrize(("name", "made"), list(pages()), ids=lambda value: value if value.endswith(".md") else "")
def test_a_page_of_the_reference_is_made_from_the_program(name: str, made: str) -> None:
    assert (PAGES / name).read_text("utf-8") == made, "python tests/docs/reference.py writes it anew"


def test_every_verb_but_the_servers_has_json() -> None:
    found = {" ".join(path): command for path, command in verbs(cli)}
    without = {name for name, command in found.items() if "--json" not in {o for p in command.params for o in p.opts}}
    assert without == set(SERVERS) & set(found)
    assert set(SHAPES) >= set(found) - without, "json_shapes.py says what each prints"


def test_there_are_ten_tasks_with_commands_that_there_are() -> None:
    found = {" ".join(path) for path, _ in verbs(cli)}
    commands = [words for _, cell in tasks() for words in re.findall(r"sophiie-mock ([a-z-]+(?: [a-z]+)?)", cell)]
    assert (len(tasks()), len(commands) >= 10) == (10, True)
    assert [one for one in commands if not {one, one.partition(" ")[0]} & found] == []


def test_the_skill_is_short_enough_to_be_read_whole() -> None:
    assert len((PAGES / "SKILL.md").read_text("utf-8")) < 6_000


def test_every_header_of_ours_has_its_row() -> None:
    told = (PAGES / "headers.md").read_text("utf-8").lower()
    source = "".join(file.read_text("utf-8") for file in (ROOT / "mock_server").rglob("*.py"))
    sent = set(re.findall(r'b?"(x-mock-[a-z-]*[a-z])"', source.lower())) - WORDS_OF_SCHEMAS

    assert len(sent) > 5
    assert [name for name in sorted(sent) if f"`{name}`" not in told] == []


def test_what_is_not_executed_has_a_reason() -> None:
    for page in DOCS.rglob("*.md"):
        assert all(len(block.why) > 10 for block in blocks(page) if block.why)


def test_every_page_is_in_the_menu() -> None:
    menu = (ROOT / "zensical.toml").read_text("utf-8")
    hidden = {"decisions"}
    named = [page.relative_to(DOCS) for page in DOCS.rglob("*.md") if page.parent.name not in hidden]

    assert [str(page) for page in named if f'"{page}"' not in menu] == []
