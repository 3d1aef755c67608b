"""``sophiie-mock simulate``: let people get in touch with the business of a running server."""

from difflib import get_close_matches
from typing import Any

import click

from mock_server.cli.client import Client, server_option
from mock_server.cli.tables import print_json

_KINDS = ("call", "sms", "email", "chat", "webform", "appointment")


class _Word(click.Choice):  # type: ignore[type-arg]  # it has an argument since click 8.2
    """A parameter with a few possible words. An unknown word is refused with the most similar one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as fault:
            near = get_close_matches(str(value)[:60], list(self.choices), 1)
            if not near:
                raise
            what = f"{fault.message.removesuffix('.')}. Did you mean '{near[0]}'?"
            raise click.BadParameter(what, ctx, param) from None


@click.command("simulate")
@click.argument("kind", type=_Word(_KINDS))
@click.argument("action", type=_Word(["book", "move", "cancel"]), required=False)
@click.option("--from", "sender", metavar="WHO", help="A phone, an e-mail, a lead's id, or `known`; else someone new.")
@click.option("--about", metavar="TEXT", help='What it is about, as "blocked drain".')
@click.option("--count", type=click.IntRange(1, 1_000), help="So many of them.")
@click.option("--over", type=click.FloatRange(0), metavar="SECONDS", help="Spread over this time of the workspace.")
@click.option("--appointment", "appointmentId", metavar="ID", help="The one to move or cancel; else the next.")
@click.option("--start", metavar="TIME", help="When the visit is to be, as 2026-03-05T09:00:00+11:00.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, as it always does.")
@server_option
def command(kind: str, url: str, sender: str | None, as_json: bool, **given: Any) -> None:
    """Let somebody call, text, write, chat, send a web form, or book, move and cancel an appointment.

    \b
      sophiie-mock simulate call --from +61491570006 --about "blocked drain"
      sophiie-mock simulate sms --count 10 --over 60
      sophiie-mock simulate appointment book --from known
    """
    body = {"kind": kind, "from": sender, **given}
    answer = Client(url).control("POST", "/simulate", {name: it for name, it in body.items() if it is not None})
    print_json(answer)
