"""``sophiie-mock doctor``: why a client and a server do not find each other."""

from collections.abc import Iterator
from pathlib import Path

import click

from mock_server.cli.client import server_option
from mock_server.cli.diagnosis import Check, Outcome, check_command, check_environment, check_server, check_state_file
from mock_server.cli.tables import print_json

_MARKS = {Outcome.GOOD: "ok", Outcome.ODD: "note", Outcome.BAD: "BAD"}


@click.command("doctor")
@click.option("--state", type=click.Path(path_type=Path), metavar="FILE", help="Also look into this state file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@server_option
def command(state: Path | None, as_json: bool, url: str) -> int:
    """Look for what commonly stands between your code and the mock, and say how to mend it.

    It asks which server answers at the URL, whether a proxy is in the way, whether the key and the base URL in the
    environment are the mock's, and whether a state file is sound. It changes nothing. Exit code 1 when something is
    bad.
    """
    checks = list(_checks(url, state))
    if as_json:
        print_json({"checks": [check.to_dict() for check in checks]})
    else:
        for check in checks:
            click.echo(f"{_MARKS[check.outcome]:<5} {check.subject}: {check.says}")
            if check.remedy:
                click.echo(f"      → {check.remedy}")
    return 1 if any(check.outcome is Outcome.BAD for check in checks) else 0


def _checks(url: str, state: Path | None) -> Iterator[Check]:
    yield from check_command()
    yield from check_environment(url)
    yield from check_server(url)
    if state is not None:
        yield check_state_file(state)
