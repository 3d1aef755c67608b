"""``sophiie-mock listen``: subscribe, show deliveries as they are made, unsubscribe at the end."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType
from typing import Any

import click

from mock_server.cli.client import Client, server_option
from mock_server.errors import SettingsError

_IDS = "org_id=org_listen&user_id=usr_listen"
_WAIT = 20  # seconds that the server holds a question


@click.command("listen")
@click.option("--forward-to", "target", metavar="URL", help="Deliver there. Without it, to an inbox of the server.")
@click.option("--trigger", "triggers", multiple=True, metavar="EVENT", help="Only this one. Repeatable.")
@click.option("--count", type=click.IntRange(1), metavar="N", help="Stop after so many deliveries.")
@server_option
def command(target: str | None, triggers: tuple[str, ...], count: int | None, url: str) -> int:
    """Subscribe, show each delivery, and unsubscribe at the end, however it ends.

    A line tells the event, the receiver's status, how long it took, and the id that `events show` and `events resend`
    take.
    """
    hook = None if target is None else _hook(target)
    client = Client(url)
    hook = hook or f"{client.url}/__admin/inbox/listen"
    wanted = triggers or tuple(client.control("GET", "/webhooks/triggers")["triggers"])
    with contextlib.suppress(ValueError):  # not in the main thread: then somebody else handles signals
        signal.signal(signal.SIGTERM, _interrupt)
    ids: list[int] = []
    try:
        after = client.control("GET", "/webhooks/attempts?wait=0")["last"]
        for trigger in wanted:
            asked = {"hookUrl": hook, "trigger": trigger}
            ids.append(client.api("POST", f"/api/webhooks/zapier/subscribe?{_IDS}", asked)["id"])
        click.echo(f"listening for {', '.join(wanted)} -> {hook} (Ctrl-C ends)", err=True)
        for shown, delivery in enumerate(_deliveries(client, ids, after), start=1):
            click.echo(_line(delivery))
            if shown == count:
                return 0
    except KeyboardInterrupt:
        return 130
    finally:
        for id in ids:
            with contextlib.suppress(SettingsError):  # it ended by a 410, or the server is gone
                client.api("DELETE", f"/api/webhooks/zapier/unsubscribe?{_IDS}", {"hookId": id})
    return 0


def _hook(target: str) -> str:
    """``localhost:3000`` is meant as http. Raises UsageError for what nothing can be posted to."""
    url = target if "://" in target else f"http://{target}"
    if not url.lower().startswith(("http://", "https://")):
        raise click.UsageError(f"--forward-to: nothing can be posted to `{target}`; as http://localhost:3000/hook")
    return url


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _deliveries(client: Client, ids: list[int], after: int) -> Iterator[Any]:
    """Finished attempts, in order; the server holds each question until there is something to tell."""
    while True:
        told = client.control("GET", f"/webhooks/attempts?after={after}&wait={_WAIT}")
        after = told["last"]
        for delivery in told["items"]:
            if delivery["subscriptionId"] in ids:
                yield delivery


def _line(delivery: Any) -> str:
    outcome = delivery["status"] or delivery["error"]
    again = f" (attempt {delivery['number']})" if delivery["number"] > 1 else ""
    return f"{delivery['trigger']:<22} {outcome} {delivery['ms']} ms  {delivery['eventId']}{again}"
