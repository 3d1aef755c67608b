"""Completion in the shell: verbs, flags, what a flag can be, triggers. It is click's own, by one variable."""

import click
import pytest
from click.shell_completion import ShellComplete

from mock_server.cli.completion import completer
from mock_server.cli.main import cli
from mock_server.config.settings import table


def offered(*words: str) -> list[str]:
    *before, begun = words
    shell = ShellComplete(cli, {}, "sophiie-mock", "_SOPHIIE_MOCK_COMPLETE")
    return [item.value for item in shell.get_completions(before, begun)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("chec",), ["check"]),
        (("workspace", "cr"), ["create"]),
        (("serve", "--world", ""), ["busy", "default", "edge", "empty", "small"]),
        (("serve", "--world", "e"), ["edge", "empty"]),
        (("serve", "--self-check", "a"), ["all"]),
        (("serve", "--rate-limit", "o"), ["observe", "off"]),
        (("trigger", "lead_c"), ["LEAD_CREATED"]),
        (("simulate", "appointment", "b"), ["book"]),
    ],
)
def test_the_shell_is_offered_what_fits(words: tuple[str, ...], expected: list[str]) -> None:
    assert offered(*words) == expected


def test_every_setting_is_offered_as_a_flag() -> None:
    flags = offered("serve", "--")

    assert {f"--{item.name.replace('_', '-')}" for item in table()} <= set(flags)


def test_a_file_is_offered_where_a_setting_names_one() -> None:
    context = click.Context(cli)
    files = [item.name for item in table() if completer(item)(context, cli.params[0], "x/y")]

    assert {"spec", "world", "state", "port_file", "webhook_ca", "tls_cert"} <= set(files)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_there_for_each_shell(shell: str) -> None:
    found = click.shell_completion.get_completion_class(shell)
    assert found is not None
    source = found(cli, {}, "sophiie-mock", "_SOPHIIE_MOCK_COMPLETE").source_vars()

    assert source["complete_var"] == "_SOPHIIE_MOCK_COMPLETE"
