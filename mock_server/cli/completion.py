"""Completion in the shell: the possible words of a setting, the built-in worlds, and files."""

from collections.abc import Callable, Iterable
from dataclasses import Field
from typing import Any

import click
from click.shell_completion import CompletionItem

from mock_server.config.paths import FIXTURES

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def completer(item: Field[Any]) -> Completer:
    """Make a function with which click offers the possible values of a setting."""
    rules = item.metadata
    words = [*rules["choices"], *(word for word in rules["metavar"].split("|") if word.islower())]

    def offered(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        found = matching([*words, *_worlds()] if item.name == "world" else words, begun)
        return found or ([CompletionItem(begun, type="file")] if "FILE" in rules["metavar"] else [])

    return offered


def matching(words: Iterable[str], begun: str) -> list[CompletionItem]:
    """The words that begin with the user's text."""
    return [CompletionItem(word) for word in words if word.startswith(begun)]


def _worlds() -> list[str]:
    return sorted(file.stem for file in (FIXTURES / "worlds").glob("*.yaml"))
