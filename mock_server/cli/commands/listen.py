"""``sophiie-mock listen``: subscribe, show deliveries as they are made, unsubscribe at the end."""

import contextlib
import errno
import signal
from collections.abc import Generator
from types import FrameType
from typing import Any

import click

from mock_server.cli.client import server_option
from mock_server.cli.forward_target import hook_url
from mock_server.cli.listen_client import ListenClient
from mock_server.support.exact_json import write_json
from mock_server.support.text import printable
from mock_server.webhooks.events import event_name

_ENDS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))  # none on Windows


@click.command("listen")
@click.option(
    "--forward-to", "target", metavar="URL", help="Deliver there: a URL, host:port, or a port. Default: to an inbox."
)
@click.option("--trigger", "triggers", multiple=True, metavar="EVENT", help="Only this one. Repeatable.")
@click.option("--count", type=click.IntRange(1), metavar="N", help="Stop after so many deliveries.")
@click.option("--skip-verify", is_flag=True, help="Take any certificate of an https receiver.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, a line for each delivery.")
@server_option
def command(
    target: str | None, triggers: tuple[str, ...], count: int | None, skip_verify: bool, as_json: bool, url: str
) -> int:
    """Subscribe, show each delivery, and unsubscribe at the end, however it ends.

    A line tells the event, the receiver's status, how long it took, and the id that `events show` and `events resend`
    take. It goes on over a reset, and waits for a server that is started again.
    """
    asked: dict[str, Any] = {"skipVerify": skip_verify}
    if target is not None:
        asked["hookUrl"] = hook_url(target)
    if triggers:
        asked["triggers"] = list(dict.fromkeys(event_name(name) for name in triggers))
    try:
        with _interrupted_by(_ENDS), ListenClient(url, asked, _say) as listening:
            for shown, attempt in enumerate(listening.attempts(), start=1):
                click.echo(write_json(attempt) if as_json else _line(attempt))
                if shown == count:
                    break
    except KeyboardInterrupt:
        return 130
    except OSError as fault:
        if fault.errno != errno.EIO:  # a broken pipe has an end of its own
            raise
        return 130  # the terminal is gone
    return 0


def _say(text: str) -> None:
    with contextlib.suppress(OSError):  # the terminal may be what has gone
        click.echo(printable(text), err=True)


@contextlib.contextmanager
def _interrupted_by(numbers: tuple[int, ...]) -> Generator[None, None, None]:
    """Let these signals end the program as Ctrl-C does, unless they are ignored from the start (nohup)."""
    before = {}
    with contextlib.suppress(ValueError):  # not in the main thread: then somebody else handles signals
        for number in numbers:
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _line(attempt: Any) -> str:
    outcome = attempt["status"] or attempt["error"]
    again = f" (attempt {attempt['number']})" if attempt["number"] > 1 else ""
    return printable(f"{attempt['trigger']:<22} {outcome} {attempt['ms']} ms  {attempt['eventId']}{again}")
