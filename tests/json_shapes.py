"""What each verb prints with --json: the reference is written from this, and tests compare it with the verbs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import click


@dataclass(frozen=True)
class Shape:
    """The members that are always there, of the object or of each item of the list."""

    members: tuple[str, ...]
    many: bool = False


def _shape(members: str, *, many: bool = False) -> Shape:
    return Shape(tuple(members.split()), many)


SERVERS: Mapping[str, str] = MappingProxyType(
    {"serve": "it is a server", "proxy": "it is a server", "mcp": "it speaks JSON-RPC"}
)
SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        "routes": _shape("method path provenance summary ignores", many=True),
        "worlds": _shape("name description business leads", many=True),
        "spec gaps": _shape("id unknown choice evidence alternatives where switch switchable", many=True),
        "spec lint": _shape("file operations kinds ignores"),
        "spec overlay": _shape("overlay info actions"),
        "spec show": _shape("openapi info paths"),
        "spec pull": _shape("outcome file source sha256 before"),
        "spec evidence": _shape("operations"),
        "spec diff": _shape("old new verdict counts changes exitCode"),
        "trigger": _shape("record deliveries drained"),
        "simulate": _shape("happened"),
        "listen": _shape("trigger eventId status error ms number"),
        "events list": _shape("id type createdAt recordId", many=True),
        "events resend": _shape("id trigger url state reason", many=True),
        "events show": _shape("id type deliveries"),
        "check run": _shape("target mode seed exitCode requests findings operations"),
        "check cleanup": _shape("ledger left takenAway"),
        "check purge": _shape("removed kept"),
        "check traffic": _shape("target mode seed exitCode requests findings operations"),
        "replay": _shape("asked left_out differences findings"),
        "lint": _shape("exitCode verdict requests leftOut findings excepted unusedExceptions notes"),
        "verdict": _shape("verdict exitCode actions actionsInAll requests unmatched operations lint traffic receiver"),
        "learn": _shape("exchanges left_out assumptions gaps differences"),
        "receiver-check": _shape("receiver seed exitCode verdict effects rules findings"),
        "workspace create": _shape("id key seed organization"),
        "workspace import": _shape("records"),
        "workspace list": _shape("workspaces"),
        "workspace remove": _shape("removed"),
        "env": _shape("SOPHIIE_BASE_URL SOPHIIE_API_KEY SOPHIIE_WEBHOOK_SECRET"),
        "wait": _shape("url ready"),
        "doctor": _shape("checks"),
        "admin-token create": _shape("name token"),
        "admin-token list": _shape("tokens"),
        "admin-token revoke": _shape("revoked"),
        "state copy": _shape("file bytes workspaces"),
        "drill": _shape("command seconds evolutions"),
        "coverage": _shape("totals operations events"),
    }
)


def verbs(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every verb that is no group of verbs, with its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from verbs(command, (*path, name))
        elif command is not None:
            yield (*path, name), command
