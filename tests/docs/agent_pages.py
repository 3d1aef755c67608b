"""The pages for coding agents: llms.txt and a skill, made from README's tables and from the verbs' own help."""

import re
from collections.abc import Iterator
from pathlib import Path

import click

from mock_server.cli.main import cli

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
_LINK = re.compile(r"\[([^]]+)]\(([^)]+)\)")
_PAGE = re.compile(r"docs/.+\.md")
TASKS, PAGES_TABLE = "## Ten tasks", "## More"
_ABOUT = (
    "An unofficial, stateful fake of the Sophiie API for laptops and CI: it answers from a believable business with "
    "state, fires webhooks when that state changes, and judges how a client uses the API. Synthetic data only; not "
    "affiliated with the vendor."
)
_WHEN = (
    "Run, test and judge integrations with the Sophiie API without the real one. Use it to start a fake, to cause "
    "webhooks, faults and time, and to ask whether a client is done."
)
_RULES = (
    "The fake listens on http://127.0.0.1:4747, and its key is `sk_test_local`. Never put a real key into it.",
    "Verbs that print data take `--json`. Exit codes: 0 good, 1 something was found, 2 it tested nothing.",
    "The header `X-Mock-Explain` says why an answer is what it is; `/__admin/explain/REQUEST_ID` says it step by step.",
    "An integration is done when `sophiie-mock verdict` says `done`; else it prints the next five actions.",
    "`check` sends to a real host only if its URL is named, and only what is safe. Name it only if you are asked to.",
)


def tasks() -> list[tuple[str, str]]:
    """The rows of README's table of tasks: what to do, and the command as it stands there."""
    return [(cells[0], cells[1]) for cells in _table(TASKS)]


def _table(title: str) -> Iterator[list[str]]:
    """The rows of the first table below a title of README, without its head."""
    text = README.read_text("utf-8").partition(f"\n{title}\n")[2].partition("\n## ")[0]
    rows = [line for line in text.splitlines() if line.startswith("|")]
    for row in rows[2:]:
        yield [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]


def skill() -> str:
    """A skill file: when to use the program, ten tasks with their commands, rules, and every verb."""
    parts = ["---", "name: sophiie-mock", f"description: {_WHEN}", "---", "", "# sophiie-mock", "", _ABOUT, ""]
    parts += ["## Rules", "", *(f"- {rule}" for rule in _RULES), "", "## Ten tasks", "", "| to … | run |", "|---|---|"]
    parts += [f"| {task} | {command} |" for task, command in tasks()]
    parts += ["", "## Verbs", "", "`sophiie-mock VERB --help` has the options of each.", ""]
    return "\n".join([*parts, *(f"- `{name}`: {text}" for name, text in _verbs())])


def llms_txt() -> str:
    """The file llms.txt, as llmstxt.org describes it: a title, a summary, and lists of links."""
    parts = ["# sophiie-mock", "", f"> {_ABOUT}", "", *(f"- {rule}" for rule in _RULES), "", "## Ten tasks", ""]
    parts += [f"- {task}: {command}" for task, command in tasks()]
    parts += ["", "## Pages", ""]
    for links, text in _table(PAGES_TABLE):
        plain = _LINK.sub(r"\1", text)
        pages = ((name, target) for name, target in _LINK.findall(links) if _PAGE.fullmatch(target))
        parts += [f"- [{name}]({target.removeprefix('docs/')}): {plain}" for name, target in pages]
    return "\n".join(parts)


def _verbs() -> Iterator[tuple[str, str]]:
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        if command is not None:
            yield name, command.get_short_help_str(200)
