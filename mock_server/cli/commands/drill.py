"""``sophiie-mock drill``: run a person's tests once for each evolution of the API, and say which break them."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import click

from mock_server.cli.drill_run import DrillCommand, DrillRun
from mock_server.cli.drill_verdict import DrillVerdict, Outcome, judge
from mock_server.cli.endings import FAILED
from mock_server.cli.main import setting_options, settings_from
from mock_server.cli.tables import print_json, print_table
from mock_server.config.evolutions import KINDS, OUTAGES, evolutions
from mock_server.errors import Problem, SettingsError
from mock_server.stubbing.evolved_values import FIELD_CHANGES

_SECONDS = click.FloatRange(1, 86_400)
_CHOICE = "Only this evolution; or several at once as null+key-order, or a mix by its seed. Repeatable."
_ENV = "Set a variable of the tests; {url} and {key} stand for the fake's. Repeatable."
_SLOWER = 5  # times the plain run
_SLACK = 30.0  # seconds


@click.command("drill", context_settings={"allow_interspersed_args": False})
@click.argument("words", nargs=-1, required=True, metavar="-- COMMAND...")
@click.option("--evolution", "chosen", multiple=True, metavar="KINDS", help=_CHOICE)
@click.option("--timeout", type=_SECONDS, default=600.0, show_default=True, metavar="SECONDS", help="The longest run.")
@click.option("--env", "given", multiple=True, metavar="NAME=TEXT", help=_ENV)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@setting_options("spec", "world", "seed", "now", "rate_limit")
def command(
    words: tuple[str, ...],
    chosen: tuple[str, ...],
    timeout: float,
    given: tuple[str, ...],
    as_json: bool,
    **flags: Any,
) -> int:
    """Run your tests once as they are, and once for each evolution that a client of the API must survive.

    \b
      sophiie-mock drill -- pytest tests/
      sophiie-mock drill --env API_URL={url} -- npm test

    The tests find a fake at SOPHIIE_BASE_URL, with the key in SOPHIIE_API_KEY; the pytest fixture evolves by itself.
    With pytest the tests that break are named. Exit code 0 if nothing breaks, 1 if something does, 2 if the tests
    fail anyway or no answer could be changed.
    """
    settings = replace(settings_from(flags), host="127.0.0.1", port=0, port_file="", quiet=True, state="")
    drill = DrillCommand(words, settings, timeout, dict(map(_variable, given)))
    names = [_known(name) for name in chosen] or list(KINDS)
    plain = drill.run("", timeout)
    _say(f"plain: {'passed' if plain.passed else 'failed'}, {plain.seconds:.1f} s")
    if not plain.passed:
        raise SettingsError(_fails_anyway(words, plain))
    verdicts = [_reported(verdict) for verdict in _verdicts(drill, names, plain)]
    if as_json:
        shown = [verdict.to_dict() for verdict in verdicts]
        print_json({"command": list(words), "seconds": plain.seconds, "evolutions": shown})
    else:
        print_table(("evolution", "answers", "verdict", "tests"), [_row(verdict) for verdict in verdicts])
    return _exit_code(verdicts)


def _variable(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not name or not sign:
        raise SettingsError(Problem("--env", f"`{text}` names no variable", "write it as API_URL={url}"))
    return name, value


def _known(text: str) -> str:
    try:
        return str(evolutions(text)) if text not in (*KINDS, *OUTAGES) else text
    except ValueError as fault:
        raise SettingsError(Problem("--evolution", str(fault), "`sophiie-mock drill` without it tries all")) from None


def _verdicts(drill: DrillCommand, names: Sequence[str], plain: DrillRun) -> Iterator[DrillVerdict]:
    """Run the tests for each evolution, and once more for a placebo where it may be a test that is wrong."""
    most = plain.seconds * _SLOWER + _SLACK
    for name in names:
        run = drill.run(name, most)
        placebo = None
        if not run.passed and not FIELD_CHANGES.keys().isdisjoint(evolutions(name).kinds):
            placebo = drill.run(str(replace(evolutions(name), placebo=True)), most)
        yield judge(name, _about(name), run, placebo)


def _about(name: str) -> str:
    known: Mapping[str, str] = {**KINDS, **OUTAGES}
    return known.get(name, "a mix of evolutions")


def _reported(verdict: DrillVerdict) -> DrillVerdict:
    """Say how a run ended as soon as it has: ten of them take a while."""
    _say(f"{verdict.evolution}: {verdict.outcome.value}, {verdict.run.seconds:.1f} s")
    return verdict


def _say(line: str) -> None:
    click.echo(line, err=True)


def _row(verdict: DrillVerdict) -> tuple[str, str, str, str]:
    said = [f"{test}: {message}" for test, message in verdict.broken.items()]
    if verdict.comparing:
        said.append(f"compares the value itself, and says nothing: {', '.join(verdict.comparing)}")
    if verdict.outcome is Outcome.NOT_EXERCISED:
        said.append(f"no answer could be changed: {verdict.about}")
    return verdict.evolution, str(verdict.answers), verdict.outcome.value, os.linesep.join(said)


def _exit_code(verdicts: Sequence[DrillVerdict]) -> int:
    outcomes = {verdict.outcome for verdict in verdicts}
    if Outcome.BROKEN in outcomes:
        return 1
    return FAILED if outcomes <= {Outcome.NOT_EXERCISED} else 0


def _fails_anyway(words: Sequence[str], plain: DrillRun) -> Problem:
    how = "they take too long" if plain.exit_code is None else f"they end with {plain.exit_code}"
    failed = "\n".join(f"  {test}: {message}" for test, message in plain.failures.items()) or plain.tail
    what = f"the tests fail as they are, before anything evolves: {how}\n{failed}"
    return Problem(" ".join(words)[:80], what, "make them pass against the fake first")
