"""The end of a run whose reports could not all be written: its findings count all the same."""

from collections.abc import Sequence

import click

from contracts.run.outcome import RunResult


def exit_code_after(wrong: Sequence[str], outcome: RunResult) -> int:
    """Say which files are missing; the exit code, which is that of a run that could not be made where it was good."""
    for words in wrong:
        click.echo(f"sophiie-mock: {words}", err=True)
    return outcome.exit_code or (2 if wrong else 0)
