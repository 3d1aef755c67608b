"""``sophiie-mock events``: what happened in a workspace, and sending it again."""

from typing import Any

import click

from mock_server.cli.client import Client, segment, server_option
from mock_server.cli.command_group import CommandGroup
from mock_server.cli.commands.trigger import describe
from mock_server.cli.tables import print_json, print_table

_DRAIN = 30  # seconds


@click.group("events", cls=CommandGroup)
def command() -> None:
    """List events, show one, deliver one again."""


@command.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="The newest so many.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@server_option
def listed(limit: int, as_json: bool, url: str) -> None:
    """The newest events first."""
    found = Client(url).control("GET", f"/webhooks/events?limit={limit}")["items"]
    if as_json:
        print_json(found)
    else:
        rows = [
            (event["createdAt"], event["type"], event["recordId"] or event["cause"], event["id"]) for event in found
        ]
        print_table(("when", "event", "record", "id"), rows)


@command.command("show")
@click.argument("id")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, as it always does.")
@server_option
def show(id: str, as_json: bool, url: str) -> None:
    """One event with its body, and its deliveries with their attempts."""
    client = Client(url)
    event = client.control("GET", f"/webhooks/events/{segment(id)}")
    deliveries = client.control("GET", f"/webhooks/deliveries?eventId={segment(id)}")["items"]
    print_json(event | {"deliveries": deliveries})


@command.command("resend")
@click.argument("id")
@click.option("--new-id/--same-id", default=False, help="Whether it looks new to a receiver; same by default.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@server_option
def resend(id: str, new_id: bool, as_json: bool, url: str) -> None:
    """Deliver an event again to everyone who subscribes to its type now."""
    client = Client(url)
    made: list[Any] = client.control("POST", f"/webhooks/events/{segment(id)}/resend", {"newId": new_id})["deliveries"]
    if not client.drained(_DRAIN):
        click.echo("some deliveries are still on their way", err=True)
    done = [client.control("GET", f"/webhooks/deliveries/{delivery['id']}") for delivery in made]
    if as_json:
        print_json(done)
    else:
        for delivery in done:
            click.echo(describe(delivery))
    if not made:
        click.echo("nobody subscribes to it: nothing was delivered", err=True)
