"""``sophiie-mock trigger``: cause an event by the action that causes it."""

import base64
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click

from mock_server.cli.client import Client, server_option
from mock_server.cli.completion import matching
from mock_server.cli.tables import print_json
from mock_server.errors import Problem, SettingsError
from mock_server.support.bounded_files import read_file
from mock_server.support.did_you_mean import did_you_mean
from mock_server.support.exact_json import NotJson, read_json
from mock_server.support.text import printable
from mock_server.webhooks.events import EVENTS, event_name

_MAX_RAW_BYTES = 10 * 1024 * 1024  # far more than the server takes: it says how much that is

Fields = dict[str, Any]

_DRAIN = 30  # seconds
_JSON = "application/json"


def _create_lead(client: Client, fields: Fields) -> Any:
    number = _ever(client.control("GET", "/webhooks/events?limit=1"))
    given = {"firstName": "Ana", "email": f"ana.trigger{number}@example.com", "suburb": "Newtown"}
    return client.api("POST", "/v1/leads", given | fields)["lead"]


def _update_lead(client: Client, fields: Fields) -> Any:
    return client.api("PUT", f"/v1/leads/{_some_lead(client)}", fields or {"businessName": "Trigger & Co"})["lead"]


def _delete_lead(client: Client, fields: Fields) -> Any:
    """Delete a lead that was created for this, so that no other record is lost. Its creation is an event too."""
    return client.api("DELETE", f"/v1/leads/{_create_lead(client, fields)['id']}")


def _create_inquiry(client: Client, fields: Fields) -> Any:
    members = client.api("GET", "/v1/members?limit=1")["members"]
    message = {"leadId": _some_lead(client), "userId": members[0]["id"], "message": "Are you at home tomorrow?"}
    return client.api("POST", "/v1/sms", message | fields)


def _some_lead(client: Client) -> str:
    leads = client.api("GET", "/v1/leads?limit=1")["leads"] or [_create_lead(client, {})]
    return str(leads[0]["id"])


def _appointment(action: str) -> Callable[[Client, Fields], Any]:
    """Simulate a contact about an appointment, because no call of the API changes appointments."""

    def cause(client: Client, fields: Fields) -> Any:
        return client.control("POST", "/simulate", {"kind": "appointment", "action": action} | fields)["happened"][-1]

    return cause


_CAUSES: Mapping[str, Callable[[Client, Fields], Any]] = MappingProxyType(
    {
        "LEAD_CREATED": _create_lead,
        "LEAD_UPDATED": _update_lead,
        "LEAD_DELETED": _delete_lead,
        "INQUIRY_CREATED": _create_inquiry,
        "APPOINTMENT_CREATED": _appointment("book"),
        "APPOINTMENT_UPDATED": _appointment("move"),
        "APPOINTMENT_CANCELLED": _appointment("cancel"),
    }
)


