"""The exit code of a run that could not write all reports: its findings still count."""

from collections.abc import Sequence

import click

from contracts.run.outcome import RunResult


def exit_code_after(wrong: Sequence[str], outcome: RunResult) -> int:
    """Name the missing files and return the exit code: 2 instead of 0."""
    for words in wrong:
        click.echo(f"sophiie-mock: {words}", err=True)
    return outcome.exit_code or (2 if wrong else 0)
