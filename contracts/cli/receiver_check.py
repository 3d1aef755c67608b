"""``sophiie-mock receiver-check URL``: whether a webhook receiver does the right thing when deliveries go wrong."""

import os
import secrets
import shlex
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from contracts.errors import CannotRun
from contracts.receiver.check import check_receiver, receiver_url
from contracts.receiver.receiver_result import ReceiverResult
from contracts.receiver.subjects import DEFAULT_TRIGGER
from contracts.report import escaping
from contracts.report.receiver_reports import RECEIVER_WRITERS, as_json, as_text
from contracts.report.writers import parse_reports
from contracts.transport.target import mock
from mock_server.cli.client import Client
from mock_server.support.redaction import Redactor

_SECRET = "SOPHIIE_MOCK_WEBHOOK_SECRET"  # the name of a variable


@click.command("receiver-check")
@click.argument("url")
@click.option(
    "--secret-file", default="", metavar="FILE", help="The secret (whsec_…) that your receiver verifies with."
)
@click.option(
    "--probe", default="", metavar="COMMAND|URL", help="What shows how many effects there were; {record} is an id."
)
@click.option(
    "--trigger",
    default=DEFAULT_TRIGGER,
    show_default=True,
    metavar="EVENT",
    help="The event that is delivered.",
)
@click.option("--only", multiple=True, metavar="RULE", help="Judge this rule; repeatable.")
@click.option("--profile", default="standard", show_default=True, metavar="NAME", help="How the sender tries again.")
@click.option(
    "--seed", default=1, show_default=True, metavar="N", help="Same seed, same trials; ids are new each time."
)
@click.option(
    "-p", "--port", default=4747, show_default=True, type=click.IntRange(0, 65535), help="Of the mock that is started."
)
@click.option("--url", "server", default="", envvar="SOPHIIE_MOCK_URL", help="Use this running mock, and start none.")
@click.option("--report", multiple=True, metavar="KIND=FILE", help=f"Write a report: {', '.join(RECEIVER_WRITERS)}.")
@click.option("--json", "as_json_text", is_flag=True, help="Print JSON.")
@click.option("-q", "--quiet", is_flag=True, help="No line for each step.")
def command(
    url: str, secret_file: str, probe: str, trigger: str, only: Sequence[str], profile: str, seed: int, port: int,
    server: str, report: Sequence[str], as_json_text: bool, quiet: bool,
) -> int:  # fmt: skip
    """Check the webhook receiver at URL: real changes, each delivered twice, late, forged, out of order …

    Side effects are seen through the receiver's calls into the mock (http://127.0.0.1:4747, key sk_test_local),
    through a --probe, or both. Exit codes: 0 all judged rules are kept, 1 a finding, 2 it could not be checked.
    """
    say = _quiet if quiet or as_json_text else _say
    try:
        files = parse_reports(report, tuple(RECEIVER_WRITERS))
        receiver = receiver_url(url)
        with _mock(receiver, server, secret_file, port=port, retries=profile) as client:
            say(f"mock at {client.url}")
            result = check_receiver(
                receiver, client.control, client.api, seed=seed, probe=probe or None, only=only, trigger=trigger,
                repeat_with=_repeated(secret_file, probe, server), watch=say,
            )  # fmt: skip
        _write(result, files)
    except CannotRun as fault:
        click.echo(escaping.terminal(f"sophiie-mock: {fault}"), err=True)
        return 2
    click.echo(as_json(result).rstrip() if as_json_text else as_text(result))
    return result.exit_code


def _repeated(secret_file: str, probe: str, server: str) -> str:
    """The options that show a finding again, as a shell takes them. A token in the probe's URL is no matter of ours."""
    given = {"--secret-file": secret_file, "--probe": Redactor().redact(probe), "--url": server}
    return " ".join(f"{name} {shlex.quote(value)}" for name, value in given.items() if value)


@contextmanager
def _mock(receiver: str, server: str, secret_file: str, **settings: Any) -> Generator[Client, None, None]:
    """The running mock at a URL, or one that is started for the check. Raises CannotRun."""
    if server:
        if secret_file:
            remedy = "start it with --sign standard --webhook-secret-file FILE, and leave --secret-file out"
            raise CannotRun("a running mock signs with its own secret", remedy)
        yield Client(server)
        return
    signed = secret_file or os.environ.get(_SECRET)
    signing = {"sign": "standard", "webhook_secret_file": secret_file} if signed else {}
    host = urlsplit(receiver).hostname or ""
    # Of another world in each run: a receiver that has seen an id in an earlier one would take it for a repeat.
    with mock(**settings, **signing, seed=secrets.randbelow(2**31), allow_egress=(host,) if host else ()) as target:
        yield Client(target.origin, target.key)


def _write(result: ReceiverResult, files: Mapping[str, str]) -> None:
    for kind, path in files.items():
        try:
            Path(path).write_text(RECEIVER_WRITERS[kind](result), "utf-8", "backslashreplace")
        except OSError as fault:
            raise CannotRun(f"{path}: {fault.strerror}", "give a writable place") from None


def _say(line: str) -> None:
    click.echo(escaping.terminal(line), err=True)


def _quiet(line: str) -> None:
    """Say nothing."""