@click.command("trigger")
@click.argument("event", required=False, shell_complete=lambda _, __, begun: matching(EVENTS, begun.upper()))
@click.option("--set", "settings", multiple=True, metavar="FIELD=VALUE", help="A field of the request. Repeatable.")
@click.option("--file", "file", type=click.Path(dir_okay=False), help="The request's fields, as YAML or JSON.")
@click.option(
    "--raw",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="Deliver the bytes of this file as they are, instead of an event's body; - is standard input.",
)
@click.option("--content-type", "media", metavar="TYPE", help=f"With --raw: its media type.  [default: {_JSON}]")
@click.option(
    "--to", default="LEAD_CREATED", metavar="EVENT", help="With --raw: whose subscribers get it.", show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: the record that it was done with, and deliveries.")
@server_option
def command(
    event: str | None,
    settings: tuple[str, ...],
    file: str | None,
    raw: str | None,
    media: str | None,
    to: str,
    as_json: bool,
    url: str,
) -> None:
    """Cause EVENT by doing what causes it, and wait until its webhooks are delivered.

    EVENT is LEAD_CREATED, LEAD_UPDATED, LEAD_DELETED or INQUIRY_CREATED, through the API; or APPOINTMENT_CREATED,
    APPOINTMENT_UPDATED or APPOINTMENT_CANCELLED, through `simulate`. With --raw FILE nothing happens in the
    workspace: the bytes of the file go to the subscribers of --to.
    """
    if raw is not None:
        if event or settings or file:
            raise click.UsageError("--raw takes no event and no fields: what is delivered is the file")
        _deliver_raw(Client(url), _bytes(raw), media or _JSON, event_name(to), as_json=as_json)
        return
    if media is not None:
        raise click.UsageError("--content-type is for --raw")
    cause, fields = _cause(event), _fields(settings, file)
    client = Client(url)
    before = _ever(client.control("GET", "/webhooks/deliveries?limit=1"))
    record = cause(client, fields)
    if not as_json:
        print_json(record)
    drained = client.drained(_DRAIN)
    listed = client.control("GET", "/webhooks/deliveries?limit=1000")
    made = listed["items"][: _ever(listed) - before]
    if as_json:
        print_json({"record": record, "deliveries": made[::-1], "drained": drained})
    else:
        _report(made, event_name(str(event)), drained=drained)


def _deliver_raw(client: Client, raw: bytes, media: str, trigger: str, *, as_json: bool) -> None:
    body = {"type": trigger, "base64": base64.b64encode(raw).decode(), "contentType": media}
    made = client.control("POST", "/webhooks/events", body)
    drained = client.drained(_DRAIN)
    deliveries = client.control("GET", f"/webhooks/deliveries?eventId={made['id']}")["items"]
    if as_json:
        print_json({"record": None, "deliveries": deliveries[::-1], "drained": drained})
    else:
        _report(deliveries, trigger, drained=drained)


def _bytes(name: str) -> bytes:
    """Read the bytes of a file, or of standard input if its name is ``-``. Raises SettingsError."""
    try:
        with click.open_file(name, "rb") as file:
            raw: bytes = file.read(_MAX_RAW_BYTES + 1)
    except (OSError, ValueError, RuntimeError) as fault:  # RuntimeError: there is no standard input
        reason = getattr(fault, "strerror", None) or str(fault)
        raise SettingsError(Problem(printable(name), reason, "check the path")) from None
    if len(raw) > _MAX_RAW_BYTES:
        raise SettingsError(
            Problem(printable(name), f"larger than {_MAX_RAW_BYTES // 1024**2} MiB", "give a smaller one")
        )
    return raw


def _cause(event: str | None) -> Callable[[Client, Fields], Any]:
    names = ", ".join(_CAUSES)
    if event is None:
        raise click.UsageError(f"name an event: {names}")
    if event.upper() in _CAUSES:
        return _CAUSES[event.upper()]
    if event.isupper() and (near := did_you_mean(event, _CAUSES)):  # as ours are written; no server need be asked
        raise click.UsageError(f"no event `{event}`{near}; there are {names}")
    return _documented(event)


def _documented(event: str) -> Callable[[Client, Fields], Any]:
    """Emit an event of another vendor's document, with a made-up body or the given one."""

    def cause(client: Client, fields: Fields) -> Any:
        there = client.control("GET", "/webhooks/triggers")["triggers"]
        if event not in there:
            names = f"there are {', '.join(there)}" if there else "the document has none whose body is JSON"
            raise click.UsageError(f"no event `{event}`{did_you_mean(event, there)}; {names}")
        return client.control("POST", "/webhooks/events", {"type": event, **({"body": fields} if fields else {})})

    return cause


def _ever(listed: Any) -> int:
    """The number of events so far, with those that are no longer stored."""
    return int(listed["total"] + listed["dropped"])


def _report(made: Sequence[Any], trigger: str, *, drained: bool) -> None:
    """Print the results of deliveries, of which the newest comes first."""
    for delivery in reversed(made):
        click.echo(describe(delivery))
    if not made:
        click.echo(f"nobody subscribes to {trigger}: nothing was delivered", err=True)
    if not drained:
        click.echo("some deliveries are still on their way", err=True)


def describe(delivery: Any) -> str:
    """Describe a delivery in one line."""
    reason = f": {delivery['reason']}" if delivery["reason"] else ""
    return f"{delivery['trigger']} -> {delivery['url']} {delivery['state']}{reason}"


def _fields(settings: tuple[str, ...], file: str | None) -> Fields:
    fields: Fields = {}
    if file is not None:
        read = read_file(Path(file), SettingsError)
        if not isinstance(read, dict):
            raise SettingsError(Problem(file, "not a mapping of fields", "as firstName: Ana"))
        fields |= read
    for setting in settings:
        name, found, value = setting.partition("=")
        if not found or not name:
            raise SettingsError(Problem("--set", f"`{setting}` has no `=`", "as --set email=ana@example.com"))
        try:
            fields[name] = read_json(value)
        except NotJson:
            fields[name] = value
    return fields
